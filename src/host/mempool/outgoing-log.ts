// The transactions that peers should get, in one shared order, with a position per peer instead of
// a queue per peer.

import type { PooledTx } from './pooled-tx.ts'

/** Entries beyond those still waiting that are kept before the log is cleaned. */
const SLACK = 256

/**
 * A list of transactions with growing positions. Those that have left the mempool are cleaned out,
 * so the log is never longer than twice the mempool plus a constant; positions stay valid, they
 * only skip what is gone.
 */
export class OutgoingLog {
  readonly #mempool: { readonly size: number }
  #entries: PooledTx[] = []
  #positions: number[] = []
  #end = 0

  constructor(mempool: { readonly size: number }) {
    this.#mempool = mempool
  }

  /** The position behind the last entry. */
  get end(): number {
    return this.#end
  }

  /** Entries in the log, those that have left the mempool meanwhile included. */
  get length(): number {
    return this.#entries.length
  }

  /** Adds an entry at the end. */
  append(entry: PooledTx): void {
    if (this.#entries.length > 2 * this.#mempool.size + SLACK) this.#clean()
    this.#entries.push(entry)
    this.#positions.push(this.#end)
    this.#end++
  }

  /**
   * Visits the entries from a position on that are still in the mempool, until `visit` answers
   * false. Returns the position to go on from: that of the entry refused, or the end.
   */
  readFrom(position: number, visit: (entry: PooledTx, position: number) => boolean): number {
    for (let i = this.#indexOf(position); i < this.#entries.length; i++) {
      const entry = this.#entries[i]
      const at = this.#positions[i]
      if (entry === undefined || at === undefined) break
      if (entry.isHeld && !visit(entry, at)) return at
    }
    return this.#end
  }

  #indexOf(position: number): number {
    let low = 0
    let high = this.#positions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#positions[middle] ?? position) < position) low = middle + 1
      else high = middle
    }
    return low
  }

  #clean(): void {
    const entries: PooledTx[] = []
    const positions: number[] = []
    this.#entries.forEach((entry, i) => {
      if (!entry.isHeld) return
      entries.push(entry)
      positions.push(this.#positions[i] ?? 0)
    })
    this.#entries = entries
    this.#positions = positions
  }
}
