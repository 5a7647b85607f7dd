// A slice of the swarm as one test; slices stand in files of their own so that they share the
// processors.

import { expect, test } from 'vitest'
import { drawPlan } from './index.ts'
import { play, verdictOf } from './world.fixture.ts'

const MAX_MS = 60_000

/** Registers the test of the seeds from `first` to `last`, each a run of 60 virtual seconds. */
export function testSeeds(first: number, last: number): void {
  test(
    `the swarm: keeps every promise, seeds ${first} to ${last}`,
    { timeout: 600_000 },
    async () => {
      let decided = 0n
      for (let seed = first; seed <= last; seed++) {
        const plan = drawPlan(seed, { maxMs: MAX_MS })
        const outcome = await play(plan)
        expect(verdictOf(plan, outcome)).toBe('')
        for (const height of outcome.heights) decided += height
      }
      // A swarm whose runs all get stuck would keep every promise of safety.
      expect(decided).toBeGreaterThan(BigInt((last - first + 1) * 60))
    },
  )
}
