// What is drawn: villains on request in every seed, never too many, and what few runs only have.

import { expect, test } from 'vitest'
import { drawFewVillains, drawPlan } from './index.ts'

test('few villains: every seed has some, below a third of the power', () => {
  for (let seed = 0; seed < 500; seed++) {
    const { powers, byzantine } = drawPlan(seed, { validators: 4 + (seed % 4) })
    const few = drawFewVillains(seed, powers)
    const total = powers.reduce((sum, power) => sum + power, 0)
    const lying = few.reduce((sum, { index }) => sum + (powers[index] ?? 0), 0)
    const least = Math.min(...powers.filter((power) => power > 0))
    if (3 * least < total) expect(few.length).toBeGreaterThan(0)
    expect(3 * lying).toBeLessThan(total)
    if (byzantine.length > 0) expect(few).toEqual(byzantine)
  }
})

test('evidence age: some runs are longer than evidence lasts', () => {
  const ages = Array.from({ length: 100 }, (_, seed) => drawPlan(seed).evidenceAge.blocks)
  expect(new Set(ages)).toEqual(new Set([100_000, 8, 15]))
})

test('changes of power: whichever of them come true, who lies stays below a third', () => {
  const out = new Set<boolean>()
  for (let seed = 0; seed < 500; seed++) {
    const { powers, byzantine, script } = drawPlan(seed, { maxMs: 9000 })
    const liars = new Set(byzantine.map(({ index }) => index))
    const least = [...powers]
    for (const event of script) {
      expect(event.atMs).toBeLessThan(9000)
      if (event.do !== 'power') continue
      if (event.power === 0) out.add(liars.has(event.node))
      if (!liars.has(event.node)) least[event.node] = Math.min(least[event.node] ?? 0, event.power)
      else expect(event.power).toBeLessThanOrEqual(powers[event.node] ?? 0)
    }
    const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
    const lying = sumOf(powers.filter((_, index) => liars.has(index)))
    expect(3 * lying).toBeLessThan(sumOf(least))
  }
  expect(out).toEqual(new Set([true, false]))
})

test('some runs: change parameters, or begin with a node that joins later', () => {
  const plans = Array.from({ length: 200 }, (_, seed) => drawPlan(seed, { maxMs: 9000 }))
  const sizes = plans.flatMap(({ script }) =>
    script.flatMap((event) => (event.do === 'params' ? [event.params.blockBytes] : [])),
  )
  expect(new Set(sizes).size).toBe(3)
  const young = plans.filter(({ powers }) => powers.includes(0))
  expect(young.length).toBeGreaterThan(8)
  for (const { powers, byzantine, script } of young) {
    const node = powers.indexOf(0)
    expect(byzantine.map(({ index }) => index)).not.toContain(node)
    const joins = script.some((each) => each.do === 'power' && each.node === node && each.power > 0)
    expect(joins).toBe(true)
  }
})

test('a wish for liars: none of them begins without power', () => {
  const byzantine = [{ index: 3, villain: 'silent' }]
  for (let seed = 0; seed < 500; seed++) {
    expect(drawPlan(seed, { validators: 4, byzantine }).powers[3]).toBeGreaterThan(0)
  }
})

test('few runs: do not wait after a commit, or send what fills several parts', () => {
  const plans = Array.from({ length: 200 }, (_, seed) => drawPlan(seed))
  const hasty = plans.filter(({ skipTimeoutCommit }) => skipTimeoutCommit)
  expect(hasty.length).toBeGreaterThan(3)
  expect(hasty.length).toBeLessThan(30)
  const large = plans.filter(({ txBytes }) => txBytes[1] > 0)
  expect(large.length).toBeGreaterThan(10)
  expect(large.length).toBeLessThan(60)
  expect(large.filter(({ network }) => network.queueBytes < 1_000_000)).toEqual([])
})

test('few villains: nobody lies where one is a third', () => {
  expect(drawFewVillains(1, [10, 10, 10])).toEqual([])
  expect(drawFewVillains(1, [10])).toEqual([])
})
