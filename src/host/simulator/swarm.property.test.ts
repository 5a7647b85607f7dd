// The swarm with fresh seeds, as many as there is time for.

import { test } from 'vitest'
import { longFactor } from '../../../test/search/depth.ts'
import { searchSeeds } from '../../../test/search/seed-search.ts'
import { drawPlan } from './index.ts'
import { acquit, play } from './world.fixture.ts'

const SEEDS = 400
const MAX_MS = 300_000
/** Behind the seeds that run with every commit. */
const FIRST = 1_000_000

test.runIf(longFactor !== undefined)('the swarm: keeps every promise under fresh seeds', async () => {
  const run = async (seed: number): Promise<void> => {
    const plan = drawPlan(FIRST + seed, { maxMs: MAX_MS })
    acquit(plan, await play(plan))
  }
  await searchSeeds({ name: 'swarm', seeds: SEEDS, run })
})
