// Did this validator do that? Answered from its proof and the keys of the validators, without a
// node.

import { err, fromHex, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { readProof } from '../proof-form/index.ts'
import type { FormRefusal } from '../proof-form/index.ts'
import { ValidatorSet, evidenceHeight } from '../types/index.ts'
import type { PublicKey } from '../types/index.ts'
import type { EvidenceProof } from './accusation.ts'
import { checkAccusation, leftOpen } from './check.ts'
import { deedOf, placeOf } from './deed.ts'
import type { Place } from './deed.ts'
import { EVIDENCE_FORM } from './evidence-proof.ts'
import type { EvidenceRefusal, EvidenceTrust, Ground, TrustedValidator } from './trust.ts'

/** A proof, its bytes, or the bytes or text of a proof file. */
export type EvidenceInput = EvidenceProof | Uint8Array | string

/** What a proof proves. */
export interface Proof extends Place {
  /** Who did what at which height and round, as a sentence. */
  readonly deed: string
  /** What it does not show, each a part of a sentence; empty when nothing is left open. */
  readonly open: readonly string[]
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

/** The height whose validators must be trusted to verify a proof. */
export const trustedHeightOf = ({ evidence }: EvidenceProof): bigint => evidenceHeight(evidence)

const refused = (kind: EvidenceRefusal, reason: string): EvidenceVerdict => ({
  ok: false,
  kind,
  reason,
})

/**
 * Verifies that a validator broke a rule: the proof is well formed and of this chain, the trusted
 * validators are those that it speaks of, and its signatures, and what they cover, show the fault.
 * Never throws, whatever is given as the proof.
 */
export const verifyEvidence = (
  input: EvidenceInput,
  trust: EvidenceTrust,
  crypto: Crypto = nobleCrypto,
): EvidenceVerdict => {
  const read = readProof(EVIDENCE_FORM, input, crypto)
  if (!read.ok) return refused(read.error.kind, read.error.reason)
  const { chainId, evidence } = read.value
  if (chainId !== trust.chainId) {
    const reason = `it is of chain ${JSON.stringify(chainId)}, not ${JSON.stringify(trust.chainId)}`
    return refused('other-chain', reason)
  }
  const ground = groundOf(crypto, trust)
  if (!ground.ok) return refused('unusable-trust', ground.error)
  const refusal = checkAccusation(crypto, read.value, ground.value)
  if (refusal !== null) return refused(refusal.kind, refusal.reason)
  const open = leftOpen(read.value, ground.value)
  return { ok: true, proof: { ...placeOf(evidence), deed: deedOf(evidence), open } }
}

const KEY_BYTES: Readonly<Record<PublicKey['type'], number>> = { ed25519: 32, secp256k1: 33 }
const HASH_BYTES = 32

const groundOf = (
  crypto: Crypto,
  { validators, headerHash, ...trust }: EvidenceTrust,
): Result<Ground, string> => {
  const downtime = trust.downtime ?? null
  const set = setOf(crypto, validators)
  if (!set.ok) return err(`the trusted validators: ${set.error}`)
  const hash = typeof headerHash === 'string' ? fromHex(headerHash.toLowerCase()) : headerHash
  if (hash === undefined) return ok({ validatorSet: set.value, downtime, headerHash: null })
  if (hash?.length !== HASH_BYTES) return err('the trusted hash is not of 32 bytes')
  return ok({ validatorSet: set.value, downtime, headerHash: hash })
}

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
  return ValidatorSet.tryMake(crypto, powers)
}
