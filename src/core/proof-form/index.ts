// Door of core/proof-form: how proofs are written, as bytes and as a file, whatever they prove.
//
// Promises: one encoding and one text of a proof; any other bytes are refused with a reason; what
// is too large is refused unread.
// Must never: know what a proof proves, or whether it is true.
// Counterpart in CometBFT: none.

export { encodeProof, readProofBytes } from './proof-bytes.ts'
export { formatProof, maxProofTextBytes, readProof } from './proof-text.ts'
export type { FormRefusal, ProofForm, Written } from './proof-form.ts'
