// Whether a block may carry the evidence it carries: each piece proves what it says, once, in time.

import { compareBytes, equalBytes, toHexUpper } from '../../core/bytes/index.ts'
import { encodeEvidenceList, encodePartSetHeader } from '../../core/proto/index.ts'
import type {
  BlockId,
  DoubleProposalEvidence,
  DuplicateVoteEvidence,
  Evidence,
  Proposal,
  Vote,
} from '../../core/types/index.ts'
import { judgeAttack } from './naive-attack.ts'
import { judgeDowntime } from './naive-downtime.ts'
import { accusedOf, heightOfFault } from './naive-offence.ts'
import { nextRound } from './naive-rotation.ts'
import type { Seat } from './naive-rotation.ts'
import { isNil, isSameId } from './naive-values.ts'
import { blockAt, isCarried, lastTime, nameOfEvidence } from './naive-state.ts'
import type { LastBlock, NaiveState } from './naive-state.ts'
import type { Means, Notary } from './notary.ts'

/** Beyond this round nobody counts whose turn it was. */
const LAST_PROVABLE_ROUND = 1000

/** Why the block after `state` may not carry this evidence. */
export function judgeEvidence(
  means: Means,
  state: NaiveState,
  evidence: readonly Evidence[],
): string[] {
  if (evidence.length === 0) return []
  const reasons: string[] = []
  const { maxBytes } = state.params.evidence
  if (BigInt(encodeEvidenceList(evidence).length) > maxBytes) reasons.push('too much evidence')
  const seen = new Set<string>()
  for (const piece of evidence) {
    const name = nameOfEvidence(state.genesis, piece)
    const isKnown = seen.has(name) || isCarried(state, name)
    if (isKnown) reasons.push('evidence stands twice in the chain')
    seen.add(name)
    reasons.push(...judgePiece(means, state, piece))
  }
  return reasons
}

function judgePiece(means: Means, state: NaiveState, piece: Evidence): string[] {
  const isComets = piece.kind === 'duplicate-vote' || piece.kind === 'light-client-attack'
  if (!isComets && state.genesis.evidenceRule === 'comet') return [`evidence of ${piece.kind}`]
  const height = heightOfFault(piece)
  const then = blockAt(state, height)
  if (then === null) return [`nothing is known of height ${height}`]
  const reasons = judgeNumbers(state, piece, then)
  switch (piece.kind) {
    case 'duplicate-vote':
      return [...reasons, ...judgeVotes(means.notary, piece, then)]
    case 'double-proposal':
      return [...reasons, ...judgeProposals(means.notary, piece, then)]
    case 'downtime':
      return [...reasons, ...judgeDowntime(state, piece)]
    case 'light-client-attack':
      return [...reasons, ...judgeAttack(means, state, piece)]
  }
}

// Age, time and powers, which all kinds have alike.
function judgeNumbers(state: NaiveState, piece: Evidence, then: LastBlock): string[] {
  const reasons: string[] = []
  const { evidence } = state.params
  const age = { time: lastTime(state) - then.time, blocks: state.nextHeight - 1n - then.height }
  if (age.time > evidence.maxAgeDuration && age.blocks > evidence.maxAgeNumBlocks) {
    reasons.push('too old')
  }
  if (piece.timestamp !== then.time) reasons.push('another time than that of the block')
  if (piece.totalVotingPower !== then.bench.total) reasons.push('a wrong total power')
  for (const address of accusedOf(piece)) {
    const seat = seatOf(then, address)
    if (seat === null) reasons.push(`${toHexUpper(address)} was no validator`)
    else if ('validatorPower' in piece && piece.validatorPower !== seat.power) {
      reasons.push('a wrong power')
    }
  }
  return reasons
}

function judgeVotes(
  notary: Notary,
  { voteA, voteB }: DuplicateVoteEvidence,
  then: LastBlock,
): string[] {
  const reasons = [...shapeOfVote(voteA), ...shapeOfVote(voteB)]
  const isOneStep =
    voteA.height === voteB.height && voteA.round === voteB.round && voteA.type === voteB.type
  if (!isOneStep) reasons.push('votes of two steps')
  if (!equalBytes(voteA.validatorAddress, voteB.validatorAddress)) reasons.push('of two validators')
  if (isSameId(voteA.blockId, voteB.blockId)) reasons.push('votes for one value')
  if (compareIds(voteA.blockId, voteB.blockId) > 0) reasons.push('the votes are not in order')
  const seat = seatOf(then, voteA.validatorAddress)
  for (const vote of [voteA, voteB]) {
    if (seat !== null && !notary.signedVote(seat.pubKey, vote)) reasons.push('a vote is not signed')
  }
  return reasons
}

function judgeProposals(
  notary: Notary,
  { validatorAddress, proposalA, proposalB }: DoubleProposalEvidence,
  then: LastBlock,
): string[] {
  const reasons = [...shapeOfProposal(proposalA), ...shapeOfProposal(proposalB)]
  const { height, round } = proposalA
  if (height !== proposalB.height || round !== proposalB.round) {
    reasons.push('proposals of two rounds')
  }
  const order =
    compareIds(proposalA.blockId, proposalB.blockId) || proposalA.polRound - proposalB.polRound
  if (order === 0) reasons.push('proposals of one value')
  if (order > 0) reasons.push('the proposals are not in order')
  if (round > LAST_PROVABLE_ROUND) return [...reasons, 'a round too far']
  let { bench } = then
  for (let at = 0; at < round; at += 1) bench = nextRound(bench)
  if (!equalBytes(bench.proposer, validatorAddress)) reasons.push('it was the turn of another')
  const seat = seatOf(then, validatorAddress)
  for (const proposal of [proposalA, proposalB]) {
    const isSigned = seat === null || notary.signedProposal(seat.pubKey, proposal)
    if (!isSigned) reasons.push('a proposal is not signed')
  }
  return reasons
}

function seatOf({ bench }: LastBlock, address: Uint8Array): Seat | null {
  return bench.seats.find((each) => equalBytes(each.address, address)) ?? null
}

// By hash, then by the encoded header of the parts: one order, so that one fault has one proof.
function compareIds(a: BlockId, b: BlockId): number {
  const byHash = compareBytes(a.hash, b.hash)
  if (byHash !== 0) return byHash
  return compareBytes(encodePartSetHeader(a.partSetHeader), encodePartSetHeader(b.partSetHeader))
}

/** Why nobody honest sends such a vote, whatever it is signed with. */
export function shapeOfVote(vote: Vote): string[] {
  const { type, height, round, blockId, signature, extension, extensionSignature } = vote
  const reasons: string[] = []
  if (type !== 1 && type !== 2) reasons.push(`vote of type ${type}`)
  if (height < 1n || round < 0 || vote.validatorIndex < 0) reasons.push('a negative number')
  if (vote.validatorAddress.length !== 20) reasons.push('address of a wrong size')
  if (signature.length < 1 || signature.length > 64) reasons.push('signature of a wrong size')
  const { hash, partSetHeader } = blockId
  const isWhole = hash.length === 32 && partSetHeader.hash.length === 32 && partSetHeader.total > 0
  if (!isNil(blockId) && !isWhole) reasons.push('a vote for half a block id')
  const mayExtend = type === 2 && isWhole
  if (!mayExtend && extension.length + extensionSignature.length > 0) reasons.push('an extension')
  if (extensionSignature.length > 64) reasons.push('extension signature of a wrong size')
  if (extension.length > 0 && extensionSignature.length === 0) reasons.push('unsigned extension')
  return reasons
}

/** Why nobody honest sends such a proposal, whatever it is signed with. */
export function shapeOfProposal(proposal: Proposal): string[] {
  const { type, height, round, polRound, blockId, signature } = proposal
  const reasons: string[] = []
  if (type !== 32) reasons.push(`proposal of type ${type}`)
  if (height < 1n || round < 0 || polRound < -1) reasons.push('a negative number')
  if (signature.length < 1 || signature.length > 64) reasons.push('signature of a wrong size')
  const { hash, partSetHeader } = blockId
  const isWhole = hash.length === 32 && partSetHeader.hash.length === 32 && partSetHeader.total > 0
  if (!isWhole) reasons.push('a proposal of half a block id')
  return reasons
}
