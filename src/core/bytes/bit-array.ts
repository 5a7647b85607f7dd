// A fixed number of bits, one per validator or block part.

const WORD = 32

function wordCount(size: number): number {
  return Math.ceil(size / WORD)
}

/**
 * A fixed-size set of small indexes (Wire: libs/bits BitArray). Only `set` changes it; every
 * operation on two arrays returns a new one. Indexes outside the array read as false and are not
 * set, so an index from a peer needs no check of its own.
 */
export class BitArray {
  readonly size: number
  readonly #words: Uint32Array

  /** All bits false. `size` is a whole number; who decodes it from outside chooses its bound. */
  constructor(size: number) {
    this.size = size
    this.#words = new Uint32Array(wordCount(size))
  }

  static fromBools(bits: readonly boolean[]): BitArray {
    const array = new BitArray(bits.length)
    for (let i = 0; i < bits.length; i++) if (bits[i] === true) array.set(i, true)
    return array
  }

  /**
   * From 64-bit words, lowest bits first, as on the wire. Missing words are zero, excess is cut.
   */
  static fromElems(size: number, elems: readonly bigint[]): BitArray {
    const array = new BitArray(size)
    const words = array.#words
    for (let i = 0; i < words.length; i++) {
      const elem = elems[i >> 1] ?? 0n
      words[i] = Number(BigInt.asUintN(32, i % 2 === 0 ? elem : elem >> 32n))
    }
    array.#cutExcess()
    return array
  }

  /** The bits as 64-bit words, lowest bits first, as on the wire. */
  get elems(): bigint[] {
    const words = this.#words
    const elems: bigint[] = []
    for (let i = 0; i < words.length; i += 2) {
      elems.push((BigInt(words[i + 1] ?? 0) << 32n) | BigInt(words[i] as number))
    }
    return elems
  }

  get(index: number): boolean {
    if (!(index >= 0 && index < this.size)) return false
    return (((this.#words[index >>> 5] as number) >>> (index & 31)) & 1) === 1
  }

  set(index: number, value: boolean): void {
    if (!(index >= 0 && index < this.size)) return
    const bit = 1 << (index & 31)
    const word = this.#words[index >>> 5] as number
    this.#words[index >>> 5] = value ? word | bit : word & ~bit
  }

  copy(): BitArray {
    const copy = new BitArray(this.size)
    copy.#words.set(this.#words)
    return copy
  }

  /** Bits of either; as long as the longer one. */
  or(other: BitArray): BitArray {
    const [long, short] = this.size >= other.size ? [this, other] : [other, this]
    const result = long.copy()
    const words = result.#words
    for (let i = 0; i < short.#words.length; i++) {
      words[i] = (words[i] as number) | (short.#words[i] as number)
    }
    return result
  }

  /** Bits of both; as long as the shorter one. */
  and(other: BitArray): BitArray {
    const [long, short] = this.size >= other.size ? [this, other] : [other, this]
    const result = short.copy()
    const words = result.#words
    for (let i = 0; i < words.length; i++) {
      words[i] = (words[i] as number) & (long.#words[i] as number)
    }
    return result
  }

  /** The opposite of every bit. */
  not(): BitArray {
    const result = new BitArray(this.size)
    const words = result.#words
    for (let i = 0; i < words.length; i++) words[i] = ~(this.#words[i] as number)
    result.#cutExcess()
    return result
  }

  /** Bits of this that the other does not have; as long as this. */
  sub(other: BitArray): BitArray {
    const result = this.copy()
    const words = result.#words
    const length = Math.min(words.length, other.#words.length)
    for (let i = 0; i < length; i++) words[i] = (words[i] as number) & ~(other.#words[i] as number)
    return result
  }

  isEmpty(): boolean {
    for (const word of this.#words) if (word !== 0) return false
    return true
  }

  /** True when every bit is set; an array of no bits is full. */
  isFull(): boolean {
    return this.ones() === this.size
  }

  /** How many bits are set. */
  ones(): number {
    let count = 0
    for (let word of this.#words) {
      word -= (word >>> 1) & 0x55555555
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
      count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
    }
    return count
  }

  /** The set bits, ascending. */
  indexes(): number[] {
    const found: number[] = []
    for (let w = 0; w < this.#words.length; w++) {
      let word = this.#words[w] as number
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word)
        found.push(w * WORD + bit)
        word &= word - 1
      }
    }
    return found
  }

  /** The first set bit from `from` on that the other does not have, -1 when there is none. */
  nextNotIn(other: BitArray, from: number): number {
    let w = from >>> 5
    let mask = -1 << (from & 31)
    for (; w < this.#words.length; w++, mask = -1) {
      const word = (this.#words[w] as number) & ~(other.#words[w] ?? 0) & mask
      if (word !== 0) return w * WORD + 31 - Math.clz32(word & -word)
    }
    return -1
  }

  /** CometBFT's form, e.g. `BA{4:x__x}`. */
  toString(): string {
    let bits = ''
    for (let i = 0; i < this.size; i++) bits += this.get(i) ? 'x' : '_'
    return `BA{${this.size}:${bits}}`
  }

  /** Bits beyond the size stay zero, so counting and comparing words is exact. */
  #cutExcess(): void {
    const used = this.size % WORD
    const last = this.#words.length - 1
    if (used !== 0) this.#words[last] = (this.#words[last] as number) & ((1 << used) - 1)
  }
}
