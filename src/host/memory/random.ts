// Repeatable randomness from a seed: the same seed draws the same bytes.

import type { Random } from '../ports/index.ts'

/**
 * Draws from a 32-bit counter mixed by two rounds of multiply-xorshift; not for keys of a real
 * network.
 */
export class MemoryRandom implements Random {
  #counter: number

  /** The seed is taken modulo 2^32. */
  constructor(seed: number) {
    this.#counter = seed >>> 0
  }

  bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; at += 4) {
      const word = this.#word()
      for (let i = at; i < at + 4 && i < size; i++) bytes[i] = word >>> (8 * (i - at))
    }
    return bytes
  }

  #word(): number {
    this.#counter = (this.#counter + 0x9e3779b9) >>> 0
    let word = this.#counter
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
}
