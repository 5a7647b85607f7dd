// Every bug of production code that the simulator found, as the smallest plan that showed it.

import { describe, expect, test } from 'vitest'
import { calmPlan } from './index.ts'
import type { ScriptEvent } from './index.ts'
import { play, verdictOf } from './world.fixture.ts'

describe('what once broke', { timeout: 60_000 }, () => {
  test('a clock behind the genesis time: votes that come early do not end the node', async () => {
    const plan = calmPlan(20, { skewMs: [0, 0, 0, -2215], maxMs: 8000 })
    expect(verdictOf(plan, await play(plan))).toBe('')
  })

  test('a blackout after a block: what was signed twice there is not forgotten', async () => {
    for (const [seed, villain] of [
      [22, 'twins'],
      [23, 'double-proposer'],
      [40, 'twins'],
      [41, 'double-proposer'],
    ] as const) {
      const atMs = 2500 + ((seed * 137) % 4000)
      const script = [0, 1, 2, 3].flatMap((node): ScriptEvent[] => [
        { atMs, do: 'crash', node },
        { atMs: atMs + 1000, do: 'restart', node },
      ])
      const plan = calmPlan(seed, {
        evidenceRule: 'all',
        byzantine: [{ index: seed % 4, villain }],
        disk: { syncMs: [1, 5], kept: 0, torn: 0 },
        script,
        healMs: 9000,
        maxMs: 25_000,
      })
      expect(verdictOf(plan, await play(plan))).toBe('')
    }
  })
})
