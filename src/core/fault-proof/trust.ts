// What a verifier knows beforehand, and why it may not believe a proof.

import type { Crypto } from '../crypto/index.ts'
import type { FaultDetectorConfig } from '../faults/index.ts'
import { checkDecision } from '../finality/index.ts'
import type { FinalityProof } from '../finality/index.ts'
import type { PublicKey, ValidatorSet } from '../types/index.ts'

/** A validator of the height of the fault; bytes alone are an ed25519 key. */
export interface TrustedValidator {
  readonly pubKey: Uint8Array | PublicKey
  readonly votingPower: bigint
}

/** How a chain counts absence; its genesis file says it. */
export interface DowntimeRule extends FaultDetectorConfig {
  readonly initialHeight: bigint
}

/** What a verifier knows beforehand: the chain, and its validators at the height of the fault. */
export interface EvidenceTrust {
  readonly chainId: string
  /** Those of `trustedHeightOf` the proof. */
  readonly validators: readonly TrustedValidator[]
  /** Without it a proof of downtime says how much was missed, not whether that is a fault. */
  readonly downtime?: DowntimeRule
  /**
   * The hash of the chain's own header at the height of an attack, as bytes or in hex. Needed only
   * where signatures do not tell which of the two headers is the chain's.
   */
  readonly headerHash?: Uint8Array | string
}

/** Why a proof is refused. */
export type EvidenceRefusal =
  /** Not the bytes or the text of a proof. */
  | 'malformed'
  /** A proof of a form that came later. */
  | 'unknown-version'
  | 'other-chain'
  /** It may be a proof; it does not follow from what is trusted. */
  | 'not-trusted'
  /** Its parts do not belong together, or do not show what it says. */
  | 'inconsistent'
  /** A wrong signature, or a decision with two thirds of the power or less. */
  | 'bad-signature'
  /** What is said to be trusted cannot be used; nothing is said about the proof. */
  | 'unusable-trust'

/** A refusal with one line for people. */
export interface Refusal {
  readonly kind: EvidenceRefusal
  readonly reason: string
}

/** What a verifier knows, ready for use. */
export interface Ground {
  readonly validatorSet: ValidatorSet
  readonly downtime: DowntimeRule | null
  readonly headerHash: Uint8Array | null
}

/** A refusal of this kind. */
export const refusal = (kind: EvidenceRefusal, reason: string): Refusal => ({ kind, reason })

/** A refusal of this kind when there is a reason. */
export const refusalOf = (kind: EvidenceRefusal, reason: string | null): Refusal | null =>
  reason === null ? null : { kind, reason }

/** Whether the validators of a decision have decided it. */
export const refusalOfDecision = (crypto: Crypto, decision: FinalityProof): Refusal | null => {
  const refused = checkDecision(crypto, decision)
  if (refused === null) return null
  const reason = `the decision of height ${decision.header.height}: ${refused.reason}`
  return refusal(refused.kind === 'bad-commit' ? 'bad-signature' : 'inconsistent', reason)
}
