// The swarm with fresh seeds, as many as there is time for.

import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { searchSeeds } from '../search/seed-search.ts'
import { playSwarm } from '../swarm/play-swarm.ts'

/** Fifty times as many for each step of the factor. */
const SEEDS = 4
const MAX_MS = 300_000
const workers = availableParallelism()

async function* stream(from: number, to: number): AsyncGenerator<void> {
  for await (const { verdict } of playSwarm({ from, to, maxMs: MAX_MS, workers })) {
    if (verdict !== '') throw new Error(verdict)
    yield
  }
}

test('the swarm: keeps every promise, fresh seeds', async () => {
  const first = Math.floor(Date.now() / 1000) * 1000
  const tried = await searchSeeds({ name: 'swarm', seeds: SEEDS, first, stream })
  expect(tried).toBeGreaterThan(0)
  process.stdout.write(`the swarm: ${tried} seeds of ${MAX_MS / 1000} virtual seconds\n`)
})
