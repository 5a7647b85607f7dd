// A slice of the swarm with every commit: 200 runs of 60 virtual seconds, and no promise is broken.

import { expect, test } from 'vitest'
import { drawPlan } from './index.ts'
import { play, verdictOf } from './world.fixture.ts'

const SEEDS = 200
const MAX_MS = 60_000

test(`the swarm: keeps every promise under ${SEEDS} seeds`, { timeout: 600_000 }, async () => {
  let decided = 0n
  for (let seed = 0; seed < SEEDS; seed++) {
    const plan = drawPlan(seed, { maxMs: MAX_MS })
    const outcome = await play(plan)
    expect(verdictOf(plan, outcome)).toBe('')
    for (const height of outcome.heights) decided += height
  }
  // A swarm whose runs all get stuck would keep every promise of safety.
  expect(decided).toBeGreaterThan(BigInt(SEEDS * 60))
})
