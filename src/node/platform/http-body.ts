// The body of a request, collected within a limit however small the pieces are in which it comes.

/**
 * Collects a body. Holds at most twice the limit, and copies each byte a bounded number of times.
 */
export class HttpBody {
  readonly #limit: number
  #held: Buffer | null = null
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes collected. */
  get length(): number {
    return this.#length
  }

  /** Adds a piece; false when the body would be over the limit, and then nothing more is kept. */
  add(piece: Buffer): boolean {
    const end = this.#length + piece.length
    if (end > this.#limit) return false
    if (this.#held === null) {
      // The usual body comes in one piece, which needs no copy.
      this.#held = piece
    } else {
      if (end > this.#held.length) this.#grow(end)
      piece.copy(this.#held, this.#length)
    }
    this.#length = end
    return true
  }

  /** What has come as text; U+FFFD stands where they are not UTF-8. */
  text(): string {
    return this.#held === null ? '' : this.#held.toString('utf8', 0, this.#length)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(needed, 2 * this.#length)))
    this.#held?.copy(grown, 0, 0, this.#length)
    this.#held = grown
  }
}
