// One WebSocket: its requests in order, its subscriptions, and nothing kept for a client that does
// not read.

import { err, ok } from '../../core/bytes/index.ts'
import { Query } from '../events/index.ts'
import type { Subscription } from '../events/index.ts'
import type { MessageSocket } from '../ports/index.ts'
import { MAX_QUERY_TEXT } from './config.ts'
import { dispatch, TOO_FEW_ARGUMENTS } from './dispatch.ts'
import type { Outcome } from './dispatch.ts'
import type { EventWriter } from './json-events.ts'
import { failureText, parseSocketRequest, RPC_ERRORS, successText, URI_ID } from './json-rpc.ts'
import type { Answer } from './answer.ts'
import type { ServerContext, SocketSubscriptions } from './route.ts'

/**
 * Messages that wait for the one before them, above which the socket is not read; what is read
 * already fits twice.
 */
const MAX_WAITING = 64
/** Messages held at most: a client cannot get here but by many tiny messages in one piece. */
const MAX_HELD = 16_384
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013
const LAGGED = 'client is not pulling messages fast enough'
const NODE_STOPPED = 'CometBFT exited'

/** What a session is made of. */
export interface SocketSessionOptions {
  readonly socket: MessageSocket
  readonly shared: ServerContext
  readonly writer: EventWriter
  /** Called once when the socket has closed. */
  readonly onClose: () => void
}

/**
 * A subscription of this client. Events carry the id of the request that started it, which is JSON
 * text.
 */
interface ClientSubscription {
  readonly id: string
  readonly query: string
  readonly events: Subscription
}

/**
 * Serves one WebSocket. Requests run one after the other, as in CometBFT. What the client does not
 * read is bounded by `socketBufferBytes` and one message, plus the events' own buffers; a
 * subscription whose buffer overflows is ended with an error that names the last height delivered.
 */
export class SocketSession implements SocketSubscriptions {
  readonly #options: SocketSessionOptions
  readonly #subscriptions = new Map<string, ClientSubscription>()
  #waiting: string[] = []
  #isRunning = false
  #isPaused = false
  #isFlushPlanned = false
  #isClosed = false

  constructor(options: SocketSessionOptions) {
    this.#options = options
    const { socket } = options
    socket.onMessage((text) => this.#receive(text))
    socket.onDrain(() => {
      this.#flush()
      this.#runNext()
    })
    socket.onClose(() => this.#close())
  }

  subscribe(text: string, id: string): Answer {
    const { limits, env, config } = this.#options.shared
    const refusal = limits.refusal(this)
    if (refusal !== null) return err(refusal)
    if (text.length > MAX_QUERY_TEXT) return err('maximum query length exceeded')
    const query = Query.parse(text)
    if (!query.ok) return err(`failed to parse query: ${query.error}`)
    const key = keyOf(query.value)
    if (this.#subscriptions.has(key)) return err('already subscribed')
    const events = env.events.subscribe({
      query: query.value,
      buffer: config.subscriptionBufferSize,
      onReady: () => this.#planFlush(),
    })
    limits.take(this)
    this.#subscriptions.set(key, { id, query: text, events })
    return ok('{}')
  }

  unsubscribe(text: string): Answer {
    const query = Query.parse(text)
    if (!query.ok) return err(`failed to parse query: ${query.error}`)
    const key = keyOf(query.value)
    if (!this.#subscriptions.has(key)) return err('subscription not found')
    this.#remove(key)
    return ok('{}')
  }

  unsubscribeAll(): Answer {
    if (this.#subscriptions.size === 0) return err('subscription not found')
    for (const key of this.#subscriptions.keys()) this.#remove(key)
    return ok('{}')
  }

  /** Ends the subscriptions with an error each, and the socket. */
  stop(): void {
    for (const [key, { id }] of this.#subscriptions) {
      this.#send(cancelledText(id, NODE_STOPPED))
      this.#remove(key)
    }
    this.#options.socket.close(GOING_AWAY, 'the node stops')
  }

  get #isFull(): boolean {
    return this.#options.socket.bufferedBytes > this.#options.shared.config.socketBufferBytes
  }

  #receive(text: string): void {
    if (this.#isClosed) return
    if (this.#waiting.length >= MAX_HELD) {
      this.#options.socket.close(TRY_AGAIN_LATER, 'too many requests at once')
      return
    }
    this.#waiting.push(text)
    this.#runNext()
    if (this.#waiting.length >= MAX_WAITING && !this.#isPaused) {
      this.#isPaused = true
      this.#options.socket.pause()
    }
  }

  /**
   * Runs what waits, until a request takes longer than this turn or the client does not read its
   * answers.
   */
  #runNext(): void {
    let taken = 0
    while (!this.#isRunning && !this.#isClosed && !this.#isFull && taken < this.#waiting.length) {
      this.#run(this.#waiting[taken++] ?? '')
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken)
    if (this.#isPaused && this.#waiting.length === 0 && !this.#isClosed) {
      this.#isPaused = false
      this.#options.socket.resume()
    }
  }

  #run(text: string): void {
    const parsed = parseSocketRequest(text)
    if (!parsed.ok) {
      const reason = `error unmarshaling request: ${parsed.error}`
      this.#send(failureText(null, RPC_ERRORS.parseError, reason))
      return
    }
    const request = parsed.value
    if (request === null) return
    const context = { ...this.#options.shared, id: request.id, socket: this }
    const outcome = dispatch(request, context)
    if (!(outcome instanceof Promise)) {
      this.#send(responseText(request.id, outcome))
      return
    }
    this.#isRunning = true
    void outcome.then((late) => {
      this.#isRunning = false
      this.#send(responseText(request.id, late))
      this.#runNext()
    })
  }

  #send(text: string): void {
    if (!this.#isClosed) this.#options.socket.send(text)
  }

  /** Writes at the end of the turn, so that whoever publishes does not wait for JSON. */
  #planFlush(): void {
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    this.#options.shared.env.clock.defer(() => {
      this.#isFlushPlanned = false
      this.#flush()
    })
  }

  #flush(): void {
    for (const [key, subscription] of this.#subscriptions) this.#deliver(key, subscription)
  }

  #deliver(key: string, { id, query, events }: ClientSubscription): void {
    while (!this.#isFull && !this.#isClosed) {
      const event = events.take()
      if (event !== null) {
        this.#send(successText(id, this.#options.writer.write(query, event)))
        continue
      }
      if (events.error !== null) {
        const { lastDeliveredHeight } = events.error
        const from =
          lastDeliveredHeight === null ? '' : `, last delivered height ${lastDeliveredHeight}`
        this.#send(cancelledText(id, LAGGED + from))
        this.#remove(key)
      }
      return
    }
  }

  #remove(key: string): void {
    const subscription = this.#subscriptions.get(key)
    if (subscription === undefined) return
    this.#subscriptions.delete(key)
    subscription.events.cancel()
    this.#options.shared.limits.release(this)
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting = []
    for (const key of this.#subscriptions.keys()) this.#remove(key)
    this.#options.onClose()
  }
}

/** Two texts that mean the same are one subscription. */
function keyOf(query: Query): string {
  return query.conditions
    .map(({ tag, operator, argumentKind, argument }) =>
      [tag, operator, argumentKind, argument].join('\u0000'),
    )
    .join('\u0001')
}

function cancelledText(id: string, reason: string): string {
  const data = `subscription was canceled (reason: ${reason})`
  return failureText(id, RPC_ERRORS.serverError, data)
}

/** Over a WebSocket, parameters that do not fit are an internal error. */
function responseText(id: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'refused': {
      const { kind, data } = outcome.refusal
      const isParams = kind === RPC_ERRORS.invalidParams
      return failureText(id, isParams ? RPC_ERRORS.internalError : kind, data)
    }
    case 'missing-params':
      return failureText(URI_ID, RPC_ERRORS.internalError, `WSJSONRPC: ${TOO_FEW_ARGUMENTS}`)
    case 'answered':
      return outcome.answer.ok
        ? successText(id, outcome.answer.value)
        : failureText(id, RPC_ERRORS.internalError, outcome.answer.error)
  }
}
