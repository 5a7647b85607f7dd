// How evidence proofs are written: in version 1 two signatures, in version 2 what the chain shows.

import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { MAX_FINALITY_PROOF_BYTES } from '../finality/index.ts'
import { encodeProof, formatProof, maxProofTextBytes } from '../proof-form/index.ts'
import { readProofBytes } from '../proof-form/index.ts'
import type { FormRefusal, ProofForm } from '../proof-form/index.ts'
import { MAX_DOWNTIME_WINDOW, MAX_HEADER_BYTES, MAX_VOTES } from '../types/index.ts'
import type { Accusation, EvidenceProof } from './accusation.ts'
import { decodeChain, encodeChain } from './chain-body.ts'
import { placeOf } from './deed.ts'
import { decodeSigned, encodeSigned } from './signed-body.ts'

/** The newest version of the form that is written here; all versions up to it are read. */
export const EVIDENCE_PROOF_VERSION = 2

/** Two ways up a tree of ten thousand leaves, a power and a header. */
const MAX_HEIGHT_BYTES = Number(MAX_HEADER_BYTES) + 2 * 14 * 34 + 64
/** An address and a comma. */
const MAX_NAME_BYTES = 41
/** The other members of a file, with a chain id of which every letter is escaped. */
const MAX_WORDS_BYTES = 1024

/** No proof is larger: two decisions, and a window of headers or a second light block. */
export const MAX_EVIDENCE_PROOF_BYTES: number =
  3 * MAX_FINALITY_PROOF_BYTES + MAX_DOWNTIME_WINDOW * MAX_HEIGHT_BYTES

const wordsOf = ({ chainId, evidence }: Accusation): Readonly<Record<string, unknown>> => {
  const { kind, validator, height, round } = placeOf(evidence)
  return { chain_id: chainId, kind, validator, height: String(height), round }
}

/** The form of an evidence proof. */
export const EVIDENCE_FORM: ProofForm<Accusation> = {
  name: 'evidence proof',
  magic: 'QEVI',
  versions: [1, EVIDENCE_PROOF_VERSION],
  maxBytes: MAX_EVIDENCE_PROOF_BYTES,
  maxWordsBytes: MAX_WORDS_BYTES + MAX_VOTES * MAX_NAME_BYTES,
  versionOf: ({ by }) => (by === 'signatures' ? 1 : EVIDENCE_PROOF_VERSION),
  encodeBody: (said) => (said.by === 'signatures' ? encodeSigned(said) : encodeChain(said)),
  decodeBody: (body, version, crypto): Result<Accusation, string> =>
    version === 1 ? decodeSigned(body, crypto) : decodeChain(body, crypto),
  words: wordsOf,
}

/** No proof file is larger. */
export const MAX_EVIDENCE_TEXT_BYTES: number = maxProofTextBytes(EVIDENCE_FORM)

/** The proof's bytes: `QEVI`, the version, and what it says. */
export const encodeAccusation = (accusation: Accusation): Uint8Array =>
  encodeProof(EVIDENCE_FORM, accusation)

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatEvidenceProof = (proof: EvidenceProof): string =>
  formatProof(EVIDENCE_FORM, proof)

/**
 * Reads a proof. Only the form is judged: one offence has one encoding, and any other bytes are
 * refused. Whether it is signed, and by validators, is for verification to say.
 */
export const decodeEvidenceProof = (
  bytes: Uint8Array,
  crypto: Crypto,
): Result<EvidenceProof, FormRefusal> => readProofBytes(EVIDENCE_FORM, bytes, crypto)
