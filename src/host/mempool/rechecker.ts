// Walks what is left in the mempool after a block, in small stretches between the turns of the
// loop.

import type { Clock, Timer } from '../ports/index.ts'
import type { PooledTx } from './pooled-tx.ts'

/** Most transactions in one stretch, whatever the clock says. */
const STRETCH_TXS = 256

/** How often within a stretch the clock is read. */
const CLOCK_EVERY = 16

/** What a rechecker needs. `check` must deal with the answer itself. */
export interface RecheckerOptions {
  readonly clock: Clock
  readonly budgetMs: number
  readonly check: (tx: PooledTx) => void | Promise<void>
  readonly onDone: () => void
}

/**
 * Rechecks in order of arrival. One walk at a time: the next block begins a new one. A walk that a
 * block has cut short makes the rechecker overdue until a walk comes through, so that a slow
 * application sheds load instead of drowning.
 */
export class Rechecker {
  readonly #options: RecheckerOptions
  #txs: readonly PooledTx[] = []
  #next = 0
  #timer: Timer | null = null
  #running = false
  #overdue = false
  #walk = 0

  constructor(options: RecheckerOptions) {
    this.#options = options
  }

  /**
   * Whether a walk is under way; new transactions wait for its end to keep their order behind the
   * old ones.
   */
  get isRunning(): boolean {
    return this.#running
  }

  /** Whether the last walk was cut short and none has finished since. */
  get isOverdue(): boolean {
    return this.#overdue
  }

  /**
   * Begins a walk in the next turn, in place of one under way; an empty list is a walk that came
   * through.
   */
  start(txs: readonly PooledTx[]): void {
    this.stop()
    if (txs.length === 0) {
      this.#overdue = false
      return
    }
    this.#txs = txs
    this.#next = 0
    this.#running = true
    this.#schedule()
  }

  /** Cuts the walk short. */
  stop(): void {
    if (!this.#running) return
    this.#overdue = true
    this.#running = false
    this.#walk++
    this.#timer?.cancel()
    this.#timer = null
    this.#txs = []
  }

  #schedule(): void {
    const walk = this.#walk
    this.#timer = this.#options.clock.setTimer(0, () => {
      void this.#stretch(walk)
    })
  }

  async #stretch(walk: number): Promise<void> {
    const { clock, budgetMs, check } = this.#options
    const until = clock.monotonicMs() + budgetMs
    for (let count = 1; count <= STRETCH_TXS; count++) {
      const tx = this.#txs[this.#next]
      if (tx === undefined) return this.#finish()
      this.#next++
      const checked = check(tx)
      if (checked instanceof Promise) await checked
      if (walk !== this.#walk) return
      if (count % CLOCK_EVERY === 0 && clock.monotonicMs() >= until) break
    }
    this.#schedule()
  }

  #finish(): void {
    this.#running = false
    this.#overdue = false
    this.#timer = null
    this.#txs = []
    this.#options.onDone()
  }
}
