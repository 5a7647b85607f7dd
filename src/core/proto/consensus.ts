// The nine messages of consensus gossip on the wire (consensus/types.proto), channels 0x20 to 0x23.

import { assert } from '../bytes/index.ts'
import {
  finishBitArray,
  makeBitArrayDraft,
  MAX_PART_BITS,
  MAX_VOTE_BITS,
  readBitArrayDraft,
  writeBitArray,
} from './bit-array.ts'
import {
  EMPTY_BLOCK_ID,
  EMPTY_PART_SET_HEADER,
  readBlockId,
  readPartSetHeader,
  writeBlockId,
  writePartSetHeader,
} from './block-id.ts'
import type {
  BlockPartMessage,
  ConsensusWireMessage,
  HasVoteMessage,
  NewRoundStepMessage,
  NewValidBlockMessage,
  ProposalMessage,
  ProposalPolMessage,
  VoteMessage,
  VoteSetBitsMessage,
  VoteSetMaj23Message,
} from './peer-messages.ts'
import type { Vote } from './chain-messages.ts'
import type { Mutable } from './mutable.ts'
import {
  EMPTY_PART,
  EMPTY_PROPOSAL,
  readPart,
  readProposal,
  writePart,
  writeProposal,
} from './proposal.ts'
import { Reader } from './reader.ts'
import { EMPTY_VOTE, readVote, writeVote } from './vote.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

function readNewRoundStep(reader: Reader): NewRoundStepMessage {
  const message: Mutable<NewRoundStepMessage> = {
    kind: 'new-round-step',
    height: 0n,
    round: 0,
    step: 0,
    secondsSinceStartTime: 0n,
    lastCommitRound: 0,
  }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) message.height = reader.int64()
    else if (tag === 0x10) message.round = reader.int32()
    else if (tag === 0x18) message.step = reader.uint32()
    else if (tag === 0x20) message.secondsSinceStartTime = reader.int64()
    else if (tag === 0x28) message.lastCommitRound = reader.int32()
    else reader.skip(tag, 5)
  }
  return message
}

function writeNewRoundStep(writer: Writer, message: NewRoundStepMessage): void {
  writer.int32(0x28, message.lastCommitRound)
  writer.int64(0x20, message.secondsSinceStartTime)
  writer.uint32(0x18, message.step)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

function readNewValidBlock(reader: Reader): NewValidBlockMessage {
  let [height, round, partSet, isCommit] = [0n, 0, EMPTY_PART_SET_HEADER, false]
  const parts = makeBitArrayDraft(MAX_PART_BITS)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x1a) partSet = reader.message(readPartSetHeader, partSet)
    else if (tag === 0x22) reader.message(readBitArrayDraft, parts)
    else if (tag === 0x28) isCommit = reader.bool()
    else reader.skip(tag, 5)
  }
  const blockParts = finishBitArray(reader, parts)
  return {
    kind: 'new-valid-block',
    height,
    round,
    blockPartSetHeader: partSet,
    blockParts,
    isCommit,
  }
}

function writeNewValidBlock(writer: Writer, message: NewValidBlockMessage): void {
  writer.bool(0x28, message.isCommit)
  writer.optional(0x22, writeBitArray, message.blockParts.size === 0 ? null : message.blockParts)
  writer.message(0x1a, writePartSetHeader, message.blockPartSetHeader)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

function readProposalMessage(reader: Reader): ProposalMessage {
  let proposal = EMPTY_PROPOSAL
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) proposal = reader.message(readProposal, proposal)
    else reader.skip(tag, 1)
  }
  return { kind: 'proposal', proposal }
}

function writeProposalMessage(writer: Writer, message: ProposalMessage): void {
  writer.message(0x0a, writeProposal, message.proposal)
}

function readProposalPol(reader: Reader): ProposalPolMessage {
  let [height, proposalPolRound] = [0n, 0]
  const bits = makeBitArrayDraft(MAX_VOTE_BITS)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) proposalPolRound = reader.int32()
    else if (tag === 0x1a) reader.message(readBitArrayDraft, bits)
    else reader.skip(tag, 3)
  }
  const proposalPol = finishBitArray(reader, bits)
  return { kind: 'proposal-pol', height, proposalPolRound, proposalPol }
}

function writeProposalPol(writer: Writer, message: ProposalPolMessage): void {
  writer.message(0x1a, writeBitArray, message.proposalPol)
  writer.int32(0x10, message.proposalPolRound)
  writer.int64(0x08, message.height)
}

function readBlockPart(reader: Reader): BlockPartMessage {
  let [height, round, part] = [0n, 0, EMPTY_PART]
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x1a) part = reader.message(readPart, part)
    else reader.skip(tag, 3)
  }
  return { kind: 'block-part', height, round, part }
}

function writeBlockPart(writer: Writer, message: BlockPartMessage): void {
  writer.message(0x1a, writePart, message.part)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

function readVoteMessage(reader: Reader): VoteMessage {
  let vote: Vote | null = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) vote = reader.message(readVote, vote ?? EMPTY_VOTE)
    else reader.skip(tag, 1)
  }
  if (vote === null) throw reader.fail('PROTO_MISSING', 'vote message without vote')
  return { kind: 'vote', vote }
}

function writeVoteMessage(writer: Writer, message: VoteMessage): void {
  writer.message(0x0a, writeVote, message.vote)
}

function readHasVote(reader: Reader): HasVoteMessage {
  let [height, round, type, index] = [0n, 0, 0, 0]
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x18) type = reader.int32()
    else if (tag === 0x20) index = reader.int32()
    else reader.skip(tag, 4)
  }
  return { kind: 'has-vote', height, round, type, index }
}

function writeHasVote(writer: Writer, message: HasVoteMessage): void {
  writer.int32(0x20, message.index)
  writer.int32(0x18, message.type)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

function readVoteSetMaj23(reader: Reader): VoteSetMaj23Message {
  let [height, round, type, blockId] = [0n, 0, 0, EMPTY_BLOCK_ID]
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x18) type = reader.int32()
    else if (tag === 0x22) blockId = reader.message(readBlockId, blockId)
    else reader.skip(tag, 4)
  }
  return { kind: 'vote-set-maj23', height, round, type, blockId }
}

function writeVoteSetMaj23(writer: Writer, message: VoteSetMaj23Message): void {
  writer.message(0x22, writeBlockId, message.blockId)
  writer.int32(0x18, message.type)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

function readVoteSetBits(reader: Reader): VoteSetBitsMessage {
  let [height, round, type, blockId] = [0n, 0, 0, EMPTY_BLOCK_ID]
  const bits = makeBitArrayDraft(MAX_VOTE_BITS)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x18) type = reader.int32()
    else if (tag === 0x22) blockId = reader.message(readBlockId, blockId)
    else if (tag === 0x2a) reader.message(readBitArrayDraft, bits)
    else reader.skip(tag, 5)
  }
  const votes = finishBitArray(reader, bits)
  return { kind: 'vote-set-bits', height, round, type, blockId, votes }
}

function writeVoteSetBits(writer: Writer, message: VoteSetBitsMessage): void {
  writer.message(0x2a, writeBitArray, message.votes)
  writer.message(0x22, writeBlockId, message.blockId)
  writer.int32(0x18, message.type)
  writer.int32(0x10, message.round)
  writer.int64(0x08, message.height)
}

/** Members of the oneof by field number; the last one in the bytes counts. */
const READERS: readonly ((reader: Reader) => ConsensusWireMessage)[] = [
  readNewRoundStep,
  readNewValidBlock,
  readProposalMessage,
  readProposalPol,
  readBlockPart,
  readVoteMessage,
  readHasVote,
  readVoteSetMaj23,
  readVoteSetBits,
]

function writeUnion(writer: Writer, message: ConsensusWireMessage): void {
  switch (message.kind) {
    case 'new-round-step':
      return writer.message(0x0a, writeNewRoundStep, message)
    case 'new-valid-block':
      return writer.message(0x12, writeNewValidBlock, message)
    case 'proposal':
      return writer.message(0x1a, writeProposalMessage, message)
    case 'proposal-pol':
      return writer.message(0x22, writeProposalPol, message)
    case 'block-part':
      return writer.message(0x2a, writeBlockPart, message)
    case 'vote':
      return writer.message(0x32, writeVoteMessage, message)
    case 'has-vote':
      return writer.message(0x3a, writeHasVote, message)
    case 'vote-set-maj23':
      return writer.message(0x42, writeVoteSetMaj23, message)
    case 'vote-set-bits':
      return writer.message(0x4a, writeVoteSetBits, message)
  }
}

/** Wire: consensus/types.proto Message. */
export function encodeConsensusMessage(message: ConsensusWireMessage): Uint8Array {
  if (message.kind !== 'vote') return encodeMessage(writeUnion, message)
  let bytes = voteMessages.get(message.vote)
  if (bytes === undefined) {
    bytes = encodeMessage(writeUnion, message)
    voteMessages.set(message.vote, bytes)
  }
  return bytes
}

// Votes never change, and each goes into the log and to one peer after the other.
const voteMessages = new WeakMap<Vote, Uint8Array>()

/**
 * Byte strings are views of the input.
 * @throws ProtoError on malformed bytes, no known member, or a bit array above 10,000 votes or
 * 1,601 parts.
 */
export function decodeConsensusMessage(bytes: Uint8Array): ConsensusWireMessage {
  const reader = new Reader(bytes)
  let message: ConsensusWireMessage | null = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    const field = tag >>> 3
    if (tag % 8 === 2 && field >= 1 && field <= READERS.length) {
      const read = READERS[field - 1]
      assert(read !== undefined, 'every known member has a reader')
      message = reader.message(read, message)
    } else reader.skip(tag, READERS.length)
  }
  if (message === null) throw reader.fail('PROTO_MISSING', 'consensus message of no known kind')
  return message
}
