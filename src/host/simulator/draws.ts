// Repeatable draws from a seed, in whole numbers, so that every machine draws the same.

const WORD = 0x1_0000_0000
const GOLDEN = 0x9e3779b9

/** A stream of draws; streams of different names from one seed do not depend on each other. */
export class Draws {
  #counter: number

  constructor(seed: number, stream = '') {
    let mixed = mix((seed >>> 0) ^ Math.imul(Math.floor(seed / WORD), GOLDEN))
    for (let i = 0; i < stream.length; i++) mixed = mix((mixed ^ stream.charCodeAt(i)) + GOLDEN)
    this.#counter = mixed
  }

  /** 32 random bits. */
  word(): number {
    this.#counter = (this.#counter + GOLDEN) >>> 0
    return mix(this.#counter)
  }

  /** A whole number from `least` to `most`, both inclusive. */
  between(least: number, most: number): number {
    return least + Math.floor((this.word() / WORD) * (most - least + 1))
  }

  /** True in this fraction of all calls; a fraction of 0 draws nothing. */
  chance(fraction: number): boolean {
    return fraction > 0 && this.word() < fraction * WORD
  }

  /** One of the values; there must be one. */
  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)] as T
  }

  /** The values in another order. */
  shuffle<T>(values: readonly T[]): T[] {
    const shuffled = [...values]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.between(0, i)
      const moved = shuffled[i] as T
      shuffled[i] = shuffled[j] as T
      shuffled[j] = moved
    }
    return shuffled
  }
}

function mix(word: number): number {
  let mixed = word >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
