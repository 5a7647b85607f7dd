// The HTTP side of rpc: which request means what, and the responses with their headers.

import type { Awaitable } from '../abci/index.ts'
import type { HttpHandler, HttpRequest, HttpResponse, MessageSocket } from '../ports/index.ts'
import { DEFAULT_RPC_CONFIG } from './config.ts'
import type { RpcConfig } from './config.ts'
import { call, dispatch, readArguments, TOO_FEW_ARGUMENTS } from './dispatch.ts'
import type { Outcome } from './dispatch.ts'
import { endpointsPage } from './endpoints-page.ts'
import type { RpcEnvironment } from './environment.ts'
import { GenesisDocument } from './genesis-document.ts'
import { EventWriter } from './json-events.ts'
import { failureText, parseRequests, RPC_ERRORS, successText, URI_ID } from './json-rpc.ts'
import type { RpcRequest, RpcRequests } from './json-rpc.ts'
import { argumentsOfUri } from './parameters.ts'
import type { CallContext, Route, ServerContext } from './route.ts'
import { ROUTES } from './routes.ts'
import { SocketSession } from './socket-session.ts'
import { SubscriptionLimits } from './subscription-limits.ts'
import { cleanedPath, encodePath, parseQuery } from './uri.ts'

const SOCKET_PATH = '/websocket'
const CACHE_CONTROL = 'public, max-age=86400'
const JSON_TYPE = 'application/json'
const PLAIN_TYPE = 'text/plain; charset=utf-8'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const NANOS = 1_000_000_000n

/** What an answer to one request adds to a response. */
interface Part {
  readonly text: string
  readonly cacheable: boolean
  /** Takes the place of the whole response, with status 500. */
  readonly fatal?: boolean
}

/**
 * Answers HTTP requests and WebSockets for one node. Holds no more than its sockets' queues and
 * their subscriptions. After `stop` every subscription has ended; the listener is its owner's to
 * close.
 */
export class RpcServer implements HttpHandler {
  readonly #shared: ServerContext
  readonly #writer: EventWriter
  readonly #sessions = new Set<SocketSession>()

  constructor(env: RpcEnvironment, config: Partial<RpcConfig> = {}) {
    const whole = { ...DEFAULT_RPC_CONFIG, ...config }
    this.#shared = {
      env,
      config: whole,
      limits: new SubscriptionLimits(whole.maxSubscriptionClients, whole.maxSubscriptionsPerClient),
      genesis: new GenesisDocument(env.genesisText),
    }
    this.#writer = new EventWriter(env.crypto)
  }

  /** WebSockets that are open. */
  get openSockets(): number {
    return this.#sessions.size
  }

  request(request: HttpRequest): Awaitable<HttpResponse> {
    const response = this.#respond(request)
    if (this.#shared.config.corsAllowedOrigins.length === 0) return response
    if (response instanceof Promise) return response.then((r) => this.#allowOrigin(request, r))
    return this.#allowOrigin(request, response)
  }

  oversized(): HttpResponse {
    const reason = 'error reading request body: http: request body too large'
    return this.#json(400, failureText(null, RPC_ERRORS.invalidRequest, reason))
  }

  acceptsSocket(path: string): boolean {
    return path === SOCKET_PATH
  }

  socket(socket: MessageSocket): void {
    const session: SocketSession = new SocketSession({
      socket,
      shared: this.#shared,
      writer: this.#writer,
      onClose: () => this.#sessions.delete(session),
    })
    this.#sessions.add(session)
  }

  /** Tells subscribers that the node stops, and ends every WebSocket. */
  stop(): void {
    for (const session of this.#sessions) session.stop()
  }

  #respond(request: HttpRequest): Awaitable<HttpResponse> {
    const { path } = request
    if (isBatch(request.body) && this.#isTooLarge(request.body)) return this.#tooLargeBatch()
    if (path === '/' || path === '') {
      if (request.body !== '') return this.#rpc(request.body)
      return this.#response(200, 'text/html', endpointsPage(request.host))
    }
    if (path === SOCKET_PATH) return this.#notSocket()
    const route = ROUTES.get(path.slice(1))
    if (route !== undefined) return this.#uri(route, request)
    const cleaned = cleanedPath(path)
    return cleaned === null ? this.#notFound() : this.#redirect(request, cleaned)
  }

  /** CometBFT counts the requests of a batch on every path, before it looks at anything else. */
  #isTooLarge(body: string): boolean {
    const max = this.#maxBatch
    const requests = parseRequests(body, max)
    return requests.ok && requests.value.length > max
  }

  get #maxBatch(): number {
    const { maxRequestBatchSize } = this.#shared.config
    return maxRequestBatchSize === 0 ? Infinity : maxRequestBatchSize
  }

  #tooLargeBatch(): HttpResponse {
    const reason = `batch request exceeds maximum (${this.#maxBatch}) allowed number of requests`
    return this.#json(200, failureText(null, RPC_ERRORS.invalidRequest, reason))
  }

  #rpc(body: string): Awaitable<HttpResponse> {
    const requests = parseRequests(body, this.#maxBatch)
    if (!requests.ok) {
      const reason = `error unmarshaling request: ${requests.error}`
      return this.#json(500, failureText(null, RPC_ERRORS.parseError, reason))
    }
    const [only] = requests.value
    if (requests.value.length === 1 && only !== undefined && only !== null) {
      const part = this.#run(only)
      return part instanceof Promise ? part.then((p) => this.#single(p)) : this.#single(part)
    }
    return this.#runAll(requests.value)
  }

  #single(part: Part): HttpResponse {
    return this.#json(part.fatal === true ? 500 : 200, part.text, part.cacheable)
  }

  /** One after the other, as CometBFT does; the answers come in the order of the requests. */
  async #runAll(requests: RpcRequests): Promise<HttpResponse> {
    const parts: Part[] = []
    for (const request of requests) {
      if (request === null) continue
      const part = await this.#run(request)
      if (part.fatal === true) return this.#single(part)
      parts.push(part)
    }
    const [first] = parts
    if (first === undefined) return { status: 200, headers: this.#timeHeader(), body: '' }
    if (parts.length === 1) return this.#single(first)
    const text = `[${parts.map((part) => part.text).join(',')}]`
    return this.#json(
      200,
      text,
      parts.every((part) => part.cacheable),
    )
  }

  #run(request: RpcRequest): Awaitable<Part> {
    const outcome = dispatch(request, this.#context(request.id))
    if (outcome instanceof Promise) return outcome.then((o) => partOf(request.id, o))
    return partOf(request.id, outcome)
  }

  #context(id: string): CallContext {
    // Written out: a spread of the shared part took a seventh of the time of a small request.
    const { env, config, limits, genesis } = this.#shared
    return { env, config, limits, genesis, id, socket: null }
  }

  #uri(route: Route, request: HttpRequest): Awaitable<HttpResponse> {
    if (route.socketOnly) return this.#json(404, failureText(URI_ID, RPC_ERRORS.methodNotFound, ''))
    const values = parseQuery(request.query)
    const form = isForm(request) ? parseQuery(request.body) : values
    const valueOf = (name: string): string => values.get(name) || (form.get(name) ?? '')
    const args = readArguments(() => argumentsOfUri(route.parameters, valueOf))
    if (!args.ok) {
      const reason = `error converting http params to arguments: ${args.error}`
      return this.#json(500, failureText(URI_ID, RPC_ERRORS.invalidParams, reason))
    }
    const outcome = call(route, this.#context(URI_ID), args.value)
    if (outcome instanceof Promise) return outcome.then((o) => this.#uriResponse(o))
    return this.#uriResponse(outcome)
  }

  /** Errors of URI requests are status 500, and never cached. */
  #uriResponse(outcome: Outcome): HttpResponse {
    const { text, cacheable } = partOf(URI_ID, outcome)
    const isOk = outcome.kind === 'answered' && outcome.answer.ok
    return this.#json(isOk ? 200 : 500, text, isOk && cacheable)
  }

  #json(status: number, body: string, cacheable = false): HttpResponse {
    const headers: Record<string, string> = this.#timeHeader()
    headers['Content-Type'] = JSON_TYPE
    if (cacheable) headers['Cache-Control'] = CACHE_CONTROL
    return { status, headers, body }
  }

  #response(status: number, contentType: string, body: string): HttpResponse {
    return { status, headers: { ...this.#timeHeader(), 'Content-Type': contentType }, body }
  }

  #timeHeader(): Record<string, string> {
    return { 'X-Server-Time': String(this.#shared.env.clock.now() / NANOS) }
  }

  #notFound(): HttpResponse {
    const { status, headers, body } = this.#response(404, PLAIN_TYPE, '404 page not found\n')
    return { status, headers: { ...headers, 'X-Content-Type-Options': 'nosniff' }, body }
  }

  /** A request for the WebSocket path that does not ask for one. */
  #notSocket(): HttpResponse {
    const { status, headers, body } = this.#response(400, PLAIN_TYPE, 'Bad Request\n')
    const more = { 'X-Content-Type-Options': 'nosniff', 'Sec-Websocket-Version': '13' }
    return { status, headers: { ...headers, ...more }, body }
  }

  #redirect(request: HttpRequest, path: string): HttpResponse {
    const location = encodePath(path) + (request.query === '' ? '' : `?${request.query}`)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const headers = { ...this.#timeHeader(), Location: location }
    if (!isRead) return { status: 307, headers, body: '' }
    const link = location.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;')
    const body = `<a href="${link}">Temporary Redirect</a>.\n\n`
    return {
      status: 307,
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
      body,
    }
  }

  #allowOrigin(request: HttpRequest, response: HttpResponse): HttpResponse {
    const { corsAllowedOrigins } = this.#shared.config
    const headers: Record<string, string> = { ...response.headers, Vary: 'Origin' }
    const isAllowed =
      corsAllowedOrigins.includes('*') || corsAllowedOrigins.includes(request.origin)
    if (request.origin === '' || !isAllowed) return { ...response, headers }
    headers['Access-Control-Allow-Origin'] = corsAllowedOrigins.includes('*') ? '*' : request.origin
    if (request.method !== 'OPTIONS') return { ...response, headers }
    headers['Access-Control-Allow-Methods'] = 'HEAD, GET, POST'
    headers['Access-Control-Allow-Headers'] =
      'Origin, Accept, Content-Type, X-Requested-With, X-Server-Time'
    return { status: 204, headers, body: '' }
  }
}

function isBatch(body: string): boolean {
  return !body.startsWith('{') && /^[ \t\r\n]*\[/.test(body)
}

function isForm({ method, contentType }: HttpRequest): boolean {
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
  return hasBody && contentType.split(';', 1)[0]?.trim().toLowerCase() === FORM_TYPE
}

function partOf(id: string, outcome: Outcome): Part {
  switch (outcome.kind) {
    case 'refused':
      return { text: failureText(id, outcome.refusal.kind, outcome.refusal.data), cacheable: false }
    case 'missing-params': {
      // CometBFT panics here and answers with the id of a URI request.
      const text = failureText(URI_ID, RPC_ERRORS.internalError, TOO_FEW_ARGUMENTS)
      return { text, cacheable: false, fatal: true }
    }
    case 'answered': {
      const { answer, cacheable } = outcome
      const text = answer.ok
        ? successText(id, answer.value)
        : failureText(id, RPC_ERRORS.internalError, answer.error)
      return { text, cacheable }
    }
  }
}
