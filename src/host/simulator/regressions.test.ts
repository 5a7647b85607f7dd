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

  test('two power losses: a validator whose vote is needed has one to give again', async () => {
    const plan = calmPlan(62_790, {
      powers: [20, 24, 21, 3],
      byzantine: [{ index: 3, villain: 'twins' }],
      lockRule: 'paper',
      evidenceRule: 'comet',
      downtime: { window: 4, minSigned: 1 },
      disk: { syncMs: [2, 50], kept: 0.5, torn: 0.2 },
      script: [
        { atMs: 2781, do: 'crash', node: 2, steps: 23 },
        { atMs: 6904, do: 'restart', node: 2 },
        { atMs: 20_540, do: 'crash', node: 1, steps: 22 },
        { atMs: 21_099, do: 'crash', node: 0, steps: 4 },
        { atMs: 24_171, do: 'restart', node: 1 },
        { atMs: 26_259, do: 'restart', node: 0 },
      ],
      healMs: 30_000,
      maxMs: 60_000,
    })
    expect(verdictOf(plan, await play(plan))).toBe('')
  })
})
