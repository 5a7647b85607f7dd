// Did this validator do that? Answered from its proof and the keys of the validators, without a
// node.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { ValidatorSet } from '../types/index.ts'
import type { PublicKey } from '../types/index.ts'
import { checkDeed, checkMembership } from './accusation-check.ts'
import { readProof } from '../proof-form/index.ts'
import type { FormRefusal } from '../proof-form/index.ts'
import { deedOf, placeOf } from './deed.ts'
import type { Place } from './deed.ts'
import { EVIDENCE_FORM } from './evidence-proof.ts'
import type { EvidenceProof } from './evidence-proof.ts'

/** A proof, its bytes, or the bytes or text of a proof file. */
export type EvidenceInput = EvidenceProof | Uint8Array | string

/** A validator of the height of the fault; bytes alone are an ed25519 key. */
export interface TrustedValidator {
  readonly pubKey: Uint8Array | PublicKey
  readonly votingPower: bigint
}

/** What a verifier knows beforehand: the chain, and its validators at the height of the fault. */
export interface EvidenceTrust {
  readonly chainId: string
  readonly validators: readonly TrustedValidator[]
}

/** Why a proof is refused. */
export type EvidenceRefusal =
  /** Not the bytes or the text of a proof. */
  | 'malformed'
  /** A proof of a form that came later. */
  | 'unknown-version'
  | 'other-chain'
  /** It may be a proof; the trusted validators are not those that it speaks of. */
  | 'not-trusted'
  /** A wrong signature. */
  | 'bad-signature'
  /** What is said to be trusted cannot be used; nothing is said about the proof. */
  | 'unusable-trust'

/** What a proof proves. */
export interface Proof extends Place {
  /** Who did what at which height and round, as a sentence. */
  readonly deed: string
}

/** What was found about a proof. `reason` is one line for people. */
export type EvidenceVerdict =
  | { readonly ok: true; readonly proof: Proof }
  | { readonly ok: false; readonly kind: EvidenceRefusal; readonly reason: string }

/** Reads the bytes of a proof, or of a proof file. */
export const readEvidenceProof = (
  input: Uint8Array | string,
  crypto: Crypto = nobleCrypto,
): Result<EvidenceProof, FormRefusal> => readProof(EVIDENCE_FORM, input, crypto)

// Always from the bytes: of a proof given as an object nothing else is believed.
const bytesOf = (input: EvidenceInput): Uint8Array | string =>
  typeof input === 'string' || input instanceof Uint8Array ? input : input.bytes

const refused = (kind: EvidenceRefusal, reason: string): EvidenceVerdict => ({
  ok: false,
  kind,
  reason,
})

/**
 * Verifies that a validator broke a rule: the proof is well formed and of this chain, the accused
 * is one of the trusted validators, with the powers that the proof names, and both signatures are
 * good. Never throws, whatever the bytes.
 */
export const verifyEvidence = (
  input: EvidenceInput,
  trust: EvidenceTrust,
  crypto: Crypto = nobleCrypto,
): EvidenceVerdict => {
  const read = readEvidenceProof(bytesOf(input), crypto)
  if (!read.ok) return refused(read.error.kind, read.error.reason)
  const { chainId, evidence } = read.value
  if (chainId !== trust.chainId) {
    const reason = `it is of chain ${JSON.stringify(chainId)}, not ${JSON.stringify(trust.chainId)}`
    return refused('other-chain', reason)
  }
  const set = setOf(crypto, trust.validators)
  if (!set.ok) return refused('unusable-trust', `the trusted validators: ${set.error}`)
  const membership = checkMembership(read.value, set.value)
  if (membership !== null) return refused('not-trusted', membership)
  const deed = checkDeed(crypto, read.value, set.value)
  if (deed !== null) return refused('bad-signature', deed)
  return { ok: true, proof: { ...placeOf(evidence), deed: deedOf(evidence) } }
}

const KEY_BYTES: Readonly<Record<PublicKey['type'], number>> = { ed25519: 32, secp256k1: 33 }

const setOf = (
  crypto: Crypto,
  validators: readonly TrustedValidator[],
): Result<ValidatorSet, string> => {
  if (validators.length === 0) return err('there are none')
  const powers = validators.map(({ pubKey, votingPower }) => ({
    pubKey: pubKey instanceof Uint8Array ? { type: 'ed25519' as const, bytes: pubKey } : pubKey,
    votingPower,
  }))
  const wrong = powers.findIndex(({ pubKey }) => pubKey.bytes.length !== KEY_BYTES[pubKey.type])
  if (wrong >= 0) return err(`key ${wrong} has a wrong size`)
  const made = ValidatorSet.tryMake(crypto, powers)
  return made.ok ? ok(made.value) : made
}
