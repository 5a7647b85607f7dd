// Worlds: what a plan promises happens, the same way each time, and liars beyond a third are named.

import { nextTick } from 'node:process'
import { describe, expect, test } from 'vitest'
import { PlanError, World, calmPlan, drawPlan } from './index.ts'
import type { Outcome } from './index.ts'
import { HOST, play, playAndTell, verdictOf } from './world.fixture.ts'

const evidenceAge = { blocks: 8, ms: 1000 }

/** A run takes a tenth of this on a quiet machine. */
const TIMEOUT_MS = 60_000

describe('a calm world', { timeout: TIMEOUT_MS }, () => {
  test('four honest replicas: decide a block in a second and a bit', async () => {
    const outcome = await play(calmPlan(1, { heights: 10 }))
    expect(outcome.violations).toEqual([])
    expect(Math.min(...outcome.heights.map(Number))).toBeGreaterThanOrEqual(10)
    expect(outcome.virtualMs).toBeLessThan(15_000)
    const short = await play(calmPlan(1, { heights: 1 }))
    expect(short.heights.map(Number)).toEqual([1, 1, 1, 1])
  })

  test('the other rule, real signatures, bad clocks, one validator: decide as well', async () => {
    for (const wish of [
      { lockRule: 'paper' },
      { crypto: 'ed25519' },
      { skewMs: [0, 400, -400, 900] },
      { validators: 1 },
      { powers: [30, 20, 10, 5, 1] },
    ] as const) {
      const outcome = await play(calmPlan(2, { heights: 3, ...wish }))
      expect(outcome.violations).toEqual([])
      expect(Math.min(...outcome.heights.map(Number))).toBeGreaterThanOrEqual(3)
    }
  })

  test('a change of power: takes a validator out, and in again', async () => {
    const powerAt = (atMs: number, power: number) =>
      ({ atMs, do: 'power', node: 3, power }) as const
    const script = [powerAt(5000, 0), powerAt(20_000, 25), powerAt(40_000, 0)]
    const plan = calmPlan(4, { script, maxMs: 60_000 })
    const { outcome, events } = await playAndTell(plan)
    expect(verdictOf(plan, outcome)).toBe('')
    const proposed = events.filter(({ kind, node }) => kind === 'propose' && node === 3)
    const before = proposed.filter(({ atMs }) => atMs < 10_000)
    const after = proposed.filter(({ atMs }) => atMs > 20_000 && atMs < 45_000)
    expect([before.length > 0, after.length > 3]).toEqual([true, true])
    expect(before.length + after.length).toBe(proposed.length)
  })

  test('a node without power: joins when it is given some', async () => {
    const script = [{ atMs: 10_000, do: 'power', node: 4, power: 20 }] as const
    const plan = calmPlan(6, { powers: [10, 10, 10, 10, 0], script, maxMs: 40_000 })
    const { outcome, events } = await playAndTell(plan)
    expect(verdictOf(plan, outcome)).toBe('')
    const signed = events.filter(({ kind, node }) => node === 4 && kind === 'propose')
    expect(signed.length).toBeGreaterThan(3)
    expect(signed[0]?.atMs).toBeGreaterThan(10_000)
  })

  test('smaller blocks: what has no room in them any more keeps nothing else out', async () => {
    const script = [
      { atMs: 10_000, do: 'params', params: { blockBytes: 12_000, evidenceAge } },
      { atMs: 20_000, do: 'power', node: 3, power: 0 },
    ] as const
    const wish = { txBytes: [9000, 20_000], txsPerSecond: 3, script, maxMs: 50_000 } as const
    const plan = calmPlan(8, wish)
    const { outcome, events } = await playAndTell(plan)
    expect(verdictOf(plan, outcome)).toBe('')
    const last = events.findLast(({ kind, node }) => kind === 'propose' && node === 3)
    expect(last?.atMs).toBeLessThan(30_000)
  })

  test('a liar that loses all its power: is proved guilty of what it did before', async () => {
    for (const seed of [1, 2, 3]) {
      const byzantine = [{ index: 3, villain: 'equivocator' }]
      const plan = calmPlan(seed, { powers: [10, 10, 10, 1], byzantine, maxMs: 20_000 })
      expect(verdictOf(plan, await play(plan))).toBe('')
    }
  })

  test('large transactions: make blocks of several parts, without the wait too', async () => {
    const txBytes = [70_000, 70_000] as const
    const plan = calmPlan(5, { txBytes, txsPerSecond: 8, skipTimeoutCommit: true, maxMs: 8000 })
    const { outcome, events } = await playAndTell(plan)
    expect(verdictOf(plan, outcome)).toBe('')
    // A second for each would make it eight at most.
    expect(Math.min(...outcome.heights.map(Number))).toBeGreaterThan(12)
    const sent = (what: string): number =>
      events.filter(({ kind, detail }) => kind === 'send' && detail.endsWith(what)).length
    expect(sent('block-part')).toBeGreaterThan(2 * sent('proposal'))
  })

  test('the story: names the lines of the paper in their order', async () => {
    const { events } = await playAndTell(calmPlan(3, { heights: 1 }))
    const told = events.filter(({ line }) => line !== undefined)
    const first = (kind: string): number => told.findIndex((event) => event.kind === kind)
    const order = ['propose', 'prevote', 'precommit', 'decide'].map(first)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order[0]).toBeGreaterThanOrEqual(0)
    expect(told[first('precommit')]?.line).toBe('L36-L43')
  })
})

describe('the story of a bad run', { timeout: TIMEOUT_MS }, () => {
  test('votes that come to nothing: are waited for, and given up', async () => {
    const script = [
      {
        atMs: 1000,
        do: 'partition',
        groups: [
          [0, 1],
          [2, 3],
        ],
      },
      { atMs: 9000, do: 'heal' },
    ] as const
    const { events } = await playAndTell(calmPlan(42, { maxMs: 15_000, healMs: 9000, script }))
    const lines = new Set(events.map(({ line }) => line))
    for (const line of ['L34-L35', 'L47-L48', 'L57-L60', 'L61-L64', 'L65-L67']) {
      expect(lines).toContain(line)
    }
  })
})

describe('determinism', { timeout: TIMEOUT_MS }, () => {
  test('one plan: the same digest twice and from its JSON, another seed another', async () => {
    const plan = drawPlan(8, { maxMs: 15_000 })
    const [once, again] = [await play(plan), await play(JSON.parse(JSON.stringify(plan)))]
    expect(again.digest).toBe(once.digest)
    expect(again.events).toBe(once.events)
    const other = await play({ ...plan, seed: 9 })
    expect(other.digest).not.toBe(once.digest)
  })

  test('one plan: the same digest, whether it is begun in a promise or in a callback', async () => {
    const plan = drawPlan(8, { maxMs: 2000 })
    const { digest } = await play(plan)
    const begin = [(act: () => void) => setTimeout(act, 0), setImmediate, nextTick, queueMicrotask]
    for (const later of begin) {
      const begun = await new Promise<Outcome>((resolve) => later(() => resolve(play(plan))))
      expect(begun.digest).toBe(digest)
    }
  })

  test('being watched: changes nothing', async () => {
    const plan = drawPlan(11, { maxMs: 10_000 })
    const unseen = await play(plan)
    const seen = await new World(plan, { ...HOST, onEvent: () => undefined }).run()
    expect(seen.digest).toBe(unseen.digest)
  })
})

describe('a hand in the world', { timeout: TIMEOUT_MS }, () => {
  test('a world that never heals: ends at its heights too', async () => {
    const plan = calmPlan(4, { heights: 4, maxMs: 60_000, healMs: 60_000 })
    const world = new World(plan, HOST)
    world.crash(1)
    const outcome = await world.run()
    expect(outcome.violations).toEqual([])
    expect(outcome.heights.filter((height) => height >= 4n)).toHaveLength(3)
    expect(outcome.virtualMs).toBeLessThan(30_000)
  })

  test('crash, restart, partition and heal: act at their moments', async () => {
    const events: string[] = []
    const plan = calmPlan(4, { maxMs: 20_000, healMs: 12_000 })
    const onEvent = ({ kind, node, atMs }: { kind: string; node: number; atMs: number }): void => {
      const kinds = ['crash', 'restart', 'partition', 'heal']
      if (kinds.includes(kind)) events.push(`${atMs} ${kind} ${node}`)
    }
    const world = new World(plan, { ...HOST, onEvent })
    world.at(2000, () => world.crash(1))
    world.at(3000, () => world.restart(1))
    world.at(5000, () => world.partition([0, 1], [2, 3]))
    world.at(9000, () => world.heal())
    expect(verdictOf(plan, await world.run())).toBe('')
    expect(events).toEqual(['2000 crash 1', '3000 restart 1', '5000 partition -1', '9000 heal -1'])
  })

  test('half against half: nobody decides until it heals', async () => {
    const plan = calmPlan(5, { maxMs: 30_000, healMs: 15_000 })
    const world = new World(plan, HOST)
    world.partition([0, 1], [2, 3])
    const heights: bigint[] = []
    const outcome = await world.run()
    expect(verdictOf(plan, outcome)).toBe('')
    heights.push(...outcome.heights)
    const stuck = await play({ ...plan, maxMs: 15_000, script: [split], healMs: 14_999 })
    expect(stuck.heights).toEqual([0n, 0n, 0n, 0n])
    expect(Math.min(...heights.map(Number))).toBeGreaterThan(3)
  })

  const split = {
    atMs: 0,
    do: 'partition',
    groups: [
      [0, 1],
      [2, 3],
    ],
  } as const
})

describe('villains', { timeout: TIMEOUT_MS }, () => {
  test('one of four, of every kind: no promise is broken', async () => {
    for (const villain of ['equivocator', 'twins', 'flooder', 'stale-lock', 'silent']) {
      const plan = calmPlan(6, { heights: 4, byzantine: [{ index: 2, villain }] })
      expect(verdictOf(plan, await play(plan))).toBe('')
    }
  })

  test('two equivocators of four: fork the chain, and both are named', async () => {
    let named: readonly number[] = []
    for (let seed = 0; named.length === 0 && seed < 2000; seed++) {
      const byzantine = [2, 3].map((index) => ({ index, villain: 'equivocator' }))
      const wish = { validators: 4, powers: [10, 10, 10, 10], crypto: 'cheap', byzantine } as const
      const { violations } = await play(drawPlan(seed, { ...wish, maxMs: 30_000 }))
      expect(violations.map(({ rule }) => rule).filter((rule) => rule !== 'agreement')).toEqual([])
      named = violations[0]?.culprits ?? []
    }
    expect(named).toEqual([2, 3])
  })
})

describe('plans that cannot be played', { timeout: TIMEOUT_MS }, () => {
  const refusals: readonly [string, Parameters<typeof calmPlan>[1]][] = [
    ['unknown villain', { byzantine: [{ index: 1, villain: 'liar' }] }],
    ['no node 4', { byzantine: [{ index: 4, villain: 'silent' }] }],
    ['no node 7', { script: [{ atMs: 1, do: 'crash', node: 7 }] }],
    ['one of each for 4', { validators: 4, powers: [1, 1] }],
    ['powers: expected a whole number', { powers: [1, -1, 1] }],
    ['at most 40', { validators: 41 }],
    ['powers: expected one above 0', { powers: [0, 0, 0, 0] }],
    [
      'script: blockBytes: expected a whole number of at least 10000',
      { script: [{ atMs: 1, do: 'params', params: { blockBytes: 9, evidenceAge } }] },
    ],
    [
      'script: blockBytes: expected at most 104857600',
      { script: [{ atMs: 1, do: 'params', params: { blockBytes: 2e8, evidenceAge } }] },
    ],
    ['evidenceAge.ms: expected at most', { evidenceAge: { blocks: 1, ms: 2 ** 53 - 1 } }],
    ['script: power: expected', { script: [{ atMs: 1, do: 'power', node: 1, power: -1 }] }],
    ['txBytes: expected at least 9', { txBytes: [9, 8] }],
  ]
  for (const [expected, wish] of refusals) {
    test(`a plan with ${expected}: is refused with one line`, async () => {
      await expect(play(calmPlan(1, wish))).rejects.toThrow(PlanError)
      await expect(play(calmPlan(1, wish))).rejects.toThrow(expected)
    })
  }
})
