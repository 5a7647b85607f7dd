// Door of core/faults: proofs of Byzantine faults, verified.
//
// Promises: a correct validator is never accused; a verdict depends on its arguments only.
// Must never: read a clock, keep evidence, or trust a field that no signature covers.
// Counterpart in CometBFT: evidence/verify.go.

export { verifyDuplicateVoteEvidence } from './duplicate-vote.ts'
export { checkEvidence, isEvidenceExpired } from './evidence-check.ts'
export type { EvidenceContext, EvidenceHistory, FaultTime } from './evidence-check.ts'
