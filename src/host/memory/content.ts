// The growing bytes of one file in memory.

/** Bytes that are written at any offset and cut; a write costs its own length, not the file's. */
export class Content {
  #buffer: Uint8Array
  #length: number

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#buffer = bytes.slice()
    this.#length = bytes.length
  }

  get length(): number {
    return this.#length
  }

  /** Puts bytes at an offset; a hole before them reads as zeros. */
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#buffer.length))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(bytes, offset)
    this.#length = Math.max(this.#length, end)
  }

  truncate(size: number): void {
    if (size >= this.#length) return
    this.#buffer.fill(0, size, this.#length)
    this.#length = size
  }

  /** A copy of the bytes from `start` up to `end`. */
  slice(start = 0, end: number = this.#length): Uint8Array {
    return this.#buffer.slice(start, Math.min(end, this.#length))
  }
}
