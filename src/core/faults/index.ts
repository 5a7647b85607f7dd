// Door of core/faults: proofs of Byzantine faults, verified.
//
// Promises: a correct validator is never accused; a verdict depends on its arguments only.
// Must never: read a clock, keep evidence, or trust a field that no signature covers.
// Counterpart in CometBFT: evidence/verify.go.

export { verifyDuplicateVoteEvidence } from './duplicate-vote.ts'
export { MAX_PROVABLE_ROUND, verifyDoubleProposalEvidence } from './double-proposal.ts'
export { downtimeWindowOf, isDowntime, verifyDowntimeEvidence } from './downtime.ts'
export type { DowntimeGround, DowntimeWindow } from './downtime.ts'
export { findLightClientAttack, verifyLightClientAttackEvidence } from './light-client-attack.ts'
export type {
  AttackGround,
  AttackKind,
  FoundAttack,
  OwnHeaders,
  TrustedHeader,
} from './light-client-attack.ts'
export { historyNeededBy, verifyEvidence } from './verify-evidence.ts'
export type { HistoryNeeds, ProofContext } from './verify-evidence.ts'
export type { ChainHistory } from './history.ts'
export { checkEvidence, isEvidenceExpired } from './evidence-check.ts'
export type { EvidenceContext, EvidenceHistory, FaultTime } from './evidence-check.ts'
export { offenceKey } from '../types/index.ts'
export {
  DEFAULT_FAULT_DETECTOR_CONFIG,
  MAX_DOWNTIME_WINDOW,
  parseFaultDetectorConfig,
} from './config.ts'
export type { FaultDetectorConfig } from './config.ts'
