// Block sync between peers on the wire (blocksync/types.proto), channel 0x40.

import { EMPTY_BYTES } from '../bytes/index.ts'
import { EMPTY_BLOCK, readBlock } from './block.ts'
import type { Block, ExtendedCommit } from './chain-messages.ts'
import { EMPTY_EXTENDED_COMMIT, readExtendedCommit, writeExtendedCommit } from './commit.ts'
import type { BlockResponseMessage, BlocksyncMessage } from './peer-messages.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

interface HeightAndBase {
  readonly height: bigint
  readonly base: bigint
}

const ZERO: HeightAndBase = { height: 0n, base: 0n }

function readHeight(reader: Reader, base: HeightAndBase): HeightAndBase {
  let { height } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else reader.skip(tag, 1)
  }
  return { height, base: 0n }
}

function readHeightAndBase(reader: Reader, zero: HeightAndBase): HeightAndBase {
  let { height, base } = zero
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) base = reader.int64()
    else reader.skip(tag, 2)
  }
  return { height, base }
}

function readStatusRequest(reader: Reader): BlocksyncMessage {
  while (reader.pos < reader.end) reader.skip(reader.tag(), 0)
  return { kind: 'status-request' }
}

/**
 * Bytes of a message given in pieces: one after the other they are the bytes of the merged message.
 * A single piece stays a view; what is copied is bounded by `most`, however many pieces come.
 */
class Joiner {
  readonly #most: number
  #whole: Uint8Array | null = null
  #length = 0
  bytes: Uint8Array = EMPTY_BYTES

  constructor(most: number) {
    this.#most = most
  }

  add(piece: Uint8Array): void {
    if (this.#length === 0) this.bytes = piece
    else if (piece.length > 0) {
      const whole = this.#whole ?? new Uint8Array(this.#most)
      if (this.#whole === null) whole.set(this.bytes)
      whole.set(piece, this.#length)
      this.bytes = whole.subarray(0, this.#length + piece.length)
      this.#whole = whole
    }
    this.#length += piece.length
  }
}

function readBlockResponse(reader: Reader): BlockResponseMessage {
  let block: Block | null = null
  const blockBytes = new Joiner(reader.end - reader.pos)
  let extCommit: ExtendedCommit | null = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) {
      const outer = reader.open()
      blockBytes.add(reader.bytes.subarray(reader.pos, reader.end))
      block = readBlock(reader, block ?? EMPTY_BLOCK)
      reader.close(outer)
    } else if (tag === 0x12) {
      extCommit = reader.message(readExtendedCommit, extCommit ?? EMPTY_EXTENDED_COMMIT)
    } else reader.skip(tag, 2)
  }
  if (block === null) throw reader.fail('PROTO_MISSING', 'block response without block')
  return { kind: 'block-response', block, blockBytes: blockBytes.bytes, extCommit }
}

function readMember(reader: Reader, tag: number): BlocksyncMessage | null {
  switch (tag) {
    case 0x0a:
      return { kind: 'block-request', height: reader.message(readHeight, ZERO).height }
    case 0x12:
      return { kind: 'no-block-response', height: reader.message(readHeight, ZERO).height }
    case 0x1a:
      return reader.message<BlocksyncMessage | null>(readBlockResponse, null)
    case 0x22:
      return reader.message<BlocksyncMessage | null>(readStatusRequest, null)
    case 0x2a:
      return { kind: 'status-response', ...reader.message(readHeightAndBase, ZERO) }
    default:
      reader.skip(tag, 5)
      return null
  }
}

function writeHeightOf(writer: Writer, message: { readonly height: bigint }): void {
  writer.int64(0x08, message.height)
}

function writeStatusResponse(writer: Writer, message: HeightAndBase): void {
  writer.int64(0x10, message.base)
  writer.int64(0x08, message.height)
}

function writeNothing(): void {}

type BlockResponseBody = Pick<BlockResponseMessage, 'blockBytes' | 'extCommit'>

function writeBlockResponse(writer: Writer, message: BlockResponseBody): void {
  writer.optional(0x12, writeExtendedCommit, message.extCommit)
  writer.present(0x0a, message.blockBytes)
}

function writeUnion(writer: Writer, message: BlocksyncMessage): void {
  switch (message.kind) {
    case 'block-request':
      return writer.message(0x0a, writeHeightOf, message)
    case 'no-block-response':
      return writer.message(0x12, writeHeightOf, message)
    case 'block-response':
      return writer.message(0x1a, writeBlockResponse, message)
    case 'status-request':
      return writer.message(0x22, writeNothing, message)
    case 'status-response':
      return writer.message(0x2a, writeStatusResponse, message)
  }
}

/** Wire: blocksync/types.proto Message. A block response is written from its `blockBytes`. */
export function encodeBlocksyncMessage(message: BlocksyncMessage): Uint8Array {
  return encodeMessage(writeUnion, message)
}

function writeBlockResponseMessage(writer: Writer, body: BlockResponseBody): void {
  writer.message(0x1a, writeBlockResponse, body)
}

/** A block response around a block as stored, without decoding it. */
export function encodeBlockResponse(
  blockBytes: Uint8Array,
  extCommit: ExtendedCommit | null = null,
): Uint8Array {
  return encodeMessage(writeBlockResponseMessage, { blockBytes, extCommit })
}

/**
 * Byte strings are views of the input.
 * @throws ProtoError on malformed bytes, no known member, or a response without block.
 */
export function decodeBlocksyncMessage(bytes: Uint8Array): BlocksyncMessage {
  const reader = new Reader(bytes)
  let message: BlocksyncMessage | null = null
  while (reader.pos < reader.end) message = readMember(reader, reader.tag()) ?? message
  if (message === null) throw reader.fail('PROTO_MISSING', 'blocksync message of no known kind')
  return message
}
