// Copies of small transactions, many to a buffer: a buffer each costs more than its bytes.

const CHUNK_BYTES = 8192
/** Larger ones get a buffer of their own. */
const SMALL_BYTES = 1024

/**
 * Copies bytes that must not keep alive what they came in. A chunk lives as long as any of its
 * transactions, so one transaction can hold `CHUNK_BYTES` at most.
 */
export class TxCopies {
  #chunk: Uint8Array = new Uint8Array(0)
  #at = 0

  /** A copy that nobody changes. */
  keep(tx: Uint8Array): Uint8Array {
    if (tx.length > SMALL_BYTES) return tx.slice()
    if (this.#at + tx.length > this.#chunk.length) {
      this.#chunk = new Uint8Array(CHUNK_BYTES)
      this.#at = 0
    }
    const start = this.#at
    this.#at += tx.length
    this.#chunk.set(tx, start)
    return this.#chunk.subarray(start, this.#at)
  }
}
