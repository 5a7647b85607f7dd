// The Merlin transcript of the secret connection: STROBE-128 over keccak-f[1600], only the
// operations Merlin uses.

import { keccakP } from '@noble/hashes/sha3.js'
import { assert, toUtf8 } from '../bytes/index.ts'

const RATE = 166
const FLAG_INBOUND = 1
const FLAG_APPLICATION = 2
const FLAG_CIPHER = 4
const FLAG_META = 16

/** The duplex object of STROBE at 128 bits of security, with the operations AD, meta-AD and PRF. */
class Strobe {
  readonly #words = new Uint32Array(50)
  readonly #bytes = new Uint8Array(this.#words.buffer)
  #position = 0
  #begin = 0

  constructor(protocol: string) {
    // STROBE v1.0.2: the rate block, then the version string, then one permutation.
    this.#bytes.set([1, RATE + 2, 1, 0, 1, 96])
    this.#bytes.set(toUtf8('STROBEv1.0.2'), 6)
    keccakP(this.#words)
    this.metaAd(toUtf8(protocol), false)
  }

  metaAd(data: Uint8Array, more: boolean): void {
    this.#beginOperation(FLAG_META | FLAG_APPLICATION, more)
    this.#absorb(data)
  }

  ad(data: Uint8Array): void {
    this.#beginOperation(FLAG_APPLICATION, false)
    this.#absorb(data)
  }

  prf(length: number): Uint8Array {
    this.#beginOperation(FLAG_INBOUND | FLAG_APPLICATION | FLAG_CIPHER, false)
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      out[i] = this.#bytes[this.#position] as number
      this.#bytes[this.#position] = 0
      this.#advance()
    }
    return out
  }

  #beginOperation(flags: number, more: boolean): void {
    if (more) return
    const previousBegin = this.#begin
    this.#begin = this.#position + 1
    this.#absorb(new Uint8Array([previousBegin, flags]))
    // An operation that produces output starts on a fresh block.
    if ((flags & FLAG_CIPHER) !== 0 && this.#position !== 0) this.#permute()
  }

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#bytes[this.#position] = (this.#bytes[this.#position] as number) ^ byte
      this.#advance()
    }
  }

  #advance(): void {
    this.#position++
    if (this.#position === RATE) this.#permute()
  }

  #permute(): void {
    const bytes = this.#bytes
    bytes[this.#position] = (bytes[this.#position] as number) ^ this.#begin
    bytes[this.#position + 1] = (bytes[this.#position + 1] as number) ^ 0x04
    bytes[RATE + 1] = (bytes[RATE + 1] as number) ^ 0x80
    keccakP(this.#words)
    this.#position = 0
    this.#begin = 0
  }
}

const littleEndian32 = (value: number): Uint8Array => {
  assert(
    Number.isInteger(value) && value >= 0 && value < 2 ** 32,
    'a transcript length has 32 bits',
  )
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24])
}

/**
 * A Merlin v1.0 transcript: what both sides have said so far, as a sponge. The challenge depends on
 * every label and message in order. Source: merlin.cool; used by the secret connection (wire.md
 * 2.1).
 */
export class Transcript {
  readonly #strobe = new Strobe('Merlin v1.0')

  /** @param label domain separator of the whole protocol */
  constructor(label: string) {
    this.append('dom-sep', toUtf8(label))
  }

  /** Adds a message under a label. */
  append(label: string, message: Uint8Array): void {
    this.#strobe.metaAd(toUtf8(label), false)
    this.#strobe.metaAd(littleEndian32(message.length), true)
    this.#strobe.ad(message)
  }

  /** Draws `length` bytes that both sides can compute. */
  challenge(label: string, length: number): Uint8Array {
    this.#strobe.metaAd(toUtf8(label), false)
    this.#strobe.metaAd(littleEndian32(length), true)
    return this.#strobe.prf(length)
  }
}
