// Damages bytes of which only the length and the usual places of integers are known.

import type { Dice } from './dice.ts'

const MOST_BYTES = 8192
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x7b, 0x22, 0x5b]
const WORDS = [0, 1, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0x06500000, 0x0000ffff, 25, 1024]

/** One of the inputs, damaged one to four times; sometimes as it is, sometimes all random. */
export function mutateBytes(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(32)) return dice.bytes(dice.below(80))
  let bytes = dice.pick(corpus)
  for (let left = dice.pick([0, 1, 1, 1, 2, 2, 3, 4]); left > 0; left--) {
    bytes = damage(bytes, corpus, dice)
    if (bytes.length > MOST_BYTES) return bytes.subarray(0, MOST_BYTES)
  }
  return bytes
}

function damage(bytes: Uint8Array, corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const at = dice.below(bytes.length + 1)
  switch (dice.below(9)) {
    case 0:
      return bytes.subarray(0, at)
    case 1: {
      const other = dice.pick(corpus)
      return glue(bytes.subarray(0, at), other.subarray(dice.below(other.length + 1)))
    }
    case 2:
      return glue(bytes.subarray(0, at), dice.bytes(1 + dice.below(5)), bytes.subarray(at))
    case 3:
      return glue(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(4)))
    case 4:
      return withWord(bytes, dice)
    case 5: {
      const piece = bytes.subarray(at, at + 1 + dice.below(40))
      return glue(bytes.subarray(0, at), piece, bytes.subarray(at))
    }
    case 6:
      return withByte(bytes, dice.below(bytes.length), dice.pick(EDGES))
    default: {
      const index = dice.below(bytes.length)
      return withByte(bytes, index, (bytes[index] ?? 0) ^ (1 << dice.below(8)))
    }
  }
}

function withByte(bytes: Uint8Array, index: number, byte: number): Uint8Array {
  const out = bytes.slice()
  if (index < out.length) out[index] = byte
  return out
}

/** Four or eight bytes with the value of an edge, either end first. */
function withWord(bytes: Uint8Array, dice: Dice): Uint8Array {
  const out = bytes.slice()
  if (out.length < 8) return out
  const view = new DataView(out.buffer, out.byteOffset)
  const at = dice.below(out.length - 7)
  const word = dice.pick(WORDS)
  if (dice.oneIn(2)) view.setUint32(at, word, dice.oneIn(2))
  else view.setBigInt64(at, BigInt.asIntN(64, BigInt(word) * 0x100000001n), dice.oneIn(2))
  return out
}

/** The pieces one behind the other. */
export function glue(...pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const piece of pieces) length += piece.length
  const out = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
