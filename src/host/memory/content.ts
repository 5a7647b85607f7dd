// The growing bytes of one file in memory.

import { freshBytes } from '../../core/bytes/index.ts'

/** A file that says so far ahead how long it will be is given the room at once. */
const ROOM_AT_ONCE = 65_536

let zeroBytes = new Uint8Array(0)

/** Zeros that a content keeps as a length only. */
export function zeros(size: number): Uint8Array {
  if (size > zeroBytes.length) zeroBytes = new Uint8Array(2 * size)
  return zeroBytes.subarray(0, size)
}

/** True for what `zeros` gave: it never changes and needs no copy. */
export function isZeros(bytes: Uint8Array): boolean {
  return bytes.buffer === zeroBytes.buffer
}

/**
 * Bytes that are written at any offset and cut. A write costs its own length, not the file's; zeros
 * at the end cost nothing; a fork costs nothing until one of the two is written to.
 */
export class Content {
  /** Shorter than the content when that ends with zeros. */
  #buffer: Uint8Array = new Uint8Array(0)
  #length = 0
  #isShared = false

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.write(0, bytes)
  }

  get length(): number {
    return this.#length
  }

  /** The same bytes, free to change apart from these. */
  fork(): Content {
    const other = new Content()
    other.#buffer = this.#buffer
    other.#length = this.#length
    other.#isShared = true
    this.#isShared = true
    return other
  }

  /** Puts bytes at an offset; a hole before them reads as zeros. */
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (!isZeros(bytes) || offset < this.#buffer.length) {
      this.#own(end)
      this.#buffer.set(bytes, offset)
    }
    this.#length = Math.max(this.#length, end)
  }

  truncate(size: number): void {
    if (size >= this.#length) return
    if (size < this.#buffer.length) {
      this.#own(this.#buffer.length)
      this.#buffer.fill(0, size)
    }
    this.#length = size
  }

  /** Turns over one bit. */
  flip(bit: number): void {
    const at = bit >>> 3
    this.#own(at + 1)
    this.#buffer[at] = (this.#buffer[at] ?? 0) ^ (1 << (bit & 7))
  }

  /** A copy of the bytes from `start` up to `end`. */
  slice(start = 0, end: number = this.#length): Uint8Array {
    const stop = Math.max(start, Math.min(end, this.#length))
    const bytes = freshBytes(stop - start)
    if (start < this.#buffer.length) bytes.set(this.#buffer.subarray(start, stop))
    return bytes
  }

  /** Makes the buffer this content's own, with room for `size` bytes. */
  #own(size: number): void {
    const grows = size > this.#buffer.length
    if (!grows && !this.#isShared) return
    const expected = Math.min(this.#length, ROOM_AT_ONCE)
    const room = grows ? Math.max(size, 2 * this.#buffer.length, expected) : this.#buffer.length
    const buffer = freshBytes(room)
    buffer.set(this.#buffer)
    this.#buffer = buffer
    this.#isShared = false
  }
}
