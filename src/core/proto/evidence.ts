// Evidence of misbehaviour on the wire (evidence.proto).

import { ZERO_TIME } from '../bytes/index.ts'
import type {
  DuplicateVoteEvidence,
  Evidence,
  LightBlock,
  LightClientAttackEvidence,
  ValidatorProto,
  Vote,
} from './chain-messages.ts'
import { MAX_SIGNATURES } from './commit.ts'
import {
  EMPTY_LIGHT_BLOCK,
  readLightBlock,
  requireLightBlockKeys,
  writeLightBlock,
} from './light-block.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { decodeOwnEvidence, writeDoubleProposal, writeDowntime } from './own-evidence.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import { readNewValidator, writeValidator } from './validator.ts'
import { EMPTY_VOTE, readVote, writeVote } from './vote.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

/**
 * Evidence whose parts may still be missing: the last member of the oneof alone has to be whole.
 */
type Draft =
  | (Omit<DuplicateVoteEvidence, 'voteA' | 'voteB'> & {
      readonly voteA: Vote | null
      readonly voteB: Vote | null
    })
  | (Omit<LightClientAttackEvidence, 'conflictingBlock'> & {
      readonly conflictingBlock: LightBlock | null
    })

function readDuplicateVote(reader: Reader): Draft {
  let voteA: Vote | null = null
  let voteB: Vote | null = null
  let [totalVotingPower, validatorPower, timestamp] = [0n, 0n, ZERO_TIME]
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) voteA = reader.message(readVote, voteA ?? EMPTY_VOTE)
    else if (tag === 0x12) voteB = reader.message(readVote, voteB ?? EMPTY_VOTE)
    else if (tag === 0x18) totalVotingPower = reader.int64()
    else if (tag === 0x20) validatorPower = reader.int64()
    else if (tag === 0x2a) timestamp = readTime(reader)
    else reader.skip(tag, 5)
  }
  return { kind: 'duplicate-vote', voteA, voteB, totalVotingPower, validatorPower, timestamp }
}

function readLightClientAttack(reader: Reader): Draft {
  const byzantineValidators: ValidatorProto[] = []
  const draft: Mutable<Extract<Draft, { kind: 'light-client-attack' }>> = {
    kind: 'light-client-attack',
    conflictingBlock: null,
    commonHeight: 0n,
    byzantineValidators,
    totalVotingPower: 0n,
    timestamp: ZERO_TIME,
  }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        draft.conflictingBlock = reader.message(
          readLightBlock,
          draft.conflictingBlock ?? EMPTY_LIGHT_BLOCK,
        )
        break
      case 0x10:
        draft.commonHeight = reader.int64()
        break
      case 0x1a:
        if (byzantineValidators.length === MAX_SIGNATURES) {
          throw reader.fail('PROTO_LIMIT', 'too many validators')
        }
        byzantineValidators.push(readNewValidator(reader))
        break
      case 0x20:
        draft.totalVotingPower = reader.int64()
        break
      case 0x2a:
        draft.timestamp = readTime(reader)
        break
      default:
        reader.skip(tag, 5)
    }
  }
  return draft
}

const DOUBLE_PROPOSAL = 101 * 8 + 2
const DOWNTIME = 102 * 8 + 2

/** What a oneof was seen to hold. */
interface Seen {
  readonly draft: Draft | null
  /** The bytes of a kind of our own: for CometBFT an unknown field, which it does not look into. */
  readonly own: { readonly kind: 'double-proposal' | 'downtime'; readonly bytes: Uint8Array } | null
}

const NOTHING: Seen = { draft: null, own: null }

function readOneof(reader: Reader, base: Seen): Seen {
  let { draft, own } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) draft = reader.message(readDuplicateVote, draft)
    else if (tag === 0x12) draft = reader.message(readLightClientAttack, draft)
    else if (tag === DOUBLE_PROPOSAL) own = { kind: 'double-proposal', bytes: reader.view() }
    else if (tag === DOWNTIME) own = { kind: 'downtime', bytes: reader.view() }
    else reader.skip(tag, 2)
  }
  return { draft, own }
}

/** Finished evidence: CometBFT refuses what lacks a vote or the block, so every reader does. */
function finish(reader: Reader, { draft, own }: Seen): Evidence {
  // A kind that CometBFT knows goes first, wherever it stands: CometBFT sees nothing else.
  if (draft === null && own !== null) return decodeOwnEvidence(own.kind, own.bytes)
  if (draft === null) throw reader.fail('PROTO_MISSING', 'evidence of no known kind')
  if (draft.kind === 'duplicate-vote') {
    const { voteA, voteB } = draft
    if (voteA === null || voteB === null) {
      throw reader.fail('PROTO_MISSING', 'duplicate vote evidence without its votes')
    }
    return { ...draft, voteA, voteB }
  }
  const { conflictingBlock } = draft
  if (conflictingBlock === null) {
    throw reader.fail('PROTO_MISSING', 'light client attack without its block')
  }
  requireLightBlockKeys(reader, conflictingBlock)
  return { ...draft, conflictingBlock }
}

function writeDuplicateVote(writer: Writer, evidence: DuplicateVoteEvidence): void {
  writeTime(writer, 0x2a, evidence.timestamp)
  writer.int64(0x20, evidence.validatorPower)
  writer.int64(0x18, evidence.totalVotingPower)
  writer.message(0x12, writeVote, evidence.voteB)
  writer.message(0x0a, writeVote, evidence.voteA)
}

function writeLightClientAttack(writer: Writer, evidence: LightClientAttackEvidence): void {
  writeTime(writer, 0x2a, evidence.timestamp)
  writer.int64(0x20, evidence.totalVotingPower)
  writer.list(0x1a, writeValidator, evidence.byzantineValidators)
  writer.int64(0x10, evidence.commonHeight)
  writer.message(0x0a, writeLightBlock, evidence.conflictingBlock)
}

function writeEvidence(writer: Writer, evidence: Evidence): void {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return writer.message(0x0a, writeDuplicateVote, evidence)
    case 'light-client-attack':
      return writer.message(0x12, writeLightClientAttack, evidence)
    case 'double-proposal':
      return writer.message(DOUBLE_PROPOSAL, writeDoubleProposal, evidence)
    case 'downtime':
      return writer.message(DOWNTIME, writeDowntime, evidence)
  }
}

/** Wire: evidence.proto Evidence; fields 101 and 102 for the kinds that CometBFT does not know. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  return encodeMessage(writeEvidence, evidence)
}

/** Wire: evidence.proto DuplicateVoteEvidence, without the oneof: a leaf of the evidence hash. */
export function encodeDuplicateVoteEvidence(evidence: DuplicateVoteEvidence): Uint8Array {
  return encodeMessage(writeDuplicateVote, evidence)
}

/**
 * Wire: evidence.proto LightClientAttackEvidence, without the oneof: a leaf of the evidence hash.
 */
export function encodeLightClientAttackEvidence(evidence: LightClientAttackEvidence): Uint8Array {
  return encodeMessage(writeLightClientAttack, evidence)
}

/** @throws ProtoError on malformed bytes or incomplete evidence. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const reader = new Reader(bytes)
  return finish(reader, readOneof(reader, NOTHING))
}

export function readEvidenceList(reader: Reader, base: readonly Evidence[]): readonly Evidence[] {
  const list = listOf(base)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) list.push(finish(reader, reader.message(readOneof, NOTHING)))
    else reader.skip(tag, 1)
  }
  return list
}

export function writeEvidenceList(writer: Writer, list: readonly Evidence[]): void {
  writer.list(0x0a, writeEvidence, list)
}

/** Wire: evidence.proto EvidenceList, the whole message of channel 0x38. */
export function encodeEvidenceList(list: readonly Evidence[]): Uint8Array {
  return encodeMessage(writeEvidenceList, list)
}

/** @throws ProtoError on malformed bytes or incomplete evidence. */
export function decodeEvidenceList(bytes: Uint8Array): readonly Evidence[] {
  return readEvidenceList(new Reader(bytes), [])
}
