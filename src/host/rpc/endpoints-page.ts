// The page that a browser gets at the root: every endpoint with its parameters.

import { ROUTES } from './routes.ts'

/**
 * The page. `host` is what the client called this server. CometBFT counts the context of a call as
 * an argument, so its first list is empty; links and order are the same here.
 */
export function endpointsPage(host: string): string {
  const safeHost = host.replaceAll(/[^\w.:[\]-]/g, '')
  const links = [...ROUTES.keys()].toSorted().map((name) => linkOf(safeHost, name))
  return (
    '<html><body><br>Available endpoints:<br><br>Endpoints that require arguments:<br>' +
    `${links.join('')}</body></html>`
  )
}

function linkOf(host: string, name: string): string {
  const parameters = ROUTES.get(name)?.parameters ?? []
  const query = parameters.map(([parameter]) => `${parameter}=_`).join('&')
  const link = `//${host}/${name}?${query}`
  return `<a href="${link}">${link}</a></br>`
}
