// Requests of every form, well formed or not, are read and refused as CometBFT's own server did it.

import { expect, test } from 'vitest'
import { toHexUpper } from '../../core/bytes/index.ts'
import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import type { HttpRequest, HttpResponse } from '../ports/index.ts'
import { endpointsPage } from './endpoints-page.ts'
import { FakeSocket, settle } from './fake-socket.fixture.ts'
import { RpcServer } from './index.ts'
import { parseRequests, parseSocketRequest } from './json-rpc.ts'
import { argumentsOfJson, argumentsOfUri } from './parameters.ts'
import type { Argument } from './parameters.ts'
import { httpRequest, uriRequest } from './recorded-cases.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import { ROUTES } from './routes.ts'
import { parseQuery } from './uri.ts'

interface HttpCase {
  readonly method: string
  readonly target: string
  readonly body: string
  readonly requestType?: string
  readonly status: number
  readonly contentType: string | null
  readonly cacheControl: string | null
  readonly location?: string
  readonly answer: string
}

interface Recorded {
  readonly http: readonly HttpCase[]
  readonly socket: readonly { readonly message: string; readonly answers: readonly string[] }[]
}

const recorded = (loadVectors('rpc_requests.json') ?? { http: [], socket: [] }) as Recorded
/** The recorded functions answer with their arguments instead of doing something. */
const CALLED = '"data":"called: '
const calls = recorded.http.filter(({ answer }) => answer.includes(CALLED))
const refusals = recorded.http.filter(({ answer }) => !answer.includes(CALLED))

function requestOf({ method, target, body, requestType }: HttpCase): HttpRequest {
  const { path, query } = uriRequest(target)
  return httpRequest({
    method,
    path: decodeURIComponent(path),
    query: query.split('#')[0] ?? '',
    body,
    contentType: requestType ?? '',
  })
}

/** The arguments in the words of the recording's functions. */
function describe(names: readonly string[], args: readonly Argument[]): string {
  const texts = args.map((value, i) => {
    const shown = value instanceof Uint8Array ? toHexUpper(value) : (value ?? 'nil')
    const name = names[i] ?? ''
    const text = typeof shown === 'object' ? '' : String(shown)
    return `${name.replace('minHeight', 'min').replace('maxHeight', 'max')}=${text}`
  })
  return `called: ${texts.join(' ')}`
}

function argumentsOf(request: HttpRequest): string {
  if (request.path !== '/') {
    const parameters = ROUTES.get(request.path.slice(1))?.parameters ?? []
    const values = parseQuery(request.query)
    const form = request.contentType.includes('form') ? parseQuery(request.body) : values
    const isForm = request.method !== 'GET'
    const names = parameters.map(([name]) => name)
    return describe(
      names,
      argumentsOfUri(
        parameters,
        (name) => values.get(name) || (isForm ? (form.get(name) ?? '') : ''),
      ),
    )
  }
  const parsed = parseRequests(request.body, 10)
  const [first] = parsed.ok ? parsed.value : []
  const parameters = ROUTES.get(first?.method ?? '')?.parameters ?? []
  const names = parameters.map(([name]) => name)
  return describe(names, argumentsOfJson(parameters, first?.params ?? 'null'))
}

/** What says which case failed. */
const pick = ({ target, body }: HttpCase): object => ({ target, body: body.slice(0, 200) })

test(`rpc_requests.json: arguments arrive as they are meant in ${calls.length} cases`, () => {
  for (const one of calls) {
    const data = JSON.parse(one.answer).error.data as string
    // Where CometBFT's text holds a byte that is not UTF-8, its answer shows U+FFFD.
    const ours = argumentsOf(requestOf(one)).replaceAll(/[\udc80-\udcff]/g, '\ufffd')
    expect({ ...pick(one), ours }).toEqual({ ...pick(one), ours: data })
  }
})

function comparable(response: HttpResponse): object {
  const { status, headers, body } = response
  return {
    status,
    contentType: headers['Content-Type'] ?? null,
    cacheControl: headers['Cache-Control'] ?? null,
    ...(headers['Location'] === undefined ? {} : { location: headers['Location'] }),
    body,
  }
}

/**
 * Functions of the recording that need nothing of a node answer `{}`; ours answer what they answer.
 */
const TRIVIAL = /"method":"(status|genesis)"|^\/(status|genesis)/

/**
 * Not alike: a panic of CometBFT's, and a redirect of a path with an escaped dot that it does not
 * do.
 */
const UNLIKE = ['/block?height=%22', '/%2e/block']

const checked = refusals.filter(
  ({ body, target }) => !TRIVIAL.test(body) && !TRIVIAL.test(target) && !UNLIKE.includes(target),
)

test(`rpc_requests.json: refuses as CometBFT does in ${checked.length} cases`, async () => {
  const server = new RpcServer(new RecordedNode())
  for (const one of checked) {
    const { status, contentType, cacheControl, location, answer, method } = one
    const page = endpointsPage('rpc.example:26657')
    const body = answer === '<html>' ? page : answer
    const expected = {
      status,
      contentType,
      cacheControl,
      ...(location === undefined ? {} : { location }),
      // A HEAD has the same answer, which the HTTP server does not send.
      body: method === 'HEAD' ? expect.any(String) : body,
    }
    const response = comparable(await server.request(requestOf(one)))
    expect({ ...pick(one), method, response }).toEqual({ ...pick(one), method, response: expected })
  }
})

test(`rpc_requests.json: answers ${recorded.socket.length} WebSocket messages alike`, async () => {
  for (const { message, answers } of recorded.socket) {
    const socket = new FakeSocket()
    new RpcServer(new RecordedNode()).socket(socket)
    socket.say(message)
    await settle()
    const request = parseSocketRequest(message)
    const method = request.ok ? request.value?.method : undefined
    const isCall = answers.some((answer) => answer.includes(CALLED)) || method === 'unsubscribe_all'
    const shown = isCall ? socket.received.map(() => expect.any(String)) : socket.received
    expect({ message, answers }).toEqual({ message, answers: shown })
  }
})
