// What a piece of evidence says: who did what at which height and round.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import { VoteType, isNilBlockId } from '../types/index.ts'
import type { BlockId, DoubleProposalEvidence, DuplicateVoteEvidence } from '../types/index.ts'

/** What two signatures of one key prove; downtime and attacks need the chain for that. */
export type ProvableEvidence = DuplicateVoteEvidence | DoubleProposalEvidence

/** Whom a piece accuses. */
export const accusedOf = (evidence: ProvableEvidence): Uint8Array =>
  evidence.kind === 'duplicate-vote' ? evidence.voteA.validatorAddress : evidence.validatorAddress

/** What was done. */
export type FaultKind = 'DuplicateVote' | 'DoubleProposal'

/** Who did it, and where. */
export interface Place {
  readonly kind: FaultKind
  /** The address, 40 hexadecimal digits in capitals. */
  readonly validator: string
  readonly height: bigint
  readonly round: number
}

/** Who did what, and where. */
export const placeOf = (evidence: ProvableEvidence): Place => {
  const validator = toHexUpper(accusedOf(evidence))
  const isVote = evidence.kind === 'duplicate-vote'
  const { height, round } = isVote ? evidence.voteA : evidence.proposalA
  return { kind: isVote ? 'DuplicateVote' : 'DoubleProposal', validator, height, round }
}

const blockWords = (blockId: BlockId): string =>
  isNilBlockId(blockId) ? 'nil' : `block ${toHexUpper(blockId.hash)}`

const valueWords = (a: BlockId, b: BlockId): string => {
  const [first, second] = [blockWords(a), blockWords(b)]
  return first === second ? `for ${first} in two part sets` : `for ${first} and for ${second}`
}

const valuesOf = (evidence: ProvableEvidence): string => {
  if (evidence.kind === 'duplicate-vote') {
    return valueWords(evidence.voteA.blockId, evidence.voteB.blockId)
  }
  const { proposalA, proposalB } = evidence
  const isSame = equalBytes(proposalA.blockId.hash, proposalB.blockId.hash)
  if (!isSame || proposalA.polRound === proposalB.polRound) {
    return valueWords(proposalA.blockId, proposalB.blockId)
  }
  const rounds = `proof-of-lock round ${proposalA.polRound} and with ${proposalB.polRound}`
  return `for ${blockWords(proposalA.blockId)}, with ${rounds}`
}

/** Who did what at which height and round: one sentence. */
export const deedOf = (evidence: ProvableEvidence): string => {
  const { validator, height, round } = placeOf(evidence)
  const verb =
    evidence.kind === 'double-proposal'
      ? 'proposed'
      : evidence.voteA.type === VoteType.prevote
        ? 'prevoted'
        : 'precommitted'
  const where = `at height ${height}, round ${round}`
  return `validator ${validator} ${verb} twice ${where}: ${valuesOf(evidence)}`
}
