// What a proof is made of: a piece of evidence, and what else somebody without a chain must see.

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import type { FinalityProof } from '../finality/index.ts'
import type { Written } from '../proof-form/index.ts'
import { ABSENT_COMMIT_SIG, BlockIdFlag } from '../types/index.ts'
import type {
  DowntimeEvidence,
  Header,
  LightBlock,
  LightClientAttackEvidence,
  PublicKey,
  ValidatorProto,
  Vote,
} from '../types/index.ts'
import type { SignedTwice } from './deed.ts'

/** Two signatures of one key. */
export interface SignedAccusation {
  readonly by: 'signatures'
  readonly chainId: string
  /** The key of the accused. */
  readonly pubKey: PublicKey
  /** What no signature and no validator set covers has one value in it. */
  readonly evidence: SignedTwice
}

/** Where the accused stands among the validators of a header: a leaf of its validators hash. */
export interface Seat {
  readonly votingPower: bigint
  /** The way up, a bit for each of the aunts: 1 where the node is the right one. */
  readonly bits: number
  readonly aunts: readonly Uint8Array[]
}

/** An entry of a commit that is absent, at the place of the accused. */
export interface Absence {
  /** From the entry up to the root, which the next header names. */
  readonly aunts: readonly Uint8Array[]
  /** The place, when the validators are others than those of the height that was told before. */
  readonly seat: Seat | null
}

/** A height of a window. */
export interface HeightRecord {
  /** Null for the last height, which stands there as a decision. */
  readonly header: Header | null
  /** Null when the accused signed, or was no validator. */
  readonly absence: Absence | null
}

/**
 * Commits that lack the accused. Each header names the one before and its commit, so all follow
 * from the last; that one is decided by the validators that the end of the window names.
 */
export interface AbsenceAccusation {
  readonly by: 'commits'
  readonly chainId: string
  readonly evidence: DowntimeEvidence
  /** The decision of the last height of the window. */
  readonly last: FinalityProof
  /** The decision after it. */
  readonly next: FinalityProof
  /** All heights of the window, the last first. */
  readonly heights: readonly HeightRecord[]
}

/** A second header of a height, and the chain's own. */
export interface AttackAccusation {
  readonly by: 'headers'
  readonly chainId: string
  readonly evidence: LightClientAttackEvidence
  /** The decision of the last height that both chains share. */
  readonly common: FinalityProof
  /** The chain's decision of the height of the second header; `common` when it is that height. */
  readonly own: FinalityProof
}

/** What a proof says. */
export type Accusation = SignedAccusation | AbsenceAccusation | AttackAccusation

/** `bytes` is the whole proof; the other fields are what it says. Never made by hand. */
export type EvidenceProof = Written<Accusation>

const signedPart = (vote: Vote): Vote => ({
  ...vote,
  validatorIndex: 0,
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
})

/** A pair without what neither a signature nor the validators of its height can confirm. */
export const provablePair = (evidence: SignedTwice): SignedTwice => {
  if (evidence.kind === 'double-proposal') return { ...evidence, timestamp: ZERO_TIME }
  const { voteA, voteB } = evidence
  const votes = { voteA: signedPart(voteA), voteB: signedPart(voteB) }
  return { ...evidence, ...votes, timestamp: ZERO_TIME }
}

const withoutPriority = (validator: ValidatorProto): ValidatorProto => ({
  ...validator,
  proposerPriority: 0n,
})

const provableBlock = ({ signedHeader, validatorSet }: LightBlock): LightBlock => {
  const { header = null, commit = null } = signedHeader ?? {}
  const validators = (validatorSet?.validators ?? []).map(withoutPriority)
  const signatures = (commit?.signatures ?? []).map((entry) =>
    entry.blockIdFlag === BlockIdFlag.commit ? entry : ABSENT_COMMIT_SIG,
  )
  return {
    signedHeader: { header, commit: commit === null ? null : { ...commit, signatures } },
    validatorSet: { validators, proposer: validators[0] ?? null, totalVotingPower: 0n },
  }
}

/**
 * An attack without what nothing confirms: votes that are not for the second header, priorities,
 * and which validator stands there as proposer.
 */
export const provableAttack = (evidence: LightClientAttackEvidence): LightClientAttackEvidence => ({
  ...evidence,
  conflictingBlock: provableBlock(evidence.conflictingBlock),
  byzantineValidators: evidence.byzantineValidators.map(withoutPriority),
})
