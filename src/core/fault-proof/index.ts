// Door of core/fault-proof, and the package `quadrille/evidence`: who broke the rules, provably,
// without a node.
//
// Promises: a verdict in plain words on any bytes, the same in a node and in a browser; one
// encoding of a proof, in which every byte counts; nobody is accused without two signatures.
// Must never: believe a part of a proof that is not verified, or import anything of Node.
// Counterpart in CometBFT: none; evidence/verify.go judges what blocks carry.

export {
  EVIDENCE_PROOF_VERSION,
  MAX_EVIDENCE_PROOF_BYTES,
  MAX_EVIDENCE_TEXT_BYTES,
  decodeEvidenceProof,
  formatEvidenceProof,
} from './evidence-proof.ts'
export type { EvidenceProof } from './evidence-proof.ts'
export type { FormRefusal } from '../proof-form/index.ts'
export { deedOf, placeOf } from './deed.ts'
export type { FaultKind, Place, ProvableEvidence } from './deed.ts'
export { proveEvidence } from './prove-evidence.ts'
export { readEvidenceProof, verifyEvidence } from './verify-proof.ts'
export type {
  EvidenceInput,
  EvidenceRefusal,
  EvidenceTrust,
  EvidenceVerdict,
  Proof,
  TrustedValidator,
} from './verify-proof.ts'
