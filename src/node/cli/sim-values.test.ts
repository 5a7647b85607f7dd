// Times, ranges, shares and seeds of the flags of `quadrille sim`.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSeeds, readShare, readTime, readTimeRange, readWhole } from './sim-values.ts'
import { writeShare, writeTime, writeTimeRange } from './sim-values.ts'

const BOUNDS = { from: 0, to: 100 }

describe('sim values', () => {
  test('times: have a unit, and are whole milliseconds', () => {
    const read = (text: string): number => readTime('--t', text)
    expect(['0s', '7ms', '3s', '1.001s', '1.5m', '2h'].map(read)).toEqual([
      0, 7, 3000, 1001, 90_000, 7_200_000,
    ])
  })

  test.each(['', '3', 's', '-1s', '1.5ms', '1e3s', '3 s', '3S', 'NaNs', '999999999h'])(
    'times: "%s" is none',
    (text) => {
      expect(() => readTime('--t', text)).toThrow(
        `--t: expected a time such as 200ms, 3s or 5m, got "${text}"`,
      )
    },
  )

  test('ranges of times: the first end may leave its unit out, one time is both', () => {
    const read = (text: string): readonly number[] => readTimeRange('--latency', text)
    expect(['20..200ms', '1s..2s', '500ms..1s', '5ms'].map(read)).toEqual([
      [20, 200],
      [1000, 2000],
      [500, 1000],
      [5, 5],
    ])
  })

  test.each(['200..20ms', '20ms..', '..20ms', '20..200', '20ms..x', ''])(
    'ranges of times: "%s" is none',
    (text) => {
      expect(() => readTimeRange('--latency', text)).toThrow(
        `--latency: expected times such as 20..200ms, the shorter one first, got "${text}"`,
      )
    },
  )

  test('shares: are percent', () => {
    expect(['0%', '5%', '0.25%', '99.9999%'].map((text) => readShare('--loss', text))).toEqual([
      0, 0.05, 0.0025, 0.999999,
    ])
  })

  test.each(['5', '0.05', '100%', '-1%', '%', '5%%'])('shares: "%s" is none', (text) => {
    expect(() => readShare('--loss', text)).toThrow(
      `--loss: expected a share such as 5%, below 100%, got "${text}"`,
    )
  })

  test('seeds: are a range or one, in either notation', () => {
    const read = (text: string): unknown => readSeeds('--seeds', text, 1e9)
    expect(['1..3000', '7', '0..0', '1..1e6'].map(read)).toEqual([
      { from: 1, to: 3000 },
      { from: 7, to: 7 },
      { from: 0, to: 0 },
      { from: 1, to: 1_000_000 },
    ])
  })

  test.each(['', '..', '5..', '..5', '9..1', '1..2..3', '-1..2', '1.5..3', 'a..b', '1..1e10'])(
    'seeds: "%s" is none',
    (text) => {
      expect(() => readSeeds('--seeds', text, 1e9)).toThrow(
        `--seeds: expected a range of seeds such as 1..3000, from 0 to 1000000000, got "${text}"`,
      )
    },
  )

  test.each(['', '101', '-1', '1.5', '1e3', '0x10', ' 1'])('numbers: "%s" is none', (text) => {
    expect(() => readWhole('--n', text, BOUNDS)).toThrow(
      `--n: expected a whole number from 0 to 100, got "${text}"`,
    )
  })

  test('what is written is read again', () => {
    const ms = fc.integer({ min: 0, max: 1e11 })
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 0, max: 999_999 }), (a, b, millionths) => {
        const range = [Math.min(a, b), Math.max(a, b)] as const
        expect(readTime('--t', writeTime(a))).toBe(a)
        expect(readTimeRange('--t', writeTimeRange(range))).toEqual(range)
        const share = readShare('--l', `${millionths / 10_000}%`)
        expect(readShare('--l', writeShare(share))).toBe(share)
      }),
    )
  })
})
