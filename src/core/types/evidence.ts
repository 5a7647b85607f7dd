// Evidence as part of a block: its structure, its height, its size.

import { encodeEvidenceList } from '../proto/index.ts'
import type { DuplicateVoteEvidence, Evidence } from '../proto/index.ts'
import { blockIdKey } from './block-id.ts'
import { validateVote } from './vote.ts'

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

/** Bytes of the evidence of a block as its size limit counts them. */
export const evidenceByteSize = (evidence: readonly Evidence[]): bigint =>
  evidence.length === 0 ? 0n : BigInt(encodeEvidenceList(evidence).length)
