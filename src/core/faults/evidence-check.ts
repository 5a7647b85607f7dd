// Judges a piece of evidence against the history of the chain: its time, its age, its proof.

import type { Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { evidenceHash, evidenceHeight } from '../types/index.ts'
import type { Evidence, EvidenceParams, ValidatorSet } from '../types/index.ts'
import { verifyDuplicateVoteEvidence } from './duplicate-vote.ts'

/** What must be known of the past to judge evidence; the caller loads it beforehand. */
export interface EvidenceHistory {
  /** The time of the block of a height, null when it is not known. */
  blockTimeAt(height: bigint): Time | null
  /** The validators of a height, null when they are not known. */
  validatorsAt(height: bigint): ValidatorSet | null
  /** True when evidence of this hash is in an earlier block. */
  isCommitted(hash: Uint8Array): boolean
}

/** The chain as it was when the block before was applied. */
export interface EvidenceContext {
  readonly crypto: Crypto
  readonly chainId: string
  readonly lastBlockHeight: bigint
  readonly lastBlockTime: Time
  readonly params: EvidenceParams
  readonly history: EvidenceHistory
}

/** When a fault happened. */
export interface FaultTime {
  readonly height: bigint
  readonly time: Time
}

/** True when a fault is older than both limits, in blocks and in time. */
export const isEvidenceExpired = (
  fault: FaultTime,
  now: FaultTime,
  params: EvidenceParams,
): boolean =>
  now.time - fault.time > params.maxAgeDuration &&
  now.height - fault.height > params.maxAgeNumBlocks

/**
 * Judges evidence that a block carries, as CometBFT's evidence pool does: not committed before, the
 * block of the fault known and of the time that the evidence names, not expired, and proved. No
 * clock is read: age counts from the last block. Null when it is good, else the reason.
 */
export const checkEvidence = (context: EvidenceContext, evidence: Evidence): string | null => {
  const { crypto, chainId, history, params, lastBlockHeight, lastBlockTime } = context
  if (evidence.kind !== 'duplicate-vote') {
    return 'evidence of a light client attack cannot be verified by this node'
  }
  if (history.isCommitted(evidenceHash(crypto, evidence))) return 'evidence was committed before'
  const height = evidenceHeight(evidence)
  const time = history.blockTimeAt(height)
  if (time === null) return `the block of height ${height} is not known`
  if (time !== evidence.timestamp) return `evidence names another time than block ${height}`
  const now = { height: lastBlockHeight, time: lastBlockTime }
  if (isEvidenceExpired({ height, time }, now, params)) {
    return `evidence of height ${height} is too old`
  }
  const validatorSet = history.validatorsAt(height)
  if (validatorSet === null) return `the validators of height ${height} are not known`
  return verifyDuplicateVoteEvidence(crypto, chainId, evidence, validatorSet)
}
