// One subscriber's view of the events: a bounded buffer that is read by iteration or drained by a
// callback.

import type { PublishedEvent } from './published-event.ts'
import type { Query } from './query.ts'

/**
 * A subscriber did not read fast enough and was ended; everything up to the last delivered event
 * was delivered.
 */
export class LaggedError extends Error {
  readonly code = 'EVENTS_LAGGED'
  /** Height of the last event the subscriber took, null when it took none: where to resume from. */
  readonly lastDeliveredHeight: bigint | null

  constructor(lastDeliveredHeight: bigint | null) {
    const at =
      lastDeliveredHeight === null
        ? 'before the first event'
        : `after height ${lastDeliveredHeight}`
    super(`the subscriber lagged behind ${at}`)
    this.name = 'LaggedError'
    this.lastDeliveredHeight = lastDeliveredHeight
  }
}

/**
 * What to do when the buffer is full: end the subscriber, or forget the oldest event and count it.
 */
export type Overflow = 'error' | 'drop-oldest'

/** How to subscribe. */
export interface SubscribeOptions {
  readonly query: Query
  /**
   * Events kept for a slow reader; at least 1, at most {@link MAX_BUFFER}, 200 when left out as in
   * CometBFT.
   */
  readonly buffer?: number
  readonly overflow?: Overflow
  /** Ends the subscription when aborted. */
  readonly signal?: AbortSignal
  /**
   * Called when an event arrives in an empty buffer and when the subscription ends; read with
   * `take` until it answers null. Must not throw.
   */
  readonly onReady?: () => void
}

/** The largest buffer a subscriber may ask for, in events. */
export const MAX_BUFFER = 65_536

const DEFAULT_BUFFER = 200

/**
 * A live subscription. Read it with `for await` or, without promises, with `take`. Iteration ends
 * quietly after `cancel`, and throws {@link LaggedError} once a full buffer ended it (after the
 * buffered events).
 */
export class Subscription implements AsyncIterableIterator<PublishedEvent> {
  readonly query: Query
  readonly #options: SubscribeOptions
  readonly #onEnd: (subscription: Subscription) => void
  readonly #capacity: number
  readonly #abort: () => void
  #buffer: PublishedEvent[] = []
  #first = 0
  #waiting: ((ready: void) => void)[] = []
  #lastDeliveredHeight: bigint | null = null
  #lagged = false
  #ended = false
  #dropped = 0

  /** Made by the event bus; `onEnd` is called once when the subscription ends. */
  constructor(options: SubscribeOptions, onEnd: (subscription: Subscription) => void) {
    this.query = options.query
    this.#options = options
    this.#onEnd = onEnd
    this.#capacity = Math.min(Math.max(options.buffer ?? DEFAULT_BUFFER, 1), MAX_BUFFER)
    this.#abort = (): void => this.cancel()
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    if (options.signal?.aborted === true) this.cancel()
  }

  /** True once no further event will arrive; buffered ones can still be taken. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Why it ended, when it was not cancelled; names the height of the last event taken until now.
   */
  get error(): LaggedError | null {
    return this.#lagged ? new LaggedError(this.#lastDeliveredHeight) : null
  }

  /** Events forgotten by `drop-oldest`. */
  get dropped(): number {
    return this.#dropped
  }

  /** Events waiting to be taken. */
  get buffered(): number {
    return this.#buffer.length - this.#first
  }

  /** The next buffered event, or null. */
  take(): PublishedEvent | null {
    const event = this.#buffer[this.#first]
    if (event === undefined) return null
    this.#first++
    if (this.#first === this.#buffer.length) {
      this.#buffer = []
      this.#first = 0
    } else if (this.#first >= this.#capacity) {
      this.#buffer.splice(0, this.#first)
      this.#first = 0
    }
    this.#lastDeliveredHeight = event.height
    return event
  }

  /** Called by the event bus with each matching event, in order. */
  deliver(event: PublishedEvent): void {
    if (this.#ended) return
    if (this.buffered >= this.#capacity) {
      if (this.#options.overflow !== 'drop-oldest') {
        this.#lagged = true
        this.#end()
        return
      }
      this.#first++
      this.#dropped++
      if (this.#first >= this.#capacity) {
        this.#buffer.splice(0, this.#first)
        this.#first = 0
      }
    }
    this.#buffer.push(event)
    if (this.buffered === 1) this.#wake()
  }

  /** Ends the subscription; buffered events are forgotten. */
  cancel(): void {
    this.#buffer = []
    this.#first = 0
    this.#end()
  }

  async next(): Promise<IteratorResult<PublishedEvent>> {
    for (;;) {
      const event = this.take()
      if (event !== null) return { done: false, value: event }
      if (this.error !== null) throw this.error
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  return(): Promise<IteratorResult<PublishedEvent>> {
    this.cancel()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.signal?.removeEventListener('abort', this.#abort)
    this.#onEnd(this)
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
    this.#options.onReady?.()
  }
}
