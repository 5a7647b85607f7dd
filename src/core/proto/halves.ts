// Two 32-bit halves seen as one 64-bit integer: the only place where bigint meets machine words.

const words = new Uint32Array(2)
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1
const HIGH = 1 - LOW

/** The shared words as one unsigned integer. Valid only until the next use, within one function. */
const unsigned = new BigUint64Array(words.buffer)
const signed = new BigInt64Array(words.buffer)

/** The unsigned 64-bit integer of two halves. */
export function joinUnsigned(low: number, high: number): bigint {
  words[LOW] = low
  words[HIGH] = high
  return unsigned[0] as bigint
}

/** The signed 64-bit integer of two halves. */
export function joinSigned(low: number, high: number): bigint {
  words[LOW] = low
  words[HIGH] = high
  return signed[0] as bigint
}

/** Puts the low 64 bits of an integer into the shared words, for `lowHalf` and `highHalf`. */
export function split(value: bigint): void {
  unsigned[0] = value
}

/** Bits 0 to 31 of what was last split, unsigned. */
export function lowHalf(): number {
  return words[LOW] as number
}

/** Bits 32 to 63 of what was last split, unsigned. */
export function highHalf(): number {
  return words[HIGH] as number
}
