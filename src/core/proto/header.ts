// Block headers on the wire (types.proto Header, version/types.proto Consensus).

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { EMPTY_BLOCK_ID, readBlockId, writeBlockId } from './block-id.ts'
import type { ConsensusVersion, Header } from './chain-messages.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_VERSION: ConsensusVersion = { block: 0n, app: 0n }

export const EMPTY_HEADER: Header = {
  version: EMPTY_VERSION,
  chainId: '',
  height: 0n,
  time: ZERO_TIME,
  lastBlockId: EMPTY_BLOCK_ID,
  lastCommitHash: EMPTY_BYTES,
  dataHash: EMPTY_BYTES,
  validatorsHash: EMPTY_BYTES,
  nextValidatorsHash: EMPTY_BYTES,
  consensusHash: EMPTY_BYTES,
  appHash: EMPTY_BYTES,
  lastResultsHash: EMPTY_BYTES,
  evidenceHash: EMPTY_BYTES,
  proposerAddress: EMPTY_BYTES,
}

function readConsensusVersion(reader: Reader, base: ConsensusVersion): ConsensusVersion {
  let { block, app } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) block = reader.uint64()
    else if (tag === 0x10) app = reader.uint64()
    else reader.skip(tag, 2)
  }
  return { block, app }
}

function writeConsensusVersion(writer: Writer, version: ConsensusVersion): void {
  writer.uint64(0x10, version.app)
  writer.uint64(0x08, version.block)
}

/** Wire: version/types.proto Consensus; a leaf of the header hash. */
export function encodeConsensusVersion(version: ConsensusVersion): Uint8Array {
  return encodeMessage(writeConsensusVersion, version)
}

/** The fields from `lastCommitHash` on, all plain bytes; false when the tag is none of them. */
function readHashField(reader: Reader, tag: number, header: Mutable<Header>): boolean {
  switch (tag) {
    case 0x32:
      header.lastCommitHash = reader.view()
      return true
    case 0x3a:
      header.dataHash = reader.view()
      return true
    case 0x42:
      header.validatorsHash = reader.view()
      return true
    case 0x4a:
      header.nextValidatorsHash = reader.view()
      return true
    case 0x52:
      header.consensusHash = reader.view()
      return true
    case 0x5a:
      header.appHash = reader.view()
      return true
    case 0x62:
      header.lastResultsHash = reader.view()
      return true
    case 0x6a:
      header.evidenceHash = reader.view()
      return true
    case 0x72:
      header.proposerAddress = reader.view()
      return true
    default:
      return false
  }
}

export function readHeader(reader: Reader, base: Header): Header {
  const header: Mutable<Header> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        header.version = reader.message(readConsensusVersion, header.version)
        break
      case 0x12:
        header.chainId = reader.string()
        break
      case 0x18:
        header.height = reader.int64()
        break
      case 0x22:
        header.time = readTime(reader)
        break
      case 0x2a:
        header.lastBlockId = reader.message(readBlockId, header.lastBlockId)
        break
      default:
        if (!readHashField(reader, tag, header)) reader.skip(tag, 14)
    }
  }
  return header
}

export function writeHeader(writer: Writer, header: Header): void {
  writer.bytes(0x72, header.proposerAddress)
  writer.bytes(0x6a, header.evidenceHash)
  writer.bytes(0x62, header.lastResultsHash)
  writer.bytes(0x5a, header.appHash)
  writer.bytes(0x52, header.consensusHash)
  writer.bytes(0x4a, header.nextValidatorsHash)
  writer.bytes(0x42, header.validatorsHash)
  writer.bytes(0x3a, header.dataHash)
  writer.bytes(0x32, header.lastCommitHash)
  writer.message(0x2a, writeBlockId, header.lastBlockId)
  writeTime(writer, 0x22, header.time)
  writer.int64(0x18, header.height)
  writer.string(0x12, header.chainId)
  writer.message(0x0a, writeConsensusVersion, header.version)
}

/** Wire: types.proto Header. */
export function encodeHeader(header: Header): Uint8Array {
  return encodeMessage(writeHeader, header)
}

/** @throws ProtoError on malformed bytes. */
export function decodeHeader(bytes: Uint8Array): Header {
  return readHeader(new Reader(bytes), EMPTY_HEADER)
}
