// Door of core/faults: Byzantine faults, detected, proved, and proofs of others verified.
//
// Promises: a correct validator is never accused while its key is its own, of amnesia while less
// than a third of the power is faulty; a verdict depends on its arguments only; every conflict that
// is shown is reported, once, in bounded memory; what is reported as evidence verifies.
// Must never: read a clock, send or store anything, or trust a field that no signature covers.
// Counterpart in CometBFT: evidence/verify.go and the buffer of evidence/pool.go. What each fault
// is, its proof, and what is never provable: README.md.

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
export { FaultDetector, MAX_OFFENCES_PER_VALIDATOR } from './detector.ts'
export type { CommittedHeight, Conflict, FaultDetectorOptions } from './detector.ts'
export { reportOfEvidence } from './report.ts'
export type { FaultReport } from './report.ts'
export { verifyAmnesia } from './amnesia-proof.ts'
export type { AmnesiaGround, AmnesiaProof, AmnesiaReport, ExcludedRound } from './amnesia-proof.ts'
export { DEFAULT_FAULT_DETECTOR_CONFIG } from './config.ts'
export type { FaultDetectorConfig } from './config.ts'
