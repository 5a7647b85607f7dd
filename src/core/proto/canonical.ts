// What validators sign: votes, proposals and extensions in canonical form (canonical.proto).

import { writeBlockId } from './block-id.ts'
import type { BlockId, Proposal, Vote } from './chain-messages.ts'
import { writeTime } from './timestamp.ts'
import { encodeWithLength } from './writer.ts'
import type { Writer } from './writer.ts'

/** A nil block id is left out, unlike in the vote itself. */
function writeCanonicalBlockId(writer: Writer, tag: number, blockId: BlockId): void {
  const { hash, partSetHeader } = blockId
  if (hash.length === 0 && partSetHeader.total === 0 && partSetHeader.hash.length === 0) return
  writer.message(tag, writeBlockId, blockId)
}

interface Signed<T> {
  readonly chainId: string
  readonly value: T
}

function writeCanonicalVote(writer: Writer, signed: Signed<Vote>): void {
  const vote = signed.value
  writer.string(0x32, signed.chainId)
  writeTime(writer, 0x2a, vote.timestamp)
  writeCanonicalBlockId(writer, 0x22, vote.blockId)
  writer.sfixed64(0x19, BigInt(vote.round))
  writer.sfixed64(0x11, vote.height)
  writer.int32(0x08, vote.type)
}

function writeCanonicalProposal(writer: Writer, signed: Signed<Proposal>): void {
  const proposal = signed.value
  writer.string(0x3a, signed.chainId)
  writeTime(writer, 0x32, proposal.timestamp)
  writeCanonicalBlockId(writer, 0x2a, proposal.blockId)
  writer.int32(0x20, proposal.polRound)
  writer.sfixed64(0x19, BigInt(proposal.round))
  writer.sfixed64(0x11, proposal.height)
  writer.int32(0x08, proposal.type)
}

function writeCanonicalExtension(writer: Writer, signed: Signed<Vote>): void {
  writer.string(0x22, signed.chainId)
  writer.sfixed64(0x19, BigInt(signed.value.round))
  writer.sfixed64(0x11, signed.value.height)
  writer.bytes(0x0a, signed.value.extension)
}

/** Wire: canonical.proto CanonicalVote behind its length: the sign bytes. */
export function encodeCanonicalVote(chainId: string, vote: Vote): Uint8Array {
  return encodeWithLength(writeCanonicalVote, { chainId, value: vote })
}

/** Wire: canonical.proto CanonicalProposal behind its length: the sign bytes. */
export function encodeCanonicalProposal(chainId: string, proposal: Proposal): Uint8Array {
  return encodeWithLength(writeCanonicalProposal, { chainId, value: proposal })
}

/** Wire: canonical.proto CanonicalVoteExtension behind its length: the sign bytes. */
export function encodeCanonicalVoteExtension(chainId: string, vote: Vote): Uint8Array {
  return encodeWithLength(writeCanonicalExtension, { chainId, value: vote })
}
