// Bit arrays on the wire (libs/bits/types.proto BitArray).

import { BitArray } from '../bytes/index.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** CometBFT counts votes of at most so many validators. */
export const MAX_VOTE_BITS = 10_000
/** Parts of the largest block, 100 MB, and one more. */
export const MAX_PART_BITS = 1601

const WORD_BITS = 64

/** Bits and words as they come; a field given twice adds to them. */
export interface BitArrayDraft {
  readonly limit: number
  bits: bigint
  readonly elems: bigint[]
}

export function makeBitArrayDraft(limit: number): BitArrayDraft {
  return { limit, bits: 0n, elems: [] }
}

function readElem(reader: Reader, draft: BitArrayDraft): void {
  if (draft.elems.length * WORD_BITS >= draft.limit) {
    throw reader.fail('PROTO_LIMIT', 'bit array too long')
  }
  draft.elems.push(reader.uint64())
}

/** As CometBFT's decoder, a packed list whose last varint crosses the list's end is accepted. */
function readPackedElems(reader: Reader, draft: BitArrayDraft): void {
  const outer = reader.open()
  const packedEnd = reader.end
  reader.close(outer)
  while (reader.pos < packedEnd) readElem(reader, draft)
}

export function readBitArrayDraft(reader: Reader, draft: BitArrayDraft): BitArrayDraft {
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) draft.bits = reader.int64()
    else if (tag === 0x10) readElem(reader, draft)
    else if (tag === 0x12) readPackedElems(reader, draft)
    else reader.skip(tag, 2)
  }
  return draft
}

/** @throws ProtoError when bits are negative, above the limit, or do not fit the words. */
export function finishBitArray(reader: Reader, draft: BitArrayDraft): BitArray {
  if (draft.bits < 0n || draft.bits > BigInt(draft.limit)) {
    throw reader.fail('PROTO_LIMIT', `bit array of ${draft.bits} bits`)
  }
  const size = Number(draft.bits)
  if (draft.elems.length !== Math.ceil(size / WORD_BITS)) {
    throw reader.fail('PROTO_BIT_ARRAY', `${draft.elems.length} words for ${size} bits`)
  }
  return BitArray.fromElems(size, draft.elems)
}

function writeElems(writer: Writer, elems: readonly bigint[]): void {
  for (let i = elems.length - 1; i >= 0; i--) writer.packedUint64(elems[i] as bigint)
}

export function writeBitArray(writer: Writer, array: BitArray): void {
  if (array.size === 0) return
  writer.message(0x12, writeElems, array.elems)
  writer.int64(0x08, BigInt(array.size))
}
