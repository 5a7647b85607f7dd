// Whole blocks on the wire (block.proto Block, types.proto Data and BlockMeta).

import { EMPTY_BLOCK_ID, readBlockId, writeBlockId } from './block-id.ts'
import type { Block, BlockMeta } from './chain-messages.ts'
import { EMPTY_COMMIT, readCommit, writeCommit } from './commit.ts'
import { readEvidenceList, writeEvidenceList } from './evidence.ts'
import { EMPTY_HEADER, readHeader, writeHeader } from './header.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

export const EMPTY_BLOCK: Block = { header: EMPTY_HEADER, txs: [], evidence: [], lastCommit: null }

const EMPTY_BLOCK_META: BlockMeta = {
  blockId: EMPTY_BLOCK_ID,
  blockSize: 0n,
  header: EMPTY_HEADER,
  numTxs: 0n,
}

/** A message that is a list of transactions in field 1: a block's data, a mempool's Txs. */
export function readTxs(reader: Reader, base: readonly Uint8Array[]): readonly Uint8Array[] {
  const txs = listOf(base)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) txs.push(reader.view())
    else reader.skip(tag, 1)
  }
  return txs
}

export function writeTxs(writer: Writer, txs: readonly Uint8Array[]): void {
  writer.bytesList(0x0a, txs)
}

export function readBlock(reader: Reader, base: Block): Block {
  const block: Mutable<Block> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        block.header = reader.message(readHeader, block.header)
        break
      case 0x12:
        block.txs = reader.message(readTxs, block.txs)
        break
      case 0x1a:
        block.evidence = reader.message(readEvidenceList, block.evidence)
        break
      case 0x22:
        block.lastCommit = reader.message(readCommit, block.lastCommit ?? EMPTY_COMMIT)
        break
      default:
        reader.skip(tag, 4)
    }
  }
  return block
}

function writeBlock(writer: Writer, block: Block): void {
  writer.optional(0x22, writeCommit, block.lastCommit)
  writer.message(0x1a, writeEvidenceList, block.evidence)
  writer.message(0x12, writeTxs, block.txs)
  writer.message(0x0a, writeHeader, block.header)
}

/** Wire: block.proto Block: what is cut into parts, stored and served. */
export function encodeBlock(block: Block): Uint8Array {
  return encodeMessage(writeBlock, block)
}

/**
 * The block's byte strings are views: it keeps the whole input alive.
 * @throws ProtoError on malformed bytes, incomplete evidence, more than 65,536 signatures.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  return readBlock(new Reader(bytes), EMPTY_BLOCK)
}

function readBlockMeta(reader: Reader, base: BlockMeta): BlockMeta {
  const meta: Mutable<BlockMeta> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        meta.blockId = reader.message(readBlockId, meta.blockId)
        break
      case 0x10:
        meta.blockSize = reader.int64()
        break
      case 0x1a:
        meta.header = reader.message(readHeader, meta.header)
        break
      case 0x20:
        meta.numTxs = reader.int64()
        break
      default:
        reader.skip(tag, 4)
    }
  }
  return meta
}

function writeBlockMeta(writer: Writer, meta: BlockMeta): void {
  writer.int64(0x20, meta.numTxs)
  writer.message(0x1a, writeHeader, meta.header)
  writer.int64(0x10, meta.blockSize)
  writer.message(0x0a, writeBlockId, meta.blockId)
}

/** Wire: types.proto BlockMeta. */
export function encodeBlockMeta(meta: BlockMeta): Uint8Array {
  return encodeMessage(writeBlockMeta, meta)
}

/** @throws ProtoError on malformed bytes. */
export function decodeBlockMeta(bytes: Uint8Array): BlockMeta {
  return readBlockMeta(new Reader(bytes), EMPTY_BLOCK_META)
}
