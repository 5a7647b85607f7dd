// Is a block final? Answered from its proof and what the verifier trusts, without a node.

import { equalBytes, err } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { checkParts, checkSignatures, signersOf } from './decision-check.ts'
import type { Signers } from './decision-check.ts'
import { readProof } from '../proof-form/index.ts'
import type { FormRefusal } from '../proof-form/index.ts'
import { FINALITY_FORM } from './finality-proof.ts'
import type { FinalityProof } from './finality-proof.ts'
import { followsEarlier, followsHeader, followsValidators, readHash } from './finality-trust.ts'
import type {
  EarlierProof,
  FinalityInput,
  FinalityTrust,
  TrustRule,
  TrustVerdict,
} from './finality-trust.ts'

/** Why a proof is refused. */
export type FinalityRefusal =
  /** Not the bytes or the text of a proof. */
  | 'malformed'
  /** A proof of a form that came later. */
  | 'unknown-version'
  | 'other-chain'
  /** Header, commit and validators are not of one block. */
  | 'inconsistent'
  /** It may be a proof; it does not follow from what is trusted. */
  | 'not-trusted'
  /** A wrong signature, or two thirds of the power or less. */
  | 'bad-commit'
  /** What is said to be trusted cannot be used; nothing is said about the proof. */
  | 'unusable-trust'

/** What was found about a proof. `reason` is one line for people. */
export type FinalityVerdict =
  | {
      readonly ok: true
      readonly proof: FinalityProof
      readonly signed: Signers
      readonly rule: TrustRule
    }
  | {
      readonly ok: false
      readonly kind: FinalityRefusal
      readonly reason: string
      /** What the bytes say, when they are a proof at all; nothing of it is verified. */
      readonly proof: FinalityProof | null
    }

/** Reads the bytes of a proof, or of a proof file. */
export const readFinalityProof = (
  input: Uint8Array | string,
  crypto: Crypto = nobleCrypto,
): Result<FinalityProof, FormRefusal> => readProof(FINALITY_FORM, input, crypto)

const refused = (
  kind: FinalityRefusal,
  reason: string,
  proof: FinalityProof | null,
): FinalityVerdict => ({ ok: false, kind, reason, proof })

/**
 * Verifies that a block is final: the proof is well formed and of this chain, it follows from what
 * is trusted, all its signatures are good, and they are of more than two thirds of the voting
 * power. What is cheap is looked at first, so that no stranger's proof costs a signature check.
 * Never throws, whatever is given as the proof.
 */
export const verifyFinality = (
  input: FinalityInput,
  trust: FinalityTrust,
  crypto: Crypto = nobleCrypto,
): FinalityVerdict => {
  const read = readProof(FINALITY_FORM, input, crypto)
  if (!read.ok) return refused(read.error.kind, read.error.reason, null)
  const proof = read.value
  const { chainId } = proof.header
  if (chainId !== trust.chainId) {
    const reason = `it is of chain ${JSON.stringify(chainId)}, not ${JSON.stringify(trust.chainId)}`
    return refused('other-chain', reason, proof)
  }
  const parts = checkParts(crypto, proof)
  if (parts !== null) return refused('inconsistent', parts, proof)
  const follows = followsFrom(crypto, proof, trust)
  if (!follows.ok) return refused(follows.error.kind, follows.error.reason, proof)
  const signatures = checkSignatures(crypto, proof)
  if (signatures !== null) return refused('bad-commit', signatures, proof)
  return { ok: true, proof, signed: signersOf(proof), rule: follows.value }
}

interface TrustRefusal {
  readonly kind: 'not-trusted' | 'unusable-trust'
  readonly reason: string
}

const unusable = (reason: string): { ok: false; error: TrustRefusal } =>
  err({ kind: 'unusable-trust', reason })

const judged = (verdict: TrustVerdict): Result<TrustRule, TrustRefusal> =>
  verdict.ok ? verdict : err({ kind: 'not-trusted', reason: verdict.error })

const followsFrom = (
  crypto: Crypto,
  proof: FinalityProof,
  trust: FinalityTrust,
): Result<TrustRule, TrustRefusal> => {
  if ('earlier' in trust) return followsFromEarlier(crypto, proof, trust.earlier)
  const isOfHeader = 'headerHash' in trust
  const hash = readHash(isOfHeader ? trust.headerHash : trust.validatorsHash)
  if (hash === null) return unusable('the trusted hash is not of 32 bytes')
  return judged(isOfHeader ? followsHeader(crypto, proof, hash) : followsValidators(proof, hash))
}

const followsFromEarlier = (
  crypto: Crypto,
  proof: FinalityProof,
  earlier: EarlierProof,
): Result<TrustRule, TrustRefusal> => {
  if (!(earlier.trustingPeriodMs > 0 && Number.isFinite(earlier.trustingPeriodMs))) {
    return unusable('the trusting period is not a positive time')
  }
  const read = readProof(FINALITY_FORM, earlier.proof, crypto)
  if (!read.ok) return unusable(`the trusted proof: ${read.error.reason}`)
  const trusted = read.value
  // Of the same block there is nothing to follow; it is verified like any other.
  if (equalBytes(trusted.bytes, proof.bytes)) return judged({ ok: true, value: 'header-hash' })
  if (trusted.header.chainId !== proof.header.chainId) {
    return unusable('the trusted proof is of another chain')
  }
  // That it is trusted says nothing about what has happened to its file since.
  const reason = checkParts(crypto, trusted) ?? checkSignatures(crypto, trusted)
  if (reason !== null) return unusable(`the trusted proof: ${reason}`)
  return judged(followsEarlier(crypto, proof, trusted, earlier))
}
