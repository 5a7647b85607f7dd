// Proposals and block parts on the wire (types.proto Proposal, Part).

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { EMPTY_BLOCK_ID, readBlockId, writeBlockId } from './block-id.ts'
import type { Part, Proposal } from './chain-messages.ts'
import { EMPTY_PROOF, readMerkleProof, writeMerkleProof } from './crypto.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

export const EMPTY_PROPOSAL: Proposal = {
  type: 0,
  height: 0n,
  round: 0,
  polRound: 0,
  blockId: EMPTY_BLOCK_ID,
  timestamp: ZERO_TIME,
  signature: EMPTY_BYTES,
}

export const EMPTY_PART: Part = { index: 0, bytes: EMPTY_BYTES, proof: EMPTY_PROOF }

export function readProposal(reader: Reader, base: Proposal): Proposal {
  const proposal: Mutable<Proposal> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x08:
        proposal.type = reader.int32()
        break
      case 0x10:
        proposal.height = reader.int64()
        break
      case 0x18:
        proposal.round = reader.int32()
        break
      case 0x20:
        proposal.polRound = reader.int32()
        break
      case 0x2a:
        proposal.blockId = reader.message(readBlockId, proposal.blockId)
        break
      case 0x32:
        proposal.timestamp = readTime(reader)
        break
      case 0x3a:
        proposal.signature = reader.view()
        break
      default:
        reader.skip(tag, 7)
    }
  }
  return proposal
}

export function writeProposal(writer: Writer, proposal: Proposal): void {
  writer.bytes(0x3a, proposal.signature)
  writeTime(writer, 0x32, proposal.timestamp)
  writer.message(0x2a, writeBlockId, proposal.blockId)
  writer.int32(0x20, proposal.polRound)
  writer.int32(0x18, proposal.round)
  writer.int64(0x10, proposal.height)
  writer.int32(0x08, proposal.type)
}

/** Wire: types.proto Proposal. */
export function encodeProposal(proposal: Proposal): Uint8Array {
  return encodeMessage(writeProposal, proposal)
}

/** @throws ProtoError on malformed bytes. */
export function decodeProposal(bytes: Uint8Array): Proposal {
  return readProposal(new Reader(bytes), EMPTY_PROPOSAL)
}

export function readPart(reader: Reader, base: Part): Part {
  let { index, bytes, proof } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) index = reader.uint32()
    else if (tag === 0x12) bytes = reader.view()
    else if (tag === 0x1a) proof = reader.message(readMerkleProof, proof)
    else reader.skip(tag, 3)
  }
  return { index, bytes, proof }
}

export function writePart(writer: Writer, part: Part): void {
  writer.message(0x1a, writeMerkleProof, part.proof)
  writer.bytes(0x12, part.bytes)
  writer.uint32(0x08, part.index)
}

/** Wire: types.proto Part. */
export function encodePart(part: Part): Uint8Array {
  return encodeMessage(writePart, part)
}

/** @throws ProtoError on malformed bytes. */
export function decodePart(bytes: Uint8Array): Part {
  return readPart(new Reader(bytes), EMPTY_PART)
}
