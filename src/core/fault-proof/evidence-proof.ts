// An evidence proof: one offence, the key that signed it and its chain, as bytes of one form only.

import { EMPTY_BYTES, ZERO_TIME, concatBytes, equalBytes, err, fromUtf8 } from '../bytes/index.ts'
import { ok, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { addressOf } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
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
import type {
  DoubleProposalEvidence,
  DuplicateVoteEvidence,
  Evidence,
  PublicKey,
  Vote,
} from '../types/index.ts'

/** What two signatures of one key prove; downtime and attacks need the chain for that. */
export type ProvableEvidence = DuplicateVoteEvidence | DoubleProposalEvidence

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

/** Why bytes are no proof. */
export interface FormRefusal {
  readonly kind: 'malformed' | 'unknown-version'
  readonly reason: string
}

/** The version of the form that is written here, and the only one that is read. */
export const EVIDENCE_PROOF_VERSION = 1

/** No proof is larger: two votes take 500 bytes. */
export const MAX_EVIDENCE_PROOF_BYTES = 4096

/** ASCII `QEVI`; one byte of version follows. */
const MAGIC = Uint8Array.of(0x51, 0x45, 0x56, 0x49)
const FRAME_BYTES = MAGIC.length + 1

/** Whom a piece accuses. */
export const accusedOf = (evidence: ProvableEvidence): Uint8Array =>
  evidence.kind === 'duplicate-vote' ? evidence.voteA.validatorAddress : evidence.validatorAddress

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

/**
 * `QEVI`, the version, chain id and key each with its length before it, then the evidence as blocks
 * carry it.
 */
export const encodeAccusation = ({ chainId, pubKey, evidence }: Accusation): Uint8Array =>
  concatBytes(
    MAGIC,
    Uint8Array.of(EVIDENCE_PROOF_VERSION),
    encodeDelimited(toUtf8(chainId)),
    encodeDelimited(encodePublicKey(pubKey)),
    encodeEvidence(provablePart(evidence)),
  )

const malformed = (reason: string): { ok: false; error: FormRefusal } =>
  err({ kind: 'malformed', reason })

/** The refusal of a form that this software does not know. */
export const unknownVersion = (version: string): FormRefusal => ({
  kind: 'unknown-version',
  reason: `a proof of version ${version}; version ${EVIDENCE_PROOF_VERSION} is known here`,
})

/** Index of the first byte in which two byte strings differ. */
export const firstDifference = (one: Uint8Array, other: Uint8Array): number => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

/**
 * Reads a proof. Only the form is judged: one offence has one encoding, and any other bytes are
 * refused. Whether it is signed, and by a validator, is for verification to say.
 */
export const decodeEvidenceProof = (
  bytes: Uint8Array,
  crypto: Crypto,
): Result<EvidenceProof, FormRefusal> => {
  if (bytes.length > MAX_EVIDENCE_PROOF_BYTES) {
    return malformed(`${bytes.length} bytes, the largest proof has ${MAX_EVIDENCE_PROOF_BYTES}`)
  }
  if (bytes.length < FRAME_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    return malformed('this is no evidence proof: it does not begin with QEVI')
  }
  const version = bytes[MAGIC.length] ?? 0
  if (version !== EVIDENCE_PROOF_VERSION) return err(unknownVersion(String(version)))
  // Once for all: a caller may change its buffer, and what is handed out are views of it.
  const own = bytes.slice()
  const read = tryDecode(readAccusation, own)
  if (!read.ok) return malformed(read.error)
  if (typeof read.value === 'string') return malformed(read.value)
  const { pubKey, evidence } = read.value
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return malformed(structure)
  if (!equalBytes(addressOf(crypto, pubKey), accusedOf(evidence))) {
    return malformed('the key is not that of the accused')
  }
  const canonical = encodeAccusation(read.value)
  if (equalBytes(canonical, own)) return ok({ ...read.value, bytes: own })
  return malformed(`byte ${firstDifference(canonical, own)} is not as the one encoding has it`)
}

const readAccusation = (bytes: Uint8Array): Accusation | string => {
  const chainId = readDelimited(bytes, FRAME_BYTES)
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
