// The scenarios bite: they find forks where theory says that there are some.

import { expect, test } from 'vitest'
import type { LockRule } from '../../src/core/types/index.ts'
import { playScenario } from './ensemble.ts'
import { partitions } from './hearing.ts'
import type { Hearing } from './hearing.ts'
import { play } from './schedule.ts'
import type { Outcome } from './schedule.ts'
import { CHANGES, ScenarioSpace } from './space.ts'
import { Stage } from './world.ts'

const SPLIT_TRIES = 200
/** Found by the walk: validator 0 keeps its lock, validator 1 gives it up for a polka for nil. */
const MIXED_POSITION = 8_325

function isFork({ violations }: Outcome): boolean {
  return violations.some((what) => what.includes('two blocks can be decided'))
}

test.each(['paper', 'comet-legacy'] as const)(
  'twins: two of four validators in two copies fork the chain (%s)',
  (rule) => {
    const rules = Array.from({ length: 6 }, () => rule)
    const stage = new Stage({ powers: [1, 1, 1, 1], twins: [2, 3], rules })
    const hearings = partitions(6).map((groups): Hearing => ({
      groups,
      deafToPrevotes: 0,
      deafToPrecommits: 0,
    }))
    let forks = 0
    for (let position = 0; position < SPLIT_TRIES; position += 1) {
      const script = [0, 1, 2, 3].map((round) => (position * (89 + 2 * round)) % hearings.length)
      const played = play(stage, {
        hearings: script.map((at) => hearings[at] as Hearing),
        changes: [0, 1, 2].map((at) => CHANGES[(position + at) % CHANGES.length] ?? 'pushed'),
      })
      if (isFork(played)) forks += 1
    }
    expect(forks).toBeGreaterThan(5)
  },
)

test('twins: two lock rules in one network fork the chain, each alone does not', () => {
  const space = new ScenarioSpace()
  const scenario = space.scenario(space.indexAt(MIXED_POSITION))
  const mixed: readonly LockRule[] = ['paper', 'comet-legacy', 'paper', 'paper']
  expect(isFork(playScenario(scenario, mixed))).toBe(true)
  for (const rule of ['paper', 'comet-legacy'] as const) {
    expect(playScenario({ ...scenario, rule }).violations).toEqual([])
  }
})
