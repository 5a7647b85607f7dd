// Door of core/faults: Byzantine faults, detected, proved, and proofs of others verified.
//
// | fault | what it is | the proof | never provable |
// | --- | --- | --- | --- |
// | equivocation | two votes for two values in one height, round and type | both signed votes | votes that nobody saw together |
// | double proposal | the proposer of a round signs two values or two proof-of-lock rounds | both signed proposals; whose turn it was follows from the validators of the height | who received which |
// | downtime | too few signatures in the committed commits of a window | those commits, which every node has | why: a proposer may have left signatures out, so this is a penalty, not guilt |
// | light client attack | more than two thirds sign a second header of a height | the header with its commit: of a made-up one all signers, of a second valid one those in both commits | with commits of two rounds (amnesia): who of them |
// | amnesia | a precommit for one block, a later prevote for another, no polka between that allows it | two thirds prevoted otherwise in every round that could have | a polka that more than a third signed twice for: without the prevotes a suspicion, with them no evidence for a block either |
//
// Promises: a correct validator is never accused while its key is its own, of amnesia while less
// than a third of the power is faulty; a verdict depends on its arguments only; every conflict that
// is shown is reported, once, in bounded memory; what is reported as evidence verifies.
// Must never: read a clock, send or store anything, or trust a field that no signature covers.
// Counterpart in CometBFT: evidence/verify.go and the buffer of evidence/pool.go.

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
export type { CommittedHeight, FaultDetectorOptions } from './detector.ts'
export type { FaultReport } from './report.ts'
export { verifyAmnesia } from './amnesia-proof.ts'
export type { AmnesiaGround, AmnesiaProof, AmnesiaReport, ExcludedRound } from './amnesia-proof.ts'
export {
  DEFAULT_FAULT_DETECTOR_CONFIG,
  MAX_DOWNTIME_WINDOW,
  parseFaultDetectorConfig,
} from './config.ts'
export type { FaultDetectorConfig } from './config.ts'
