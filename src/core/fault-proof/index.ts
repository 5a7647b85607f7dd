// Door of core/fault-proof, and the package `quadrille/evidence`: who broke the rules, provably,
// without a node.
//
// Promises: a verdict in plain words on any bytes, the same in a node and in a browser; one
// encoding of a proof, in which every byte counts; nobody is accused but by signatures of his own,
// or, of downtime, by what more than two thirds decided; what is left open is said.
// Must never: believe a part of a proof that is not verified, or import anything of Node.
// Counterpart in CometBFT: none; evidence/verify.go judges what blocks carry. What each proof
// holds, and what it takes on trust: README.md.

export {
  EVIDENCE_PROOF_VERSION,
  MAX_EVIDENCE_PROOF_BYTES,
  MAX_EVIDENCE_TEXT_BYTES,
  decodeEvidenceProof,
  formatEvidenceProof,
} from './evidence-proof.ts'
export type {
  Absence,
  AbsenceAccusation,
  Accusation,
  AttackAccusation,
  EvidenceProof,
  HeightRecord,
  Seat,
  SignedAccusation,
} from './accusation.ts'
export type { FormRefusal } from '../proof-form/index.ts'
export { deedOf, placeOf } from './deed.ts'
export type { FaultKind, Place, SignedTwice } from './deed.ts'
export { proofNeeds, proveEvidence } from './prove-evidence.ts'
export type { ProofGround } from './prove-evidence.ts'
export type { DowntimeRule, EvidenceRefusal, EvidenceTrust, TrustedValidator } from './trust.ts'
export { readEvidenceProof, trustedHeightOf, verifyEvidence } from './verify-proof.ts'
export type { EvidenceInput, EvidenceVerdict, Proof } from './verify-proof.ts'
