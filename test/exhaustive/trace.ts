// A way through the search as text: what each validator saw and voted, round by round.

import { NIL, valueName } from './scope.ts'
import type { Stage } from './scope.ts'
import type { Majority } from './drive.ts'
import type { Move } from './moves.ts'
import type { Knot, SearchResult } from './search.ts'

/** What the search found, in words, a line for each validator and vote. */
export function describeResult(result: SearchResult): string {
  const { end, stage, states, last, reason } = result
  const names = stage.members.map(({ name }) => name).join(', ')
  const lines = [`${end} after ${states} states: ${names}; ${faultyNames(stage)}`]
  if (last === null) return `${lines.join('')}\n`
  for (const knot of wayTo(last)) lines.push(...describeKnot(stage, knot))
  lines.push(...ending(stage, last), reason)
  return `${lines.join('\n')}\n`
}

function wayTo(last: Knot): readonly Knot[] {
  const way: Knot[] = []
  for (let knot: Knot | null = last; knot?.before; knot = knot.before) way.unshift(knot)
  return way
}

function describeKnot(stage: Stage, knot: Knot): string[] {
  const isPrevote = knot.next === 'precommit'
  const rows = knot.moves.map((move, at) => {
    const name = stage.members[at]?.name ?? ''
    const saw = move.saw.length === 0 ? 'nothing in time' : move.saw.join(', then ')
    const votes = isPrevote
      ? `prevotes ${voteName(move.prevote)}`
      : `precommits ${voteName(move.precommit)}`
    // Who saw the polka early has precommitted together with its prevote.
    const isDone = !isPrevote && knot.before?.moves[at]?.precommit !== undefined
    const sees = isDone ? 'has seen it' : `sees ${saw}`
    return `  ${name.padEnd(10)}  ${sees.padEnd(36)}  ${votes.padEnd(14)}  ${lockOf(stage, move)}`
  })
  return isPrevote ? [`round ${knot.round}`, ...rows] : rows
}

function lockOf(stage: Stage, { state }: Move): string {
  const { lockedRound, lockedValue } = state
  if (lockedValue === null) return 'no lock'
  return `locked on ${valueName(stage.numberOf(lockedValue))} of ${lockedRound}`
}

const voteName = (vote: number | undefined): string => (vote === undefined ? '-' : valueName(vote))

// A fork is shown to two correct nodes, each of which gets the precommits of one decision.
function ending(stage: Stage, last: Knot): string[] {
  return last.commits.map((commit) => {
    const voters = [...votersOf(stage, commit), faultyNames(stage)].join(', ')
    return `precommits of ${voters} in round ${commit.round} decide ${valueName(commit.value)}`
  })
}

function votersOf(stage: Stage, { voters, value }: Majority): string[] {
  if (value === NIL) return []
  return stage.members.filter((_, at) => (voters & (1 << at)) !== 0).map(({ name }) => name)
}

function faultyNames({ scope, members }: Stage): string {
  const names = scope.faulty.map((_, at) => String.fromCodePoint(65 + members.length + at))
  return `${names.join(', ')} (faulty)`
}
