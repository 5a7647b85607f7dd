// What the judges are told about a run: facts that whoever stands outside can see.

import type { Time } from '../../core/bytes/index.ts'
import type { ConsensusState } from '../../core/consensus/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type {
  Block,
  BlockId,
  Commit,
  Proposal,
  ValidatorSet,
  Vote,
} from '../../core/types/index.ts'

/** When something happened, in milliseconds of the run. */
interface Moment {
  readonly atMs: number
}

/** A node by its index in the run. */
interface AtNode extends Moment {
  readonly node: number
}

/** An honest node runs, from now on with what its disk kept. */
export interface Started extends AtNode {
  readonly kind: 'started'
}

/** The run ended a node: a crash or an orderly stop of its script. */
export interface Crashed extends AtNode {
  readonly kind: 'crashed'
}

/**
 * An honest node ended itself. `isExcused`: the run did something to it that must stop a node, a
 * failed sync for one.
 */
export interface Stopped extends AtNode {
  readonly kind: 'stopped'
  readonly reason: string
  readonly isExcused: boolean
}

/** The wall clock of a node was set: from now on it is ahead by so much, behind when negative. */
export interface Skewed extends AtNode {
  readonly kind: 'skewed'
  readonly skewMs: number
}

/**
 * The signer of an honest node gave out this vote: told before any peer is sent it. `state` is the
 * consensus state of the node when the signature was asked for, or later before the next one is. Of
 * a precommit right before a crash the judges find out by themselves whether it was ever used.
 */
export interface SignedVote extends AtNode {
  readonly kind: 'signed-vote'
  readonly vote: Vote
  readonly state: ConsensusState
}

/** The signer of an honest node gave out this proposal, as with {@link SignedVote}. */
export interface SignedProposal extends AtNode {
  readonly kind: 'signed-proposal'
  readonly proposal: Proposal
  readonly state: ConsensusState
}

/**
 * An honest node has executed a block. Told in order of heights, and before the node signs anything
 * of the next height; told again, the same block is no news.
 */
export interface Committed extends AtNode {
  readonly kind: 'committed'
  readonly block: Block
  readonly blockId: BlockId
  /** The precommits that decided it, as the node stored them. */
  readonly commit: Commit
  /** What this node's application answered. */
  readonly response: FinalizeBlockResponse
  /** The application hash after this block, in this node's chain state. */
  readonly appHash: Uint8Array
  /** Who decided this height, with the priorities of round 0, by this node's account. */
  readonly validators: ValidatorSet
}

/** An honest node gives its application a decided block to execute, also again after a restart. */
export interface Executed extends AtNode {
  readonly kind: 'executed'
  readonly height: bigint
  /** Of the block. */
  readonly hash: Uint8Array
  /** Who could sign the commit before, in their order, and how they did. */
  readonly votes: readonly {
    readonly address: Uint8Array
    readonly power: bigint
    /** As in the commit. */
    readonly flag: number
  }[]
  /** Who is proved guilty by the block. */
  readonly misbehavior: readonly {
    readonly kind: string
    readonly address: Uint8Array
    readonly power: bigint
    readonly height: bigint
    readonly time: Time
    /** Of all powers at that height. */
    readonly total: bigint
  }[]
}

/**
 * A vote that an honest node was sent: by a villain, whoever signed it; by an honest node, when a
 * villain may have signed it.
 */
export interface DeliveredVote extends Moment {
  readonly kind: 'delivered-vote'
  readonly from: number
  readonly to: number
  readonly vote: Vote
}

/** A proposal that an honest node was sent, as with {@link DeliveredVote}. */
export interface DeliveredProposal extends Moment {
  readonly kind: 'delivered-proposal'
  readonly from: number
  readonly to: number
  readonly proposal: Proposal
}

/** An honest node told its operator of a fault. */
export interface ToldFault extends AtNode {
  readonly kind: 'told-fault'
  /** `equivocation`, `double-proposal`, `downtime`, `light-client-attack` or `amnesia`. */
  readonly fault: string
  /** Addresses of the accused. */
  readonly validators: readonly Uint8Array[]
  readonly height: bigint
  /** False for a suspicion. */
  readonly isProved: boolean
}

/** How much an honest node holds of something that must stay bounded. */
export interface Held extends AtNode {
  readonly kind: 'held'
  /** For people: `pool messages`, `bytes of evidence`. */
  readonly what: string
  readonly count: number
  readonly bound: number
}

/**
 * From now on the members of the core run, reach each other, and no fault is done to them. Told at
 * most once.
 */
export interface Healed extends Moment {
  readonly kind: 'healed'
  readonly core: readonly number[]
}

/** Nothing more will be told. */
export interface Ended extends Moment {
  readonly kind: 'ended'
}

/** One fact; facts are told in order of `atMs`. */
export type Observation =
  | Started
  | Crashed
  | Stopped
  | Skewed
  | SignedVote
  | SignedProposal
  | Executed
  | Committed
  | DeliveredVote
  | DeliveredProposal
  | Held
  | ToldFault
  | Healed
  | Ended
