// A clock that stands still until it is told to advance: for tests, and for worlds with a time of
// their own.

import type { Time } from '../../core/bytes/index.ts'
import { assert } from '../../core/bytes/index.ts'
import type { Clock, Timer } from '../ports/index.ts'
import { TimerHeap } from './timer-heap.ts'

const NS_PER_MS = 1_000_000n

/**
 * Time as data. Nothing fires but within `advance`; deferred calls run in a microtask of their own.
 */
export class MemoryClock implements Clock {
  readonly #startTime: Time
  #elapsedMs = 0
  #order = 0
  readonly #timers = new TimerHeap()
  #deferred: (() => void)[] = []

  /** Starts at `startTime` (nanoseconds since the Unix epoch), with a monotonic time of 0. */
  constructor(startTime: Time = 0n) {
    this.#startTime = startTime
  }

  now(): Time {
    return this.#startTime + BigInt(Math.floor(this.#elapsedMs)) * NS_PER_MS
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  setTimer(ms: number, fire: () => void): Timer {
    const dueMs = this.#elapsedMs + Math.max(0, ms)
    const timer = { dueMs, order: this.#order++, fire, isCancelled: false }
    this.#timers.push(timer)
    return { cancel: () => this.#timers.cancel(timer) }
  }

  defer(f: () => void): void {
    this.#deferred.push(f)
    // Two hops: what is already waiting in the microtask queue goes first, as it does at the end of
    // a real turn.
    if (this.#deferred.length === 1) queueMicrotask(() => queueMicrotask(() => this.#runDeferred()))
  }

  /**
   * Lets `ms` milliseconds pass and fires what falls due, in order of time, also timers set
   * meanwhile. Promises resolved by a timer settle only after the call: advance in steps of
   * `nextTimerMs` where that matters.
   */
  advance(ms: number): void {
    assert(ms >= 0, 'a clock does not run backwards')
    const end = this.#elapsedMs + ms
    for (let next = this.#timers.first(); next !== null && next.dueMs <= end;) {
      this.#timers.take()
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.fire()
      next = this.#timers.first()
    }
    this.#elapsedMs = end
  }

  /** Milliseconds until the next timer is due, or null when none is set. */
  nextTimerMs(): number | null {
    const next = this.#timers.first()
    return next === null ? null : Math.max(0, next.dueMs - this.#elapsedMs)
  }

  #runDeferred(): void {
    const calls = this.#deferred
    this.#deferred = []
    for (const call of calls) call()
  }
}
