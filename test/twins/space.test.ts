// The space of scenarios: its size by formula, and its numbering both ways.

import { expect, test } from 'vitest'
import { allHearings, hearingKey, partitions, swapped } from './hearing.ts'
import { CASTS, CHANGES, ScenarioSpace } from './space.ts'
import type { Scenario } from './space.ts'

const INSTANCES = 5
const LAST = 3
const COPY = 4

/** C(n, k). */
function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k
}

/** Ways in which `free` members of a group can listen: in two phases, deaf or not. */
function waysOf(size: number, free: number): number {
  return size < 3 ? 1 : 4 ** free
}

/** Hearings of `n` instances: by the group of the first one. */
function hearings(n: number): number {
  if (n === 0) return 1
  let count = 0
  for (let others = 0; others < n; others += 1) {
    count += choose(n - 1, others) * waysOf(others + 1, others + 1) * hearings(n - 1 - others)
  }
  return count
}

/** Hearings in which two of `n` can change places: both alone, or in one group, equally deaf. */
function fixedHearings(n: number): number {
  let count = hearings(n - 2)
  for (let others = 0; others <= n - 2; others += 1) {
    count += choose(n - 2, others) * waysOf(others + 2, others + 1) * hearings(n - 2 - others)
  }
  return count
}

/** Burnside: the mean of the scripts that each of the two renamings leaves as they are. */
function scripts(rounds: number): bigint {
  const all = BigInt(hearings(INSTANCES)) ** BigInt(rounds)
  const fixed = BigInt(fixedHearings(INSTANCES)) ** BigInt(rounds)
  return (all + fixed) / 2n
}

function mirrored(scenario: Scenario): Scenario {
  const { twin } = scenario.cast
  return { ...scenario, hearings: scenario.hearings.map((hearing) => swapped(hearing, twin, COPY)) }
}

test('twins space: 3,610 hearings, 680 of them the same for both copies', () => {
  const all = allHearings(INSTANCES)
  expect(partitions(INSTANCES)).toHaveLength(52)
  expect(all).toHaveLength(hearings(INSTANCES))
  expect(new Set(all.map(hearingKey)).size).toBe(3_610)
  const isFixed = (hearing: (typeof all)[number]): boolean =>
    hearingKey(hearing) === hearingKey(swapped(hearing, LAST, COPY))
  expect(all.filter(isFixed)).toHaveLength(fixedHearings(INSTANCES))
  expect(fixedHearings(INSTANCES)).toBe(680)
})

test.each([1, 2, 3, 4])('twins space: %i rounds are counted by the formula', (rounds) => {
  const rest = BigInt(CASTS.length * 2 * CHANGES.length ** (rounds - 1))
  expect(new ScenarioSpace(rounds).count).toBe(rest * scripts(rounds))
})

test('twins space: four rounds have 27,548,009,955,540,000 scenarios', () => {
  expect(new ScenarioSpace().count).toBe(27_548_009_955_540_000n)
})

test('twins space: with one round, every hearing is in one scenario with its mirror image', () => {
  const space = new ScenarioSpace(1)
  const perCast = Number(scripts(1))
  for (const [at, cast] of CASTS.entries()) {
    const numbers = new Map<number, number>()
    for (const hearing of allHearings(INSTANCES)) {
      const scenario: Scenario = { cast, rule: 'paper', hearings: [hearing], changes: [] }
      const number = Number(space.indexOf(scenario))
      if (space.indexOf(mirrored(scenario)) !== BigInt(number)) throw new Error(`number ${number}`)
      numbers.set(number, (numbers.get(number) ?? 0) + 1)
    }
    const ordered = [...numbers.keys()].toSorted((a, b) => a - b)
    expect([ordered.length, ordered[0]]).toEqual([perCast, at * 2 * perCast])
    expect(ordered.at(-1)).toBe(at * 2 * perCast + perCast - 1)
    expect([...numbers.values()].filter((count) => count === 1)).toHaveLength(680)
  }
})

test.each([1, 2, 3, 4])('twins space: scenario i of %i rounds has number i', (rounds) => {
  const space = new ScenarioSpace(rounds)
  const edges = [0n, 1n, space.count - 2n, space.count - 1n]
  const walked = Array.from({ length: 1000 }, (_, position) => space.indexAt(position))
  for (const index of [...edges, ...walked]) {
    const scenario = space.scenario(index)
    if (space.indexOf(scenario) !== index) throw new Error(`scenario ${index}`)
    if (space.indexOf(mirrored(scenario)) !== index) throw new Error(`the mirror of ${index}`)
  }
  expect(() => space.scenario(space.count)).toThrow('no scenario')
})

test('twins space: the walk visits every scenario once, and all parts of the space equally', () => {
  const small = new ScenarioSpace(1)
  const visited = new Set<bigint>()
  for (let position = 0; position < Number(small.count); position += 1) {
    visited.add(small.indexAt(position))
  }
  expect(visited.size).toBe(Number(small.count))
  const space = new ScenarioSpace()
  const parts = new Map<string, number>()
  for (let position = 0; position < 20_000; position += 1) {
    const { cast, rule, changes } = space.scenario(space.indexAt(position))
    const part = `${CASTS.indexOf(cast)} ${rule} ${changes.join()}`
    parts.set(part, (parts.get(part) ?? 0) + 1)
  }
  expect(parts.size).toBe(CASTS.length * 2 * CHANGES.length ** 3)
  expect(Math.min(...parts.values())).toBeGreaterThanOrEqual(60)
  expect(Math.max(...parts.values())).toBeLessThanOrEqual(63)
})
