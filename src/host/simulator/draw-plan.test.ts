// Villains on request: in every seed, and never too many.

import { expect, test } from 'vitest'
import { drawFewVillains, drawPlan } from './index.ts'

test('few villains: every seed has some, below a third of the power', () => {
  for (let seed = 0; seed < 500; seed++) {
    const { powers, byzantine } = drawPlan(seed, { validators: 4 + (seed % 4) })
    const few = drawFewVillains(seed, powers)
    const total = powers.reduce((sum, power) => sum + power, 0)
    const lying = few.reduce((sum, { index }) => sum + (powers[index] ?? 0), 0)
    expect(few.length).toBeGreaterThan(0)
    expect(3 * lying).toBeLessThan(total)
    if (byzantine.length > 0) expect(few).toEqual(byzantine)
  }
})

test('evidence age: some runs are longer than evidence lasts', () => {
  const ages = Array.from({ length: 100 }, (_, seed) => drawPlan(seed).evidenceAge.blocks)
  expect(new Set(ages)).toEqual(new Set([100_000, 8, 15]))
})

test('few villains: nobody lies where one is a third', () => {
  expect(drawFewVillains(1, [10, 10, 10])).toEqual([])
  expect(drawFewVillains(1, [10])).toEqual([])
})
