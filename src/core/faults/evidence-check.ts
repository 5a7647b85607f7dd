// Judges a piece of evidence against the chain: may it stand in a block, is it new, in time,
// proved.

import type { Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { evidenceHash, evidenceHeight, isAllowedEvidence, offenceKey } from '../types/index.ts'
import type { Evidence, EvidenceParams, EvidenceRule } from '../types/index.ts'
import type { ChainHistory } from './history.ts'
import { verifyEvidence } from './verify-evidence.ts'
import type { ProofContext } from './verify-evidence.ts'

/** What must be known of the past to judge evidence; the caller loads it beforehand. */
export interface EvidenceHistory extends ChainHistory {
  /** True when evidence of this hash is in an earlier block. */
  isCommitted(hash: Uint8Array): boolean
  /** True when evidence of this offence (`offenceKey`) is in an earlier block. */
  isOffenceCommitted(key: string): boolean
}

/** The chain as it was when the block before was applied. */
export interface EvidenceContext extends ProofContext {
  readonly crypto: Crypto
  readonly lastBlockTime: Time
  readonly params: EvidenceParams
  readonly evidenceRule: EvidenceRule
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
 * A CometBFT chain knows evidence by its hash, which covers bytes that no signature covers: an
 * altered copy passes, and must pass here too. Other chains know it by the offence.
 */
const isKnown = ({ crypto, history, evidenceRule }: EvidenceContext, evidence: Evidence): boolean =>
  evidenceRule === 'comet'
    ? history.isCommitted(evidenceHash(crypto, evidence))
    : history.isOffenceCommitted(offenceKey(evidence))

/**
 * Judges evidence that a block carries. On CometBFT chains exactly as its evidence pool does: of a
 * kind it knows, not committed before, the block of the fault known and of the time that the
 * evidence names, not expired, and proved. No clock is read: age counts from the last block. Null
 * when it is good, else the reason.
 */
export const checkEvidence = (context: EvidenceContext, evidence: Evidence): string | null => {
  const { crypto, history, params, lastBlockHeight, lastBlockTime } = context
  if (!isAllowedEvidence(context.evidenceRule, evidence)) {
    return `blocks of this chain carry no evidence of kind ${evidence.kind}`
  }
  if (isKnown(context, evidence)) return 'evidence was committed before'
  const height = evidenceHeight(evidence)
  const header = history.headerAt(height)
  if (header === null) return `the block of height ${height} is not known`
  const { time } = header
  if (time !== evidence.timestamp) return `evidence names another time than block ${height}`
  const now = { height: lastBlockHeight, time: lastBlockTime }
  if (isEvidenceExpired({ height, time }, now, params)) {
    return `evidence of height ${height} is too old`
  }
  return verifyEvidence(crypto, context, evidence)
}
