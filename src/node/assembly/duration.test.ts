// Go's durations.

import { describe, expect, test } from 'vitest'
import { parseDurationMs } from './duration.ts'

describe('duration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['168h0m0s', 604_800_000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['+1s', 1000],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['1ns', 1e-6],
  ])('duration: %s is read', (text, ms) => {
    expect(parseDurationMs(text)).toBeCloseTo(ms, 9)
  })

  test.each([
    '',
    '1',
    's',
    '-1s',
    '1 s',
    '1d',
    '1s ',
    '1e3s',
    '1s2',
    '9999999999h',
    '1h'.repeat(99),
  ])('duration: %j is none', (text) => {
    expect(parseDurationMs(text)).toBeNull()
  })
})
