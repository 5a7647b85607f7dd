// Checksums of many stretches of the same bytes, each for about the same price.

import { crc32c, crc32cOfRest } from '../../core/bytes/index.ts'

/** The checksum of everything before is kept at every multiple of this. */
const STEP = 256
/** Up to this length a stretch is cheaper to walk. */
const SHORT = 4096

/**
 * Looking for records in damaged bytes asks for the checksum of whatever a length field says, at
 * nearly every byte: walked each time, a few megabytes of unlucky or chosen content would take
 * hours.
 */
export class RangeChecksums {
  readonly #bytes: Uint8Array
  /** Of the bytes before 0, STEP, 2 * STEP, as far as anybody asked. */
  readonly #before: number[] = [0]

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** CRC32C of the bytes from `from` to below `to`. */
  of(from: number, to: number): number {
    const length = to - from
    if (length <= SHORT) return crc32c(this.#bytes.subarray(from, to))
    return crc32cOfRest(this.#upTo(from), this.#upTo(to), length)
  }

  #upTo(end: number): number {
    const index = Math.floor(end / STEP)
    for (let last = this.#before.length - 1; last < index; last++) {
      const piece = this.#bytes.subarray(last * STEP, (last + 1) * STEP)
      this.#before.push(crc32c(piece, this.#before[last]))
    }
    return crc32c(this.#bytes.subarray(index * STEP, end), this.#before[index])
  }
}
