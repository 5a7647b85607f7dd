// The swarm with fresh seeds, as many as there is time for.

import { expect, test } from 'vitest'
import { drawPlan } from '../../src/host/simulator/index.ts'
import { play, verdictOf } from '../../src/host/simulator/world.fixture.ts'
import { searchSeeds } from '../search/seed-search.ts'

/** Fifty times as many for each step of the factor. */
const SEEDS = 4
const MAX_MS = 300_000

test('the swarm: keeps every promise, fresh seeds', async () => {
  const first = Math.floor(Date.now() / 1000) * 1000
  const run = async (seed: number): Promise<void> => {
    const plan = drawPlan(seed, { maxMs: MAX_MS })
    expect(verdictOf(plan, await play(plan))).toBe('')
  }
  const tried = await searchSeeds({ name: 'swarm', seeds: SEEDS, first, run })
  process.stdout.write(`the swarm: ${tried} seeds of ${MAX_MS / 1000} virtual seconds\n`)
})
