// Evidence as part of a block: its structure, its height, its size.

import { ADDRESS_SIZE } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeEvidenceList } from '../proto/index.ts'
import type {
  DoubleProposalEvidence,
  DowntimeEvidence,
  DuplicateVoteEvidence,
  Evidence,
  LightClientAttackEvidence,
  Proposal,
} from '../proto/index.ts'
import { blockIdKey } from './block-id.ts'
import type { EvidenceRule } from './chain-rules.ts'
import { validateLightBlock } from './light-block.ts'
import { validateProposal, validateVote } from './vote.ts'

/**
 * The height at which the fault happened, whose block's time the evidence names; for a light client
 * attack the last height both chains share, for downtime the last of the window.
 */
export const evidenceHeight = (evidence: Evidence): bigint => {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return evidence.voteA.height
    case 'light-client-attack':
      return evidence.commonHeight
    case 'double-proposal':
      return evidence.proposalA.height
    case 'downtime':
      return evidence.windowEnd
  }
}

/** True when blocks of a chain with this rule may carry evidence of this kind. */
export const isAllowedEvidence = (rule: EvidenceRule, { kind }: Evidence): boolean =>
  rule === 'all' || kind === 'duplicate-vote' || kind === 'light-client-attack'

/** Structure of two conflicting votes, signatures not verified. Null when it is well formed. */
export const validateDuplicateVoteEvidence = (evidence: DuplicateVoteEvidence): string | null => {
  const voteA = validateVote(evidence.voteA)
  if (voteA !== null) return `vote A: ${voteA}`
  const voteB = validateVote(evidence.voteB)
  if (voteB !== null) return `vote B: ${voteB}`
  // One order only, so that one fault has one proof.
  const isOrdered = blockIdKey(evidence.voteA.blockId) < blockIdKey(evidence.voteB.blockId)
  return isOrdered ? null : 'the votes stand in the wrong order'
}

const validateLightClientAttack = (
  crypto: Crypto,
  evidence: LightClientAttackEvidence,
): string | null => {
  const { conflictingBlock, commonHeight, totalVotingPower } = evidence
  const height = conflictingBlock.signedHeader?.header?.height
  if (height === undefined) return 'the conflicting block has no header'
  if (totalVotingPower <= 0n) return `total voting power ${totalVotingPower}`
  if (commonHeight <= 0n) return `common height ${commonHeight}`
  if (commonHeight > height) return `common height ${commonHeight} is above the conflict's`
  const reason = validateLightBlock(crypto, conflictingBlock)
  return reason === null ? null : `conflicting block: ${reason}`
}

/**
 * The order of two proposals of one round: by block id, then by proof-of-lock round. Negative when
 * `a` comes first, 0 when they propose the same.
 */
export const compareProposals = (a: Proposal, b: Proposal): number => {
  const [keyA, keyB] = [blockIdKey(a.blockId), blockIdKey(b.blockId)]
  if (keyA === keyB) return a.polRound - b.polRound
  return keyA < keyB ? -1 : 1
}

/** Structure of two conflicting proposals, signatures not verified. Null when it is well formed. */
export const validateDoubleProposalEvidence = (evidence: DoubleProposalEvidence): string | null => {
  const { validatorAddress, proposalA, proposalB } = evidence
  if (validatorAddress.length !== ADDRESS_SIZE) return 'the address has a wrong size'
  const reasonA = validateProposal(proposalA)
  if (reasonA !== null) return `proposal A: ${reasonA}`
  const reasonB = validateProposal(proposalB)
  if (reasonB !== null) return `proposal B: ${reasonB}`
  if (proposalA.height !== proposalB.height || proposalA.round !== proposalB.round) {
    return 'the proposals are not of one height and round'
  }
  // One order only, so that one fault has one proof.
  const order = compareProposals(proposalA, proposalB)
  if (order === 0) return 'the proposals propose the same'
  return order < 0 ? null : 'the proposals stand in the wrong order'
}

/** Structure of a claim of downtime. Null when it is well formed. */
export const validateDowntimeEvidence = (evidence: DowntimeEvidence): string | null => {
  const { validatorAddress, windowStart, windowEnd, missed } = evidence
  if (validatorAddress.length !== ADDRESS_SIZE) return 'the address has a wrong size'
  if (windowStart <= 0n || windowEnd < windowStart) return `window ${windowStart} to ${windowEnd}`
  const heights = windowEnd - windowStart + 1n
  return missed > 0 && BigInt(missed) <= heights ? null : `${missed} of ${heights} heights missed`
}

/** Structure of any evidence, no signature verified. Null when it is well formed. */
export const validateEvidence = (crypto: Crypto, evidence: Evidence): string | null => {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return validateDuplicateVoteEvidence(evidence)
    case 'light-client-attack':
      return validateLightClientAttack(crypto, evidence)
    case 'double-proposal':
      return validateDoubleProposalEvidence(evidence)
    case 'downtime':
      return validateDowntimeEvidence(evidence)
  }
}

/** Bytes of the evidence of a block as its size limit counts them. */
export const evidenceByteSize = (evidence: readonly Evidence[]): bigint =>
  evidence.length === 0 ? 0n : BigInt(encodeEvidenceList(evidence).length)
