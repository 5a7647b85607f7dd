// The stages on which scenarios are played, each made once.

import type { LockRule } from '../../src/core/types/index.ts'
import { play } from './schedule.ts'
import type { Outcome } from './schedule.ts'
import type { Cast, Scenario } from './space.ts'
import { Stage } from './world.ts'

const stages = new Map<Cast, Map<string, Stage>>()

/** Plays a scenario; `rules` gives every validator a lock rule of its own, its copy as well. */
export function playScenario(scenario: Scenario, rules?: readonly LockRule[]): Outcome {
  const { cast, rule } = scenario
  const own = rules ?? cast.powers.map(() => rule)
  const ofCast = stages.get(cast) ?? new Map<string, Stage>()
  stages.set(cast, ofCast)
  const key = own.join()
  let stage = ofCast.get(key)
  if (stage === undefined) {
    const { powers, twin } = cast
    stage = new Stage({ powers, twins: [twin], rules: [...own, own[twin] ?? rule] })
    ofCast.set(key, stage)
  }
  return play(stage, scenario)
}

/** The scenario in words, for a failure. */
export function describe({ cast, rule, hearings, changes }: Scenario): string {
  const rounds = hearings.map(({ groups, deafToPrevotes, deafToPrecommits }, round) => {
    const change = round === 0 ? [] : [changes[round - 1]]
    const sides = [...new Set(groups)].map(membersOf).join(' | ')
    const deaf = `deaf to prevotes ${membersOf(deafToPrevotes) || 'none'}`
    return [...change, `${sides}, ${deaf}, to precommits ${membersOf(deafToPrecommits) || 'none'}`]
  })
  return [`${rule}, powers ${cast.powers.join()}, 4 is the twin of ${cast.twin}`, ...rounds.flat()]
    .map((line) => `  ${line}`)
    .join('\n')
}

function membersOf(set: number): string {
  return Array.from({ length: 8 }, (_, index) => index)
    .filter((index) => ((set >> index) & 1) === 1)
    .join()
}
