// Random schedules: agreement, no double signature, lawful locks, and an end once the network
// heals.

import { expect, test } from 'vitest'
import type { LockRule } from '../types/index.ts'
import { Cluster } from './cluster.fixture.ts'
import type { ClusterPlan } from './cluster.fixture.ts'

const SEEDS = Number(process.env['QUADRILLE_SEEDS'] ?? 120)
const POWERS = [
  [1, 1, 1, 1],
  [10, 9, 8, 7],
  [5, 5, 4, 1],
  [3, 3, 2, 2, 2],
] as const

function planOf(seed: number, rule: LockRule): ClusterPlan {
  const vice = (['none', 'silent', 'equivocator', 'amnesiac', 'equivocator'] as const)[seed % 5]
  const powers = POWERS[Math.floor(seed / 5) % POWERS.length]
  if (vice === undefined || powers === undefined) throw new Error('a plan has all its parts')
  return { seed, rule, powers, vice, healsAtMs: 1000, heights: 3 }
}

for (const rule of ['paper', 'comet-legacy'] as const) {
  test(`cluster: ${SEEDS} random schedules keep every promise (${rule})`, () => {
    let failedRounds = 0
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const cluster = new Cluster(planOf(seed, rule))
      const doneAtMs = cluster.run()
      failedRounds += cluster.judge.failedRounds
      expect(cluster.judge.violations, `seed ${seed}`).toEqual([])
      expect(doneAtMs, `seed ${seed} ends`).not.toBeNull()
    }
    // Schedules that never fail a round would prove nothing.
    expect(failedRounds).toBeGreaterThan(SEEDS)
  }, 60_000)
}

test('cluster: one seed gives one run', () => {
  const runs = [1, 2].map(() => {
    const cluster = new Cluster(planOf(7, 'paper'))
    const doneAtMs = cluster.run()
    return [doneAtMs, cluster.judge.failedRounds, cluster.members.map((m) => m.state.round)]
  })
  expect(runs[0]).toEqual(runs[1])
})
