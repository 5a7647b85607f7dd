// Every bug of production code that the simulator found, as the smallest plan that showed it.

import { describe, expect, test } from 'vitest'
import { calmPlan } from './index.ts'
import { play, verdictOf } from './world.fixture.ts'

describe('what once broke', { timeout: 60_000 }, () => {
  test('a clock behind the genesis time: votes that come early do not end the node', async () => {
    const plan = calmPlan(20, { skewMs: [0, 0, 0, -2215], maxMs: 8000 })
    expect(verdictOf(plan, await play(plan))).toBe('')
  })
})
