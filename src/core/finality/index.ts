// Door of core/finality, and the package `quadrille/finality`: what is final, provably, without a
// node.
//
// Promises: a proof for every decision that it is shown; a verdict in plain words on any bytes, the
// same in a node and in a browser; one encoding of a proof, in which every byte counts.
// Must never: decide, contradict a decision, believe a part of a proof that is not verified, or
// import anything of Node.
// Counterpart in CometBFT: the light client's verification (light/verifier.go), without its client.

export {
  FINALITY_PROOF_VERSION,
  MAX_FINALITY_PROOF_BYTES,
  MAX_FINALITY_TEXT_BYTES,
  decodeFinalityProof,
  formatFinalityProof,
} from './finality-proof.ts'
export type { Decision, FinalityProof } from './finality-proof.ts'
export type { FormRefusal } from '../proof-form/index.ts'
export { checkDecision } from './decision-check.ts'
export type { DecisionRefusal, Signers } from './decision-check.ts'
export { FinalityGadget } from './finality-gadget.ts'
export type { FinalityGadgetOptions } from './finality-gadget.ts'
export { proveDecision } from './prove-decision.ts'
export type {
  EarlierProof,
  EarlierTrust,
  FinalityInput,
  FinalityTrust,
  HeaderTrust,
  TrustRule,
  ValidatorsTrust,
} from './finality-trust.ts'
export { readFinalityProof, verifyFinality } from './verify-finality.ts'
export type { FinalityRefusal, FinalityVerdict } from './verify-finality.ts'
