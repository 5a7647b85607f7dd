// The interface of whatever holds a validator's key, and why it may say no.

import type { Result } from '../../core/bytes/index.ts'
import type { Proposal, PublicKey, Vote } from '../../core/types/index.ts'
import type { SignPlace } from './sign-place.ts'

/** Why a signature is refused. Signing anyway could be a proof of equivocation. */
export interface SignRefusal {
  readonly kind:
    | 'height-regression'
    | 'round-regression'
    | 'step-regression'
    | 'conflicting-data'
    | 'not-signable'
  /** One line for people. */
  readonly reason: string
  /** What was to be signed. */
  readonly wanted: SignPlace
  /** What was signed last. */
  readonly last: SignPlace
}

/** How a message is signed. */
export interface SignOptions {
  /** What was signed is recorded once this has resolved, and never when it rejects. */
  readonly after?: Promise<void>
}

/** How a vote is signed. */
export interface SignVoteOptions extends SignOptions {
  /**
   * Sign the extension of a precommit for a block, an empty one too: the chain has extensions
   * enabled.
   */
  readonly signExtension?: boolean
}

/**
 * Signs for one validator, each height, round and step at most once. A message that was signed
 * before gets the same signature again; one that differs from it in its timestamp only comes back
 * with the old timestamp and signature. Both methods reject (never refuse) when what was signed
 * could not be made durable: then nothing more may be signed.
 */
export interface Signer {
  readonly pubKey: PublicKey
  readonly address: Uint8Array
  /** The vote with its signature; the signature and extension signature given are not looked at. */
  signVote(
    chainId: string,
    vote: Vote,
    options?: SignVoteOptions,
  ): Promise<Result<Vote, SignRefusal>>
  /** The proposal with its signature. */
  signProposal(
    chainId: string,
    proposal: Proposal,
    options?: SignOptions,
  ): Promise<Result<Proposal, SignRefusal>>
}
