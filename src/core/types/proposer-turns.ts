// Whose turn it is in each round of a height, counted once and remembered with the validator set.

import { assert } from '../bytes/index.ts'
import { incrementPriorities } from './proposer-priority.ts'
import type { ValidatorSet } from './validator-set.ts'
import type { Validator } from './validator.ts'

/** The turns of one set, as far as they were asked for. */
interface Turns {
  readonly priorities: bigint[]
  /** Entry i is the index of the proposer of round i + 1. */
  readonly chosen: number[]
}

/** An entry for each round asked for; gone with the set. */
const turnsOf = new WeakMap<ValidatorSet, Turns>()

/**
 * The proposer `rounds` after the round that the set stands for, the same as that of
 * `withRoundsPassed`. Rounds that were counted before cost nothing, so whoever asks about rounds
 * that others name makes this node count each set once. The caller bounds `rounds`: the turns up to
 * the highest are kept.
 */
export const proposerAfterRounds = (set: ValidatorSet, rounds: number): Validator => {
  assert(Number.isSafeInteger(rounds) && rounds >= 0, 'rounds are counted forward')
  // The set names it: a restored one may have another proposer than its highest priority.
  if (rounds === 0) return set.proposer
  assert(set.size > 0, 'an empty validator set has no rounds')
  const { validators, totalVotingPower } = set
  const turns = turnsOf.get(set) ?? {
    priorities: validators.map(({ proposerPriority }) => proposerPriority),
    chosen: [],
  }
  turnsOf.set(set, turns)
  const { priorities, chosen } = turns
  while (chosen.length < rounds) {
    // One by one: an increment of many steps is another sequence.
    chosen.push(incrementPriorities(validators, priorities, totalVotingPower, 1))
  }
  return validators[chosen[rounds - 1] as number] as Validator
}
