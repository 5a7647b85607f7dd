// The transactions of the mempool in order of arrival, with their sum of bytes.

import type { PooledTx } from './pooled-tx.ts'
import { encodedTxSize } from './tx-limits.ts'

/** An ordered map from keys to transactions. Bounds are its owner's. */
export class TxList {
  readonly #txs = new Map<string, PooledTx>()
  #bytes = 0

  /** Transactions in the list. */
  get size(): number {
    return this.#txs.size
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** The transaction with this key. */
  get(key: string): PooledTx | undefined {
    return this.#txs.get(key)
  }

  /** All of them, oldest first. */
  values(): IterableIterator<PooledTx> {
    return this.#txs.values()
  }

  /** Adds one at the end; its key must be new. */
  add(entry: PooledTx): void {
    this.#txs.set(entry.key, entry)
    entry.isHeld = true
    this.#bytes += entry.tx.length
  }

  /** Removes one; a key that is not there is fine. */
  remove(key: string): void {
    const entry = this.#txs.get(key)
    if (entry === undefined) return
    this.#txs.delete(key)
    entry.isHeld = false
    this.#bytes -= entry.tx.length
  }

  /** Removes all. */
  clear(): void {
    for (const entry of this.#txs.values()) entry.isHeld = false
    this.#txs.clear()
    this.#bytes = 0
  }

  /**
   * Transactions for a block, in order, as long as their encoded bytes and their gas fit; -1n is no
   * limit. The first that does not fit ends the list.
   */
  reapMaxBytesMaxGas(maxBytes: bigint, maxGas: bigint): Uint8Array[] {
    const txs: Uint8Array[] = []
    const room = maxBytes < 0n ? Infinity : Number(maxBytes)
    let bytes = 0
    let gas = 0n
    for (const entry of this.#txs.values()) {
      bytes += encodedTxSize(entry.tx.length)
      if (bytes > room) break
      gas += entry.gasWanted
      if (maxGas >= 0n && gas > maxGas) break
      txs.push(entry.tx)
    }
    return txs
  }

  /** The first `max` transactions; all of them when `max` is negative. */
  reapMaxTxs(max: number): Uint8Array[] {
    const txs: Uint8Array[] = []
    for (const entry of this.#txs.values()) {
      if (max >= 0 && txs.length >= max) break
      txs.push(entry.tx)
    }
    return txs
  }
}
