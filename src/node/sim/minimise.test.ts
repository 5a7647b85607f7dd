// The minimiser on rules that are known, in place of runs.

import { describe, expect, test } from 'vitest'
import { calmPlan } from '../../host/simulator/index.ts'
import type { Outcome, Plan, ScriptEvent } from '../../host/simulator/index.ts'
import { minimise } from './minimise.ts'
import { healAfter } from './smaller-plans.ts'

const outcomeOf = (isBroken: boolean, atMs: number): Outcome => ({
  heights: [],
  virtualMs: atMs,
  digest: '',
  events: 0,
  violations: isBroken ? [{ rule: 'agreement', detail: '', culprits: [], atMs }] : [],
})

const crashes: ScriptEvent[] = Array.from({ length: 40 }, (_, index) => ({
  atMs: 100 * index + 37,
  do: 'crash',
  node: index % 3,
}))

const busy: Plan = {
  ...calmPlan(5, { validators: 7, maxMs: 600_000, healMs: 300_000 }),
  powers: [1, 2, 3, 4, 5, 6, 7],
  lockRule: 'paper',
  byzantine: [3, 4, 5].map((index) => ({ index, villain: 'silent', fromHeight: 3 })),
  script: crashes,
  skewMs: [1, 2, 3, 4, 5, 6, 7],
  skipTimeoutCommit: true,
  txBytes: [10, 20_000],
}

const smallest = async (
  breaks: (plan: Plan) => boolean,
  maxRuns = 1000,
): Promise<{ plan: Plan; runs: number }> => {
  const run = (plan: Plan): Promise<Outcome> => Promise.resolve(outcomeOf(breaks(plan), 4321.5))
  return minimise(busy, await run(busy), { run, maxRuns })
}

describe('minimiser', () => {
  test('minimiser: leaves out all that the violation does not need', async () => {
    const { plan } = await smallest(() => true)
    expect(plan).toEqual(calmPlan(5, { validators: 1, maxMs: 5000 }))
  })

  test('minimiser: keeps what it needs', async () => {
    const at = crashes.filter((event) => 'node' in event && event.node === 1)[4]?.atMs
    const needs = (plan: Plan): boolean =>
      plan.script.some((event) => event.do === 'crash' && event.atMs === at) &&
      plan.byzantine.length >= 2 &&
      plan.lockRule === 'paper' &&
      plan.network.latencyMs[1] === 100
    const { plan, runs } = await smallest(needs)
    expect(plan).toEqual(
      calmPlan(5, {
        validators: 3,
        maxMs: 5000,
        healMs: 5000,
        lockRule: 'paper',
        byzantine: [1, 2].map((index) => ({ index, villain: 'silent' })),
        script: [{ atMs: at ?? 0, do: 'crash', node: 0 }],
      }),
    )
    expect(runs).toBeLessThan(150)
  })

  test('minimiser: leaves somebody to begin the chain with', async () => {
    const young = { ...busy, powers: [0, 0, 9, 0, 0, 0, 0], byzantine: [], script: [] }
    const tried: Plan[] = []
    const run = (plan: Plan): Promise<Outcome> => {
      tried.push(plan)
      return Promise.resolve(outcomeOf(plan.powers.includes(0), 4321.5))
    }
    const { plan } = await minimise(young, await run(young), { run, maxRuns: 1000 })
    expect(plan.powers).toEqual([0, 9])
    expect(tried.filter(({ powers }) => powers.every((power) => power === 0))).toEqual([])
  })

  test('minimiser: stops after its runs, with a plan that breaks the promise', async () => {
    const needs = (plan: Plan): boolean => plan.script.length >= 7
    const { plan, runs } = await smallest(needs, 10)
    expect([runs, needs(plan)]).toEqual([10, true])
  })

  test('minimiser: is not content with a broken promise of another name', async () => {
    let runs = 0
    const run = (): Promise<Outcome> => {
      runs += 1
      const [violation] = outcomeOf(true, 10).violations
      const other = violation === undefined ? [] : [{ ...violation, rule: 'lock' as const }]
      return Promise.resolve({ ...outcomeOf(false, 10), violations: other })
    }
    const { plan } = await minimise(busy, outcomeOf(true, 10), { run, maxRuns: 100 })
    expect([plan, runs]).toEqual([busy, 100])
  })

  test('script: has healed after its last event, or never', () => {
    const cut: ScriptEvent = { atMs: 10, do: 'partition', groups: [[0], [1]] }
    expect(healAfter([], 1000)).toBe(0)
    expect(healAfter([cut], 1000)).toBe(1000)
    expect(healAfter([cut, { atMs: 20, do: 'heal' }], 1000)).toBe(20)
    expect(healAfter([{ atMs: 20, do: 'pause', node: 1 }], 1000)).toBe(1000)
    expect(healAfter([{ atMs: 20, do: 'disk-fault', node: 1, fault: 'fail-sync' }], 1000)).toBe(20)
    expect(healAfter([{ atMs: 20, do: 'power', node: 1, power: 0 }], 1000)).toBe(0)
  })
})
