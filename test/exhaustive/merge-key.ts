// Which states are alike: what can still matter, under names that do not depend on who and what.

import type { ConsensusState } from '../../src/core/consensus/index.ts'
import { NIL } from './scope.ts'
import type { Stage, ValueNumber } from './scope.ts'
import type { Knot } from './search.ts'

/** How carefully states are merged. */
export interface Merging {
  readonly cautious: boolean
}

type Rename = (value: ValueNumber) => string

const asItIs: Rename = (value) => String(value)

/**
 * What can still matter of one member's state: its lock, its valid value where it will propose, and
 * where in the round it is. `cautious` adds all it knows: majorities it saw and own votes.
 */
export function roughKey(
  stage: Stage,
  at: number,
  state: ConsensusState,
  { cautious }: Merging,
): string {
  return memberKey(stage, { at, state, cautious }, asItIs)
}

function memberKey(
  stage: Stage,
  { at, state, cautious }: { at: number; state: ConsensusState; cautious: boolean },
  rename: Rename,
): string {
  const lock = `${state.lockedRound}${rename(stage.numberOf(state.lockedValue))}`
  const valid =
    cautious || willPropose(stage, at, state)
      ? `${state.validRound}${rename(stage.numberOf(state.validValue))}`
      : ''
  const votes = cautious ? votesKey(stage, at, state, rename) : ''
  return `${state.step} ${lock} ${valid} ${votes}`
}

function willPropose(stage: Stage, at: number, state: ConsensusState): boolean {
  const { rounds, proposals } = stage.scope
  if (proposals === 'anything') return false
  for (let round = state.round + 1; round < rounds; round += 1) {
    if (stage.proposerIn(round) === at) return true
  }
  return false
}

function votesKey(stage: Stage, at: number, state: ConsensusState, rename: Rename): string {
  const { index } = stage.members[at]!
  const rounds = [...state.votes].map(([round, { prevotes, precommits }]) => {
    const seen = prevotes.maj23
    const polka = seen === null ? '?' : rename(seen === 'nil' ? NIL : stage.numberOf(seen))
    const own = [prevotes.get(index), precommits.get(index)].map((vote) =>
      vote === null ? '?' : rename(stage.numberOf(vote.blockId)),
    )
    return `${round}:${polka},${own.join(',')}`
  })
  return rounds.join(';')
}

/**
 * A key that is equal for states with the same future. Values are named in the order of their
 * polkas; members that play the same part are sorted.
 */
export function mergeKey(stage: Stage, knot: Knot, { cautious }: Merging): string {
  const names = new Map<ValueNumber, string>([[NIL, '-']])
  const rename: Rename = (value) => {
    const known = names.get(value)
    if (known !== undefined) return known
    const name = String.fromCodePoint(96 + names.size)
    names.set(value, name)
    return name
  }
  const polkas = knot.polkas.map(({ round, value }) => `${round}${rename(value)}`).toSorted()
  const commits = [...new Set(knot.commits.map(({ value }) => rename(value)))].toSorted()
  const members = knot.moves.map(({ state, precommit }, at) => {
    const vote = knot.next === 'prevote' || precommit === undefined ? '' : rename(precommit)
    return `${partOf(stage, at)} ${vote} ${memberKey(stage, { at, state, cautious }, rename)}`
  })
  const place = `${knot.next} ${knot.round}`
  return [place, polkas.join(' '), commits.join(' '), ...members.toSorted()].join('|')
}

/** Members of the same part can change places. */
function partOf(stage: Stage, at: number): string {
  const { scope, members } = stage
  if (scope.proposals === 'in-turn') return String(at)
  return `${members[at]!.context.lockRule} ${scope.powers[members[at]!.index]}`
}
