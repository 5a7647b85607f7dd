// Runs of many seeds on the calling thread; threads are tested with the command.

import { describe, expect, test } from 'vitest'
import { calmPlan } from '../../host/simulator/index.ts'
import type { Plan } from '../../host/simulator/index.ts'
import { runPlan } from './run-plan.ts'
import { runSeeds } from './run-seeds.ts'

const planOf = (seed: number): Plan => calmPlan(seed, { maxMs: 500 })

describe('seeds', () => {
  test('seeds: are run in order, each once', async () => {
    const seen: [number, string][] = []
    for await (const { seed, plan, outcome } of runSeeds({ from: 3, to: 5, planOf, workers: 0 })) {
      expect(plan).toEqual(planOf(seed))
      seen.push([seed, outcome.digest])
    }
    const digests = await Promise.all([3, 4, 5].map((seed) => runPlan(planOf(seed))))
    expect(seen).toEqual(digests.map(({ digest }, at) => [at + 3, digest]))
    expect(new Set(digests.map(({ digest }) => digest)).size).toBe(3)
  })

  test('seeds: are run only as long as somebody takes them', async () => {
    const planned: number[] = []
    const seeds = runSeeds({
      from: 1,
      to: 1000,
      planOf: (seed) => {
        planned.push(seed)
        return planOf(seed)
      },
      workers: 0,
    })
    for await (const { seed } of seeds) if (seed === 2) break
    expect(planned).toEqual([1, 2])
  })

  test('seeds: a plan that cannot be run fails when its turn comes', async () => {
    const seen: number[] = []
    const search = async (): Promise<void> => {
      const impossible = (seed: number): Plan => {
        if (seed === 3) throw new Error('no plan for 3')
        return planOf(seed)
      }
      for await (const { seed } of runSeeds({ from: 1, to: 9, planOf: impossible, workers: 0 })) {
        seen.push(seed)
      }
    }
    await expect(search()).rejects.toThrow('no plan for 3')
    expect(seen).toEqual([1, 2])
  })
})
