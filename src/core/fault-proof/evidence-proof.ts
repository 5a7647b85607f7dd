// An evidence proof: one offence, the key that signed it and its chain, as bytes of one form only.

import { EMPTY_BYTES, ZERO_TIME, concatBytes, equalBytes, err, fromUtf8 } from '../bytes/index.ts'
import { ok, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { addressOf } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeProof, formatProof, maxProofTextBytes } from '../proof-form/index.ts'
import { readProofBytes } from '../proof-form/index.ts'
import type { FormRefusal, ProofForm } from '../proof-form/index.ts'
import {
  decodeEvidence,
  decodePublicKey,
  encodeDelimited,
  encodeEvidence,
  encodePublicKey,
  readUvarint,
  tryDecode,
} from '../proto/index.ts'
import { validateEvidence } from '../types/index.ts'
import type { Evidence, PublicKey, Vote } from '../types/index.ts'
import { accusedOf, placeOf } from './deed.ts'
import type { ProvableEvidence } from './deed.ts'

/** What a proof is made of. */
export interface Accusation {
  readonly chainId: string
  /** The key of the accused. */
  readonly pubKey: PublicKey
  /** What no signature and no validator set covers has one value in it. */
  readonly evidence: ProvableEvidence
}

/** `bytes` is the whole proof; the other fields are what it says. Never made by hand. */
export interface EvidenceProof extends Accusation {
  readonly bytes: Uint8Array
}

/** The version of the form that is written here, and the only one that is read. */
export const EVIDENCE_PROOF_VERSION = 1

/** No proof is larger: two votes take 500 bytes. */
export const MAX_EVIDENCE_PROOF_BYTES = 4096

/** The other members of a file, with a chain id of which every letter is escaped. */
const MAX_WORDS_BYTES = 1024

const signedPart = (vote: Vote): Vote => ({
  ...vote,
  validatorIndex: 0,
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
})

/** The piece without what neither a signature nor the validators of its height can confirm. */
export const provablePart = (evidence: ProvableEvidence): ProvableEvidence => {
  if (evidence.kind === 'double-proposal') return { ...evidence, timestamp: ZERO_TIME }
  const { voteA, voteB } = evidence
  const votes = { voteA: signedPart(voteA), voteB: signedPart(voteB) }
  return { ...evidence, ...votes, timestamp: ZERO_TIME }
}

/** True when a proof can be made of a piece of this kind. */
export const isProvable = (evidence: Evidence): evidence is ProvableEvidence =>
  evidence.kind === 'duplicate-vote' || evidence.kind === 'double-proposal'

/** Chain id and key each with its length before it, then the evidence as blocks carry it. */
const encodeBody = ({ chainId, pubKey, evidence }: Accusation): Uint8Array =>
  concatBytes(
    encodeDelimited(toUtf8(chainId)),
    encodeDelimited(encodePublicKey(pubKey)),
    encodeEvidence(provablePart(evidence)),
  )

const decodeBody = (body: Uint8Array, _: number, crypto: Crypto): Result<Accusation, string> => {
  const read = tryDecode(readAccusation, body)
  if (!read.ok) return read
  if (typeof read.value === 'string') return err(read.value)
  const { pubKey, evidence } = read.value
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return err(structure)
  if (equalBytes(addressOf(crypto, pubKey), accusedOf(evidence))) return ok(read.value)
  return err('the key is not that of the accused')
}

const readAccusation = (bytes: Uint8Array): Accusation | string => {
  const chainId = readDelimited(bytes, 0)
  if (chainId === null) return 'it ends within the chain id'
  const key = readDelimited(bytes, chainId.next)
  if (key === null) return 'it ends within the key'
  const evidence = decodeEvidence(bytes.subarray(key.next))
  if (!isProvable(evidence)) return `of ${evidence.kind} there are no proofs`
  return { chainId: fromUtf8(chainId.value), pubKey: decodePublicKey(key.value), evidence }
}

interface Delimited {
  readonly value: Uint8Array
  readonly next: number
}

const readDelimited = (bytes: Uint8Array, offset: number): Delimited | null => {
  const length = readUvarint(bytes, offset)
  if (length === null || length.next + length.value > bytes.length) return null
  const next = length.next + length.value
  return { value: bytes.subarray(length.next, next), next }
}

const wordsOf = ({ chainId, evidence }: Accusation): Readonly<Record<string, unknown>> => {
  const { kind, validator, height, round } = placeOf(evidence)
  return { chain_id: chainId, kind, validator, height: String(height), round }
}

/** How evidence proofs are written. */
export const EVIDENCE_FORM: ProofForm<Accusation> = {
  name: 'evidence proof',
  magic: 'QEVI',
  versions: [EVIDENCE_PROOF_VERSION],
  maxBytes: MAX_EVIDENCE_PROOF_BYTES,
  maxWordsBytes: MAX_WORDS_BYTES,
  versionOf: () => EVIDENCE_PROOF_VERSION,
  encodeBody,
  decodeBody,
  words: wordsOf,
}

/** No proof file is larger. */
export const MAX_EVIDENCE_TEXT_BYTES: number = maxProofTextBytes(EVIDENCE_FORM)

/** The proof's bytes: `QEVI`, the version, and the accusation. */
export const encodeAccusation = (accusation: Accusation): Uint8Array =>
  encodeProof(EVIDENCE_FORM, accusation)

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatEvidenceProof = (proof: EvidenceProof): string =>
  formatProof(EVIDENCE_FORM, proof)

/**
 * Reads a proof. Only the form is judged: one offence has one encoding, and any other bytes are
 * refused. Whether it is signed, and by a validator, is for verification to say.
 */
export const decodeEvidenceProof = (
  bytes: Uint8Array,
  crypto: Crypto,
): Result<EvidenceProof, FormRefusal> => readProofBytes(EVIDENCE_FORM, bytes, crypto)
