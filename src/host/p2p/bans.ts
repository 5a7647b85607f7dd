// Ids that broke the protocol and are kept away for a while.

import type { Clock } from '../ports/index.ts'

const MAX_BANS = 1024

/** A bounded list: when it is full, the ban that was given first is forgotten. */
export class Bans {
  readonly #clock: Clock
  readonly #untilMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#untilMs.size
  }

  add(id: string, durationMs: number): void {
    this.#untilMs.delete(id)
    const oldest = this.#untilMs.keys().next()
    if (this.#untilMs.size >= MAX_BANS && oldest.done !== true) this.#untilMs.delete(oldest.value)
    this.#untilMs.set(id, this.#clock.monotonicMs() + durationMs)
  }

  /** Milliseconds until the id may return, 0 when it may now. */
  remainingMs(id: string): number {
    const untilMs = this.#untilMs.get(id)
    if (untilMs === undefined) return 0
    const remainingMs = untilMs - this.#clock.monotonicMs()
    if (remainingMs > 0) return remainingMs
    this.#untilMs.delete(id)
    return 0
  }
}
