// The swarm with fresh seeds, as many as there is time for.

import { expect, test } from 'vitest'
import { longFactor } from '../../../test/search/depth.ts'
import { searchSeeds } from '../../../test/search/seed-search.ts'
import { drawPlan } from './index.ts'
import { play, verdictOf } from './world.fixture.ts'

/** Fifty times as many for each step of the factor. */
const SEEDS = 4
const MAX_MS = 300_000

test.runIf(longFactor !== undefined)('the swarm: keeps every promise, fresh seeds', async () => {
  const first = Math.floor(Date.now() / 1000) * 1000
  const run = async (seed: number): Promise<void> => {
    const plan = drawPlan(seed, { maxMs: MAX_MS })
    expect(verdictOf(plan, await play(plan))).toBe('')
  }
  const tried = await searchSeeds({ name: 'swarm', seeds: SEEDS, first, run })
  process.stdout.write(`the swarm: ${tried} seeds of ${MAX_MS / 1000} virtual seconds\n`)
})
