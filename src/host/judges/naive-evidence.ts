// Whether a block may carry the evidence it carries: each piece proves what it says, once, in time.

import { bytesKey, compareBytes, equalBytes, toHexUpper } from '../../core/bytes/index.ts'
import { encodeEvidenceList, encodePartSetHeader } from '../../core/proto/index.ts'
import type { BlockId, DuplicateVoteEvidence, Evidence, Vote } from '../../core/types/index.ts'
import { isNil, isSameId } from './naive-values.ts'
import { evidenceBytes } from './naive-hashes.ts'
import { blockAt, lastTime } from './naive-state.ts'
import type { NaiveState } from './naive-state.ts'
import type { Notary } from './notary.ts'

/** Why the block after `state` may not carry this evidence. */
export function judgeEvidence(
  notary: Notary,
  state: NaiveState,
  evidence: readonly Evidence[],
): string[] {
  if (evidence.length === 0) return []
  const reasons: string[] = []
  const { maxBytes } = state.params.evidence
  if (BigInt(encodeEvidenceList(evidence).length) > maxBytes) reasons.push('too much evidence')
  const seen = committedBefore(state)
  for (const piece of evidence) {
    const name = bytesKey(evidenceBytes(piece))
    if (seen.has(name)) reasons.push('evidence stands twice in the chain')
    seen.add(name)
    if (piece.kind === 'duplicate-vote') reasons.push(...judgePiece(notary, state, piece))
    else reasons.push(`evidence of kind ${piece.kind} cannot be judged`)
  }
  return reasons
}

function committedBefore(state: NaiveState): Set<string> {
  const seen = new Set<string>()
  for (let at = state.last; at !== null; at = at.before.last) {
    for (const piece of at.evidence) seen.add(bytesKey(evidenceBytes(piece)))
  }
  return seen
}

function judgePiece(notary: Notary, state: NaiveState, piece: DuplicateVoteEvidence): string[] {
  const { voteA, voteB } = piece
  const reasons = [...shapeOfVote(voteA), ...shapeOfVote(voteB)]
  const isOneStep =
    voteA.height === voteB.height && voteA.round === voteB.round && voteA.type === voteB.type
  if (!isOneStep) reasons.push('votes of two steps')
  if (!equalBytes(voteA.validatorAddress, voteB.validatorAddress)) reasons.push('of two validators')
  if (isSameId(voteA.blockId, voteB.blockId)) reasons.push('votes for one value')
  if (compareIds(voteA.blockId, voteB.blockId) > 0) reasons.push('the votes are not in order')
  const then = blockAt(state, voteA.height)
  if (then === null) return [...reasons, `nothing is known of height ${voteA.height}`]
  const { evidence } = state.params
  const age = { time: lastTime(state) - then.time, blocks: state.nextHeight - 1n - voteA.height }
  if (age.time > evidence.maxAgeDuration && age.blocks > evidence.maxAgeNumBlocks) {
    reasons.push('too old')
  }
  if (piece.timestamp !== then.time) reasons.push('another time than that of the block')
  if (piece.totalVotingPower !== then.bench.total) reasons.push('a wrong total power')
  const seat = then.bench.seats.find((each) => equalBytes(each.address, voteA.validatorAddress))
  if (seat === undefined) {
    return [...reasons, `${toHexUpper(voteA.validatorAddress)} was no validator`]
  }
  if (piece.validatorPower !== seat.power) reasons.push('a wrong power')
  for (const vote of [voteA, voteB]) {
    if (!notary.signedVote(seat.pubKey, vote)) reasons.push('a vote is not signed')
  }
  return reasons
}

// By hash, then by the encoded header of the parts: one order, so that one fault has one proof.
function compareIds(a: BlockId, b: BlockId): number {
  const byHash = compareBytes(a.hash, b.hash)
  if (byHash !== 0) return byHash
  return compareBytes(encodePartSetHeader(a.partSetHeader), encodePartSetHeader(b.partSetHeader))
}

function shapeOfVote(vote: Vote): string[] {
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
