// Cuts a stream of varint-delimited messages that arrives in pieces of any size into messages.

import type { ConnError } from './errors.ts'

const MAX_PREFIX_SHIFT = 28

/**
 * Holds at most one unfinished message of at most `limit` bytes. A message that lies whole in the
 * piece is given as a view of it, one that spans pieces as a view of a buffer that the next message
 * overwrites: use it before reading on.
 */
export class DelimitedReader {
  readonly #limit: number
  readonly #buffer: Uint8Array
  #length = 0
  #shift = 0
  #hasLength = false
  #filled = 0
  #message: Uint8Array | null = null
  #error: ConnError | null = null

  constructor(limit: number) {
    this.#limit = limit
    this.#buffer = new Uint8Array(limit)
  }

  /** The message that the last `read` completed. */
  get message(): Uint8Array | null {
    return this.#message
  }

  /** Why nothing more can be read. */
  get error(): ConnError | null {
    return this.#error
  }

  /** Takes bytes from `offset` up to the end of one message and returns the next offset. */
  read(bytes: Uint8Array, offset: number): number {
    this.#message = null
    let at = offset
    while (!this.#hasLength && at < bytes.length) {
      this.#takePrefix(bytes[at] as number)
      if (this.#error !== null) return at
      at++
    }
    return this.#hasLength ? this.#takeBody(bytes, at) : at
  }

  #takePrefix(byte: number): void {
    if (this.#shift > MAX_PREFIX_SHIFT) return this.#fail(Number.MAX_SAFE_INTEGER)
    this.#length += (byte & 0x7f) * 2 ** this.#shift
    this.#shift += 7
    if (this.#length > this.#limit) return this.#fail(this.#length)
    this.#hasLength = byte < 0x80
  }

  #fail(size: number): void {
    this.#error = { code: 'CONN_OVERSIZED_PACKET', size, limit: this.#limit }
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const missing = this.#length - this.#filled
    const end = at + missing
    if (end > bytes.length) {
      this.#buffer.set(bytes.subarray(at), this.#filled)
      this.#filled += bytes.length - at
      return bytes.length
    }
    if (this.#filled === 0) {
      this.#message = bytes.subarray(at, end)
    } else {
      this.#buffer.set(bytes.subarray(at, end), this.#filled)
      this.#message = this.#buffer.subarray(0, this.#length)
    }
    this.#length = 0
    this.#shift = 0
    this.#hasLength = false
    this.#filled = 0
    return end
  }
}
