// Votes on the wire (types.proto Vote).

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { EMPTY_BLOCK_ID, readBlockId, writeBlockId } from './block-id.ts'
import type { Vote } from './chain-messages.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

export const EMPTY_VOTE: Vote = {
  type: 0,
  height: 0n,
  round: 0,
  blockId: EMPTY_BLOCK_ID,
  timestamp: ZERO_TIME,
  validatorAddress: EMPTY_BYTES,
  validatorIndex: 0,
  signature: EMPTY_BYTES,
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
}

export function readVote(reader: Reader, base: Vote): Vote {
  const vote: Mutable<Vote> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x08:
        vote.type = reader.int32()
        break
      case 0x10:
        vote.height = reader.int64()
        break
      case 0x18:
        vote.round = reader.int32()
        break
      case 0x22:
        vote.blockId = reader.message(readBlockId, vote.blockId)
        break
      case 0x2a:
        vote.timestamp = readTime(reader)
        break
      case 0x32:
        vote.validatorAddress = reader.view()
        break
      case 0x38:
        vote.validatorIndex = reader.int32()
        break
      case 0x42:
        vote.signature = reader.view()
        break
      case 0x4a:
        vote.extension = reader.view()
        break
      case 0x52:
        vote.extensionSignature = reader.view()
        break
      default:
        reader.skip(tag, 10)
    }
  }
  return vote
}

export function writeVote(writer: Writer, vote: Vote): void {
  writer.bytes(0x52, vote.extensionSignature)
  writer.bytes(0x4a, vote.extension)
  writer.bytes(0x42, vote.signature)
  writer.int32(0x38, vote.validatorIndex)
  writer.bytes(0x32, vote.validatorAddress)
  writeTime(writer, 0x2a, vote.timestamp)
  const mark = writer.mark()
  writeBlockId(writer, vote.blockId)
  writer.close(0x22, mark)
  writer.int32(0x18, vote.round)
  writer.int64(0x10, vote.height)
  writer.int32(0x08, vote.type)
}

/** Wire: types.proto Vote. */
export function encodeVote(vote: Vote): Uint8Array {
  return encodeMessage(writeVote, vote)
}

/** @throws ProtoError on malformed bytes. */
export function decodeVote(bytes: Uint8Array): Vote {
  return readVote(new Reader(bytes), EMPTY_VOTE)
}
