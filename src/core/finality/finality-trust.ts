// What a verifier knows beforehand, and whether a proof follows from it.

import { equalBytes, err, fromHex, ok, toHexUpper } from '../bytes/index.ts'
import type { Result, Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { hashHeader, verifyCommitLightTrusting } from '../types/index.ts'
import type { Decision, FinalityProof } from './finality-proof.ts'

/** A proof, its bytes, or the bytes or text of a proof file. */
export type FinalityInput = FinalityProof | Uint8Array | string

/** A proof of an earlier height that is trusted. */
export interface EarlierProof {
  readonly proof: FinalityInput
  /**
   * How long validators can be held to what they signed, on a chain with stakes: less than the time
   * they take to get them back. A proof that is older gives no trust any more.
   */
  readonly trustingPeriodMs: number
  /** The verifier's time. */
  readonly now: Time
}

/** Who makes the block: the hash is SHA-256 as bytes or in hex. */
export interface ValidatorsTrust {
  readonly chainId: string
  /** The Merkle root over the validators of the proof's height (`validators_hash`). */
  readonly validatorsHash: Uint8Array | string
}

/** The block itself: the proof adds header, signatures and round. */
export interface HeaderTrust {
  readonly chainId: string
  readonly headerHash: Uint8Array | string
}

/** A block that came before. */
export interface EarlierTrust {
  readonly chainId: string
  readonly earlier: EarlierProof
}

/** What a verifier knows beforehand: the chain, and one fact about it. */
export type FinalityTrust = ValidatorsTrust | HeaderTrust | EarlierTrust

/** By which rule a proof is trusted. */
export type TrustRule =
  /** Its validators are the trusted ones. */
  | 'validators-hash'
  /** Its header is the trusted one. */
  | 'header-hash'
  /** The trusted header before it names its validators. */
  | 'next-validators'
  /** More than a third of the power of an earlier height signed it. */
  | 'one-third'

/** The answer to whether a proof follows; its signatures are another question. */
export type TrustVerdict = Result<TrustRule, string>

const HASH_BYTES = 32
const NS_PER_MS = 1_000_000n
/** A header may be this much ahead of the verifier's clock (light client specification). */
const MAX_CLOCK_DRIFT_NS = 10_000_000_000n
const ONE_THIRD = { numerator: 1n, denominator: 3n }

/** 32 bytes of a hash that a caller gave; null when it is none. */
export const readHash = (hash: Uint8Array | string): Uint8Array | null => {
  const bytes = typeof hash === 'string' ? fromHex(hash.toLowerCase()) : hash
  return bytes !== null && bytes.length === HASH_BYTES ? bytes : null
}

/** Whether the validators of a proof are the trusted ones. */
export const followsValidators = ({ header }: Decision, trusted: Uint8Array): TrustVerdict =>
  equalBytes(header.validatorsHash, trusted)
    ? ok('validators-hash')
    : err(
        `its validators are ${toHexUpper(header.validatorsHash)}, ` +
          `trusted are ${toHexUpper(trusted)}`,
      )

/** Whether the header of a proof is the trusted one. */
export const followsHeader = (
  crypto: Crypto,
  { header }: Decision,
  trusted: Uint8Array,
): TrustVerdict => {
  const hash = hashHeader(crypto, header)
  if (equalBytes(hash, trusted)) return ok('header-hash')
  return err(`its header is ${toHexUpper(hash)}, trusted is ${toHexUpper(trusted)}`)
}

/**
 * Whether a proof follows from an earlier one that was verified: by the validators it named when
 * the heights are neighbours, else by more than a third of its power (light client specification,
 * skipping verification).
 */
export const followsEarlier = (
  crypto: Crypto,
  proof: Decision,
  earlier: Decision,
  { now, trustingPeriodMs }: EarlierProof,
): TrustVerdict => {
  const { header, commit } = proof
  const { height, time, nextValidatorsHash } = earlier.header
  if (header.height <= height) {
    return err(`it is of height ${header.height}, the trusted proof of height ${height}`)
  }
  const expiry = time + BigInt(Math.trunc(trustingPeriodMs)) * NS_PER_MS
  if (expiry <= now) return err(`the trusted proof of height ${height} is older than it may be`)
  if (header.time <= time) return err('it is not younger than the trusted proof')
  if (header.time >= now + MAX_CLOCK_DRIFT_NS) return err('its time lies in the future')
  if (header.height === height + 1n) {
    if (equalBytes(header.validatorsHash, nextValidatorsHash)) return ok('next-validators')
    return err(`its validators are not those that height ${height} named`)
  }
  const { chainId } = header
  const { validatorSet } = earlier
  const third = { chainId, validatorSet, commit, trustLevel: ONE_THIRD }
  const reason = verifyCommitLightTrusting(crypto, third)
  if (reason === null) return ok('one-third')
  return err(`not more than a third of the validators of height ${height} signed it (${reason})`)
}
