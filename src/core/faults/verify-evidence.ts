// All kinds of evidence under one door: what must be known to verify a piece, and its verification.

import type { Crypto } from '../crypto/index.ts'
import { evidenceHeight } from '../types/index.ts'
import type { DowntimeEvidence, Evidence, LightClientAttackEvidence } from '../types/index.ts'
import type { FaultDetectorConfig } from './config.ts'
import { verifyDoubleProposalEvidence } from './double-proposal.ts'
import { verifyDowntimeEvidence, windowOfEvidence } from './downtime.ts'
import { verifyDuplicateVoteEvidence } from './duplicate-vote.ts'
import type { ChainHistory } from './history.ts'
import { verifyLightClientAttackEvidence } from './light-client-attack.ts'
import type { TrustedHeader } from './light-client-attack.ts'

/** The chain that evidence is verified against. */
export interface ProofContext {
  readonly chainId: string
  readonly initialHeight: bigint
  readonly lastBlockHeight: bigint
  /** What counts as downtime on this chain. */
  readonly detection: FaultDetectorConfig
  readonly history: ChainHistory
}

/** Heights of which something must be loaded. */
export interface HistoryNeeds {
  readonly headers: readonly bigint[]
  readonly commits: readonly bigint[]
  readonly validators: readonly bigint[]
}

type ChainFacts = Pick<ProofContext, 'initialHeight' | 'lastBlockHeight' | 'detection'>

const heightsOfWindow = (evidence: DowntimeEvidence, facts: ChainFacts): bigint[] => {
  const window = windowOfEvidence(evidence, facts.initialHeight, facts.detection)
  // The last block's own commit is not in a block yet.
  if (typeof window === 'string' || window.end >= facts.lastBlockHeight) return []
  return Array.from({ length: facts.detection.downtimeWindow }, (_, i) => window.start + BigInt(i))
}

/**
 * What {@link verifyEvidence} will ask the history for: a few heights, for downtime those of one
 * window, whatever heights the evidence names. What is not there when it is looked up is null.
 */
export const historyNeededBy = (evidence: Evidence, facts: ChainFacts): HistoryNeeds => {
  const height = evidenceHeight(evidence)
  switch (evidence.kind) {
    case 'duplicate-vote':
    case 'double-proposal':
      return { headers: [height], commits: [], validators: [height] }
    case 'downtime': {
      const heights = heightsOfWindow(evidence, facts)
      return { headers: [height], commits: heights, validators: heights }
    }
    case 'light-client-attack': {
      const conflict = evidence.conflictingBlock.signedHeader?.header?.height ?? height
      const headers = conflict === height ? [height] : [height, conflict]
      return { headers, commits: [conflict], validators: [height] }
    }
  }
}

const trustedHeaderAt = (context: ProofContext, height: bigint): TrustedHeader | null => {
  if (height >= context.lastBlockHeight) return null
  const header = context.history.headerAt(height)
  const commit = context.history.commitAt(height)
  return header === null || commit === null ? null : { header, commit }
}

/**
 * Against our header of the conflicting height. For a height above the chain's the reference turns
 * to its last header, but asks for the commit of it, which no block carries yet: refused too.
 */
const verifyAttack = (
  crypto: Crypto,
  context: ProofContext,
  evidence: LightClientAttackEvidence,
): string | null => {
  const { commonHeight, conflictingBlock } = evidence
  const { chainId, history } = context
  const header = conflictingBlock.signedHeader?.header ?? null
  if (header === null) return 'the conflicting block has no header'
  const trusted = trustedHeaderAt(context, header.height)
  if (trusted === null) return `header and commit of height ${header.height} are not known`
  const commonValidators = history.validatorsAt(commonHeight)
  if (commonValidators === null) return `the validators of height ${commonHeight} are not known`
  return verifyLightClientAttackEvidence(crypto, evidence, { chainId, trusted, commonValidators })
}

/**
 * Verifies the proof in a piece of evidence of any kind: signatures, membership, powers, and what
 * the past says. Whether it comes too late, a second time or on a chain that does not take it is
 * `checkEvidence`'s part. Null when it is proved, else the reason.
 */
export const verifyEvidence = (
  crypto: Crypto,
  context: ProofContext,
  evidence: Evidence,
): string | null => {
  const { chainId, initialHeight, detection, history } = context
  if (evidence.kind === 'light-client-attack') return verifyAttack(crypto, context, evidence)
  if (evidence.kind === 'downtime') {
    if (evidence.windowEnd >= context.lastBlockHeight) {
      return `the commit of height ${evidence.windowEnd} is in no block yet`
    }
    return verifyDowntimeEvidence(crypto, evidence, { initialHeight, config: detection, history })
  }
  const height = evidenceHeight(evidence)
  const validatorSet = history.validatorsAt(height)
  if (validatorSet === null) return `the validators of height ${height} are not known`
  return evidence.kind === 'duplicate-vote'
    ? verifyDuplicateVoteEvidence(crypto, chainId, evidence, validatorSet)
    : verifyDoubleProposalEvidence(crypto, chainId, evidence, validatorSet)
}
