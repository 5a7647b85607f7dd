// All routes by name.

import { err } from '../../core/bytes/index.ts'
import { BLOCK_ROUTES } from './block-routes.ts'
import { BROADCAST_ROUTES } from './broadcast-routes.ts'
import { CHAIN_ROUTES } from './chain-routes.ts'
import { EVIDENCE_ROUTES } from './evidence-routes.ts'
import { NODE_ROUTES } from './node-routes.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'
import { TX_ROUTES } from './tx-routes.ts'

const NO_SOCKET = err('subscriptions need a WebSocket')

const SUBSCRIPTION_ROUTES: Readonly<Record<string, Route>> = {
  subscribe: route({
    parameters: [['query', 'string']],
    socketOnly: true,
    call: ({ socket, id }, [query]) => socket?.subscribe(query, id) ?? NO_SOCKET,
  }),
  unsubscribe: route({
    parameters: [['query', 'string']],
    socketOnly: true,
    call: ({ socket }, [query]) => socket?.unsubscribe(query) ?? NO_SOCKET,
  }),
  unsubscribe_all: route({
    parameters: [],
    socketOnly: true,
    call: ({ socket }) => socket?.unsubscribeAll() ?? NO_SOCKET,
  }),
}

/**
 * The routes that are served. Not among them: `block_search` (application events are not indexed)
 * and the unsafe routes.
 */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  Object.entries({
    ...SUBSCRIPTION_ROUTES,
    ...NODE_ROUTES,
    ...BLOCK_ROUTES,
    ...CHAIN_ROUTES,
    ...TX_ROUTES,
    ...BROADCAST_ROUTES,
    ...EVIDENCE_ROUTES,
  }),
)
