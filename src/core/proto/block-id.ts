// Block identifiers on the wire (types.proto PartSetHeader, BlockID).

import { EMPTY_BYTES } from '../bytes/index.ts'
import type { BlockId, PartSetHeader } from './chain-messages.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

export const EMPTY_PART_SET_HEADER: PartSetHeader = { total: 0, hash: EMPTY_BYTES }

export const EMPTY_BLOCK_ID: BlockId = { hash: EMPTY_BYTES, partSetHeader: EMPTY_PART_SET_HEADER }

export function readPartSetHeader(reader: Reader, base: PartSetHeader): PartSetHeader {
  let { total, hash } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) total = reader.uint32()
    else if (tag === 0x12) hash = reader.view()
    else reader.skip(tag, 2)
  }
  return { total, hash }
}

export function writePartSetHeader(writer: Writer, header: PartSetHeader): void {
  writer.bytes(0x12, header.hash)
  writer.uint32(0x08, header.total)
}

/** Wire: types.proto PartSetHeader. */
export function encodePartSetHeader(header: PartSetHeader): Uint8Array {
  return encodeMessage(writePartSetHeader, header)
}

/** @throws ProtoError on malformed bytes. */
export function decodePartSetHeader(bytes: Uint8Array): PartSetHeader {
  return readPartSetHeader(new Reader(bytes), EMPTY_PART_SET_HEADER)
}

export function readBlockId(reader: Reader, base: BlockId): BlockId {
  let { hash, partSetHeader } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) hash = reader.view()
    else if (tag === 0x12) partSetHeader = reader.message(readPartSetHeader, partSetHeader)
    else reader.skip(tag, 2)
  }
  return { hash, partSetHeader }
}

/** The same bytes serve as CanonicalBlockID: both have the same fields. */
export function writeBlockId(writer: Writer, blockId: BlockId): void {
  const mark = writer.mark()
  writePartSetHeader(writer, blockId.partSetHeader)
  writer.close(0x12, mark)
  writer.bytes(0x0a, blockId.hash)
}

/** Wire: types.proto BlockID; a leaf of the header hash. */
export function encodeBlockId(blockId: BlockId): Uint8Array {
  return encodeMessage(writeBlockId, blockId)
}

/** @throws ProtoError on malformed bytes. */
export function decodeBlockId(bytes: Uint8Array): BlockId {
  return readBlockId(new Reader(bytes), EMPTY_BLOCK_ID)
}
