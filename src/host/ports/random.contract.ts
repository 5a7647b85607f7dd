// What every source of randomness must do.

import { describe, expect, test } from 'vitest'
import type { Random } from './random.ts'

/** Registers the suite for one implementation. */
export function randomContract(name: string, makeRandom: () => Random): void {
  describe(`random port, ${name}`, () => {
    test('random: gives as many bytes as asked for, none included', () => {
      const random = makeRandom()
      for (const size of [0, 1, 2, 3, 4, 5, 31, 32, 33, 1000]) {
        expect(random.bytes(size)).toHaveLength(size)
      }
    })

    test('random: two draws differ and belong to the caller', () => {
      const random = makeRandom()
      const first = random.bytes(32)
      const copy = first.slice()
      const second = random.bytes(32)
      expect(second).not.toEqual(first)
      second.fill(0)
      expect(first).toEqual(copy)
    })

    test('random: every byte value comes up about equally often', () => {
      const counts = Array.from({ length: 256 }, () => 0)
      for (const byte of makeRandom().bytes(256 * 1000)) counts[byte]! += 1
      expect(Math.min(...counts)).toBeGreaterThan(800)
      expect(Math.max(...counts)).toBeLessThan(1200)
    })
  })
}
