// The swarm of every commit: seeds 0 to 199, each a whole network for 60 virtual seconds.

import { expect, test } from 'vitest'
import { playSwarm } from './play-swarm.ts'

const SEEDS = 200
const MAX_MS = 60_000
/** A minute is enough; with what others leave on a busy machine it takes many. */
const LIMIT_MS = 1_500_000

test('the swarm: keeps every promise, seeds 0 to 199', { timeout: LIMIT_MS }, async () => {
  let runs = 0
  let decided = 0n
  // Beside other tests: one warm thread costs a fifth less than two.
  const swarm = { from: 0, to: SEEDS - 1, maxMs: MAX_MS, workers: 1 }
  for await (const { verdict, outcome } of playSwarm(swarm)) {
    expect(verdict).toBe('')
    runs++
    for (const height of outcome.heights) decided += height
  }
  expect(runs).toBe(SEEDS)
  // A swarm whose runs all get stuck would keep every promise of safety.
  expect(decided).toBeGreaterThan(BigInt(SEEDS * 60))
})
