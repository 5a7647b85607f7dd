// Counting: which value the votes of a round chose, and who took part in it.

import type { BlockId, VoteSet } from '../types/index.ts'
import type { ConsensusState } from './state.ts'

/** Three answers: a value, nil, or none yet. */
export type Majority = BlockId | 'nil' | null

/** What more than two thirds of the power prevoted in `round`. */
export function prevoteMaj23(state: ConsensusState, round: number): Majority {
  return state.votes.get(round)?.prevotes.maj23 ?? null
}

/** What more than two thirds of the power precommitted in `round`. */
export function precommitMaj23(state: ConsensusState, round: number): Majority {
  return state.votes.get(round)?.precommits.maj23 ?? null
}

/** The block of a majority, null for nil and for none. */
export function blockOf(majority: Majority): BlockId | null {
  return majority === 'nil' ? null : majority
}

/**
 * L55's f+1: validators with more than one third of the power sent a vote of any kind for `round`.
 */
export function oneThirdVotedIn(state: ConsensusState, round: number): boolean {
  const votes = state.votes.get(round)
  if (votes === undefined) return false
  const { validatorSet } = state
  // Each validator once, however many votes of both kinds it sent.
  let power = 0n
  for (const index of votes.prevotes.bits.or(votes.precommits.bits).indexes()) {
    power += validatorSet.get(index)?.votingPower ?? 0n
  }
  return validatorSet.hasOneThird(power)
}

/** The indexes of validators without any vote in `votes`. */
export function missingFrom(votes: VoteSet): readonly number[] {
  return votes.bits.not().indexes()
}

/** Whether `value` is what `majority` chose; nil and none are never a value. */
export function isValue(majority: Majority): majority is BlockId {
  return majority !== null && majority !== 'nil'
}
