// Sealed frames of the secret connection: 1,024 bytes of data at a time, each under a nonce of its
// own.

import type { ChannelCrypto } from '../../core/crypto/index.ts'
import type { ConnError } from './errors.ts'

/** Data bytes in a frame. Wire: C:p2p/conn/secret_connection.go dataMaxSize. */
export const FRAME_DATA_SIZE = 1024
/** Little-endian length, then the data area. */
export const FRAME_PLAIN_SIZE: number = 4 + FRAME_DATA_SIZE
/** A frame on the wire: encrypted, with its tag. */
export const SEALED_FRAME_SIZE: number = FRAME_PLAIN_SIZE + 16

const MAX_WORD = 0xffff_ffff

/** Four zero bytes and a little-endian counter of 64 bits; one per direction. */
class Nonce {
  readonly bytes = new Uint8Array(12)
  readonly #view = new DataView(this.bytes.buffer)
  #isSpent = false

  constructor(first: bigint) {
    this.#view.setBigUint64(4, first, true)
  }

  /** True when every counter value has been used; another frame would repeat one. */
  get isSpent(): boolean {
    return this.#isSpent
  }

  advance(): void {
    const low = this.#view.getUint32(4, true)
    if (low < MAX_WORD) {
      this.#view.setUint32(4, low + 1, true)
      return
    }
    const high = this.#view.getUint32(8, true)
    this.#isSpent = high === MAX_WORD
    this.#view.setBigUint64(4, BigInt.asUintN(64, (BigInt(high) + 1n) << 32n), true)
  }
}

/**
 * Seals frames of one direction. The plaintext area is reused, so the padding of a short frame is
 * what the frame
 * before left there: bytes that the other side has already had, and the very bytes that CometBFT
 * sends.
 */
export class FrameSealer {
  readonly #plain = new Uint8Array(FRAME_PLAIN_SIZE)
  readonly #length = new DataView(this.#plain.buffer)
  /** Where the data of the next frame is put. */
  readonly data: Uint8Array = this.#plain.subarray(4)
  readonly #channelCrypto: ChannelCrypto
  readonly #key: Uint8Array
  readonly #nonce: Nonce

  /** @param firstCounter only for tests of the counter's end */
  constructor(channelCrypto: ChannelCrypto, key: Uint8Array, firstCounter = 0n) {
    this.#channelCrypto = channelCrypto
    this.#key = key
    this.#nonce = new Nonce(firstCounter)
  }

  /** Seals the first `length` bytes of `data`; null when the nonces are used up. */
  seal(length: number): Uint8Array | null {
    if (this.#nonce.isSpent) return null
    this.#length.setUint32(0, length, true)
    const sealed = this.#channelCrypto.seal(this.#key, this.#nonce.bytes, this.#plain)
    this.#nonce.advance()
    return sealed
  }
}

/** Opens the frames of one direction from pieces of any size, without joining pieces. */
export class FrameOpener {
  readonly #partial = new Uint8Array(SEALED_FRAME_SIZE)
  #partialLength = 0
  readonly #channelCrypto: ChannelCrypto
  readonly #key: Uint8Array
  readonly #nonce: Nonce

  constructor(channelCrypto: ChannelCrypto, key: Uint8Array, firstCounter = 0n) {
    this.#channelCrypto = channelCrypto
    this.#key = key
    this.#nonce = new Nonce(firstCounter)
  }

  /**
   * Takes bytes from `offset` up to the end of one frame.
   * @returns the next offset; the frame's data, or null when the frame is not complete yet; or the
   * fault
   */
  read(bytes: Uint8Array, offset: number): FrameRead {
    const available = bytes.length - offset
    if (this.#partialLength === 0 && available >= SEALED_FRAME_SIZE) {
      const next = offset + SEALED_FRAME_SIZE
      return this.#open(bytes.subarray(offset, next), next)
    }
    const taken = Math.min(available, SEALED_FRAME_SIZE - this.#partialLength)
    this.#partial.set(bytes.subarray(offset, offset + taken), this.#partialLength)
    this.#partialLength += taken
    if (this.#partialLength < SEALED_FRAME_SIZE) {
      return { next: offset + taken, data: null, error: null }
    }
    this.#partialLength = 0
    return this.#open(this.#partial, offset + taken)
  }

  #open(sealed: Uint8Array, next: number): FrameRead {
    if (this.#nonce.isSpent) {
      return { next, data: null, error: { code: 'CONN_NONCE_EXHAUSTED' } }
    }
    const plain = this.#channelCrypto.open(this.#key, this.#nonce.bytes, sealed)
    this.#nonce.advance()
    if (plain === null) return badFrame(next, 'a frame that was altered or sealed with another key')
    const length =
      ((plain[0] as number) |
        ((plain[1] as number) << 8) |
        ((plain[2] as number) << 16) |
        ((plain[3] as number) << 24)) >>>
      0
    if (length > FRAME_DATA_SIZE) return badFrame(next, `a frame that claims ${length} bytes`)
    return { next, data: plain.subarray(4, 4 + length), error: null }
  }
}

/** What one step of reading frames gave. */
export interface FrameRead {
  readonly next: number
  readonly data: Uint8Array | null
  readonly error: ConnError | null
}

function badFrame(next: number, reason: string): FrameRead {
  return { next, data: null, error: { code: 'CONN_BAD_FRAME', reason } }
}
