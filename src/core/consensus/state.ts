// The state of one height as plain immutable data, and the questions others may ask it.

import { assert } from '../bytes/index.ts'
import { ValidatorSet, VoteSet, VoteType, blockIdKey } from '../types/index.ts'
import type { BlockId, Part, PartSet, Proposal, Validator } from '../types/index.ts'
import type { ConsensusContext } from './config.ts'

/** Where a height is: `new-height` waits for the commit timeout, `new-round` for transactions. */
export type ConsensusStep =
  | 'new-height'
  | 'new-round'
  | 'propose'
  | 'prevote'
  | 'precommit'
  | 'commit'

/**
 * A block's validity: not asked (it was already committed), the host is being asked, or its answer.
 */
export type Validity = 'unknown' | 'pending' | 'valid' | 'invalid'

/**
 * A block whose parts were all here once. `partSet` is null when the bound on blocks released it.
 */
export interface KnownBlock {
  readonly blockId: BlockId
  readonly partSet: PartSet | null
  readonly validity: Validity
}

/** The votes of one round. */
export interface RoundVotes {
  readonly prevotes: VoteSet
  readonly precommits: VoteSet
}

/** The votes of one height by round; holds the rounds entered and those in which a vote arrived. */
export type HeightVotes = ReadonlyMap<number, RoundVotes>

/** The value this height decided. `round` is the round of the precommits. */
export interface Decision {
  readonly round: number
  readonly blockId: BlockId
}

/** A part that came before anything said which part set it belongs to. */
export interface EarlyPart {
  readonly round: number
  readonly part: Part
}

/**
 * Algorithm 1's variables (lines 1 to 9) and what the network needs around them: all that L53
 * resets.
 */
export interface RoundState {
  readonly round: number
  readonly step: ConsensusStep
  /** The proposal of the current round. */
  readonly proposal: Proposal | null
  /** The first proposal of the round after, which may overtake the votes that bring us there. */
  readonly nextProposal: Proposal | null
  /** The value whose parts are collected: the proposal's, else a polka's or a commit's. */
  readonly collecting: BlockId | null
  /** The parts of `collecting`, complete or not. */
  readonly proposalParts: PartSet | null
  readonly earlyParts: readonly EarlyPart[]
  readonly lockedRound: number
  readonly lockedValue: BlockId | null
  readonly validRound: number
  readonly validValue: BlockId | null
  /** Blocks of this height by `blockIdKey`, oldest first. */
  readonly blocks: ReadonlyMap<string, KnownBlock>
  readonly votes: HeightVotes
  /**
   * The last round in which this node asked for a signature of that kind: never twice for one
   * round.
   */
  readonly ownProposalRound: number
  readonly ownPrevoteRound: number
  readonly ownPrecommitRound: number
  /** The last round whose timeoutPrevote (L35) or timeoutPrecommit (L48) was scheduled. */
  readonly prevoteTimeoutRound: number
  readonly precommitTimeoutRound: number
  /** The round whose precommits decided; -1 before step `commit`. */
  readonly commitRound: number
  /** Set together with the effect `decide`; null while the block's parts are missing. */
  readonly decision: Decision | null
}

/**
 * The whole state: plain immutable data. A transition makes a new one and shares what did not
 * change. Rounds are -1 for "none", values null.
 */
export interface ConsensusState extends RoundState {
  readonly context: ConsensusContext
  /** 0n until the first `start-height`. */
  readonly height: bigint
  /** The validator set of round 0; empty until the first `start-height`. */
  readonly validatorSet: ValidatorSet
  /** The same set with priorities advanced to the current round. */
  readonly roundValidatorSet: ValidatorSet
  readonly waitForTxs: boolean
  /** The precommits that decided the height before, and late ones. */
  readonly lastPrecommits: VoteSet | null
}

/** The state in which every height begins. */
export const FRESH_HEIGHT: RoundState = {
  round: 0,
  step: 'new-height',
  proposal: null,
  nextProposal: null,
  collecting: null,
  proposalParts: null,
  earlyParts: [],
  lockedRound: -1,
  lockedValue: null,
  validRound: -1,
  validValue: null,
  blocks: new Map(),
  votes: new Map(),
  ownProposalRound: -1,
  ownPrevoteRound: -1,
  ownPrecommitRound: -1,
  prevoteTimeoutRound: -1,
  precommitTimeoutRound: -1,
  commitRound: -1,
  decision: null,
}

/** The state before the first `start-height`: height 0, step `commit`, nothing in it. */
export function makeConsensus(context: ConsensusContext): ConsensusState {
  return {
    context,
    height: 0n,
    validatorSet: ValidatorSet.empty,
    roundValidatorSet: ValidatorSet.empty,
    waitForTxs: false,
    lastPrecommits: null,
    ...FRESH_HEIGHT,
    step: 'commit',
  }
}

/** The validator set of the current height, asserting that a height has started. */
export function validatorsOf(state: ConsensusState): ValidatorSet {
  assert(state.height > 0n, 'no height has started')
  return state.validatorSet
}

/** The validator set with the priorities of `round`. */
export function roundValidatorsOf(state: ConsensusState, round: number): ValidatorSet {
  const ahead = round - state.round
  if (ahead >= 0) return state.roundValidatorSet.withRoundsPassed(ahead)
  return state.validatorSet.withRoundsPassed(round)
}

/** proposer(height, round) of the paper. Asserts that a height has started and round >= 0. */
export function proposerOf(state: ConsensusState, round: number): Validator {
  assert(round >= 0, 'a proposer belongs to a round >= 0')
  return roundValidatorsOf(state, round).proposer
}

/** The votes of `round` at the current height; empty sets when none arrived. */
export function votesOf(state: ConsensusState, round: number): RoundVotes {
  const known = state.votes.get(round)
  if (known !== undefined) return known
  const { height, validatorSet } = state
  return {
    prevotes: VoteSet.empty({ height, round, type: VoteType.prevote, validatorSet }),
    precommits: VoteSet.empty({ height, round, type: VoteType.precommit, validatorSet }),
  }
}

/** What is known of the block with this identity, null when its parts were never complete. */
export function knownBlock(state: ConsensusState, blockId: BlockId): KnownBlock | null {
  return state.blocks.get(blockIdKey(blockId)) ?? null
}
