// Judges the votes and locks of one validator by the law alone: who voted what, and a lock rule.

import type { ConsensusState, Effect } from '../../src/core/consensus/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { NIL, valueName } from './scope.ts'
import type { Member, Stage, ValueNumber } from './scope.ts'

type SignVote = Extract<Effect, { kind: 'sign-vote' }>

interface Precommitted {
  readonly round: number
  readonly value: ValueNumber
}

const isPaper = (member: Member): boolean => member.context.lockRule === 'paper'

/**
 * What is unlawful about a vote that `state` asks for; undefined when nothing is. A precommit for a
 * value needs its polka; a prevote against the last precommit needs the polka that overrules it.
 */
export function judgeVote(
  stage: Stage,
  member: Member,
  state: ConsensusState,
  { type, round, blockId }: SignVote,
): string | undefined {
  const value = stage.numberOf(blockId)
  if (type === VoteType.precommit) {
    if (value === NIL || hasPolka(stage, state, round, value)) return undefined
    return `precommits ${valueName(value)} in round ${round} without a polka`
  }
  const last = lastPrecommit(stage, member, state)
  if (last === null || last.value === value) return undefined
  const isLawful = isPaper(member)
    ? value === NIL || rounds(last.round, round - 1).some((at) => hasPolka(stage, state, at, value))
    : isReleased(stage, state, last, round)
  if (isLawful) return undefined
  const lock = `${valueName(last.value)} of round ${last.round}`
  return `prevotes ${valueName(value)} in round ${round} against its lock on ${lock}`
}

/** What is wrong about the lock of `state`, given what it precommitted and the polkas it saw. */
export function judgeLock(stage: Stage, member: Member, state: ConsensusState): string | undefined {
  const { lockedRound, round } = state
  const locked = stage.numberOf(state.lockedValue)
  const last = lastPrecommit(stage, member, state)
  if (last === null) return locked === NIL ? undefined : 'is locked and has not precommitted'
  const ought = isPaper(member) || !isReleased(stage, state, last, round)
  const isHeld = locked === last.value && lockedRound === last.round
  if (ought) return isHeld ? undefined : `has no lock on ${valueName(last.value)} any more`
  return locked === NIL ? undefined : `is still locked on ${valueName(locked)}`
}

/** The last value, other than nil, that the member precommitted. */
function lastPrecommit(
  stage: Stage,
  { index }: Member,
  state: ConsensusState,
): Precommitted | null {
  let last: Precommitted | null = null
  for (const [round, { precommits }] of state.votes) {
    const vote = precommits.get(index)
    const value = vote === null ? NIL : stage.numberOf(vote.blockId)
    if (value !== NIL && round >= (last?.round ?? 0)) last = { round, value }
  }
  return last
}

// The legacy rule: a polka after the lock for anything else, nil included.
function isReleased(
  stage: Stage,
  state: ConsensusState,
  last: Precommitted,
  upTo: number,
): boolean {
  const others = [NIL, ...stage.values].filter((value) => value !== last.value)
  return rounds(last.round + 1, upTo).some((at) =>
    others.some((value) => hasPolka(stage, state, at, value)),
  )
}

// Counted here, vote by vote, and not asked of the set that is on trial.
function hasPolka(stage: Stage, state: ConsensusState, round: number, value: ValueNumber): boolean {
  const prevotes = state.votes.get(round)?.prevotes
  if (prevotes === undefined) return false
  const blockId = stage.blockId(value)
  let [power, total] = [0, 0]
  for (const [index, weight] of stage.scope.powers.entries()) {
    total += weight
    if (prevotes.getFor(index, blockId) !== null) power += weight
  }
  return 3 * power > 2 * total
}

function rounds(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset)
}
