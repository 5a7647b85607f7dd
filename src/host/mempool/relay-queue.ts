// Transactions that came from a peer, held back until everybody has had the time to get them from
// their source.

import type { Clock, Timer } from '../ports/index.ts'
import type { PooledTx } from './pooled-tx.ts'

/**
 * First in, first out with one deadline length, so one timer is enough. Bounded by the mempool: an
 * entry is added once, when it is accepted, and leaves at its deadline, whether it was committed
 * meanwhile or not.
 */
export class RelayQueue {
  readonly #clock: Clock
  readonly #delayMs: number
  readonly #onDue: (entries: readonly PooledTx[]) => void
  #entries: { readonly entry: PooledTx; readonly dueMs: number }[] = []
  #timer: Timer | null = null

  constructor(clock: Clock, delayMs: number, onDue: (entries: readonly PooledTx[]) => void) {
    this.#clock = clock
    this.#delayMs = delayMs
    this.#onDue = onDue
  }

  /** Holds an entry for the delay. */
  add(entry: PooledTx): void {
    this.#entries.push({ entry, dueMs: this.#clock.monotonicMs() + this.#delayMs })
    this.#schedule()
  }

  /** Forgets what is held; nothing comes due any more. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#entries = []
  }

  #schedule(): void {
    const first = this.#entries[0]
    if (this.#timer !== null || first === undefined) return
    this.#timer = this.#clock.setTimer(first.dueMs - this.#clock.monotonicMs(), () => {
      this.#timer = null
      this.#release()
    })
  }

  #release(): void {
    const nowMs = this.#clock.monotonicMs()
    const count = this.#entries.findIndex(({ dueMs }) => dueMs > nowMs)
    const due = this.#entries.splice(0, count === -1 ? this.#entries.length : count)
    if (due.length > 0) this.#onDue(due.map(({ entry }) => entry))
    this.#schedule()
  }
}
