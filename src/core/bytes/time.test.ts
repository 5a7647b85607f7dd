// Times have Go's RFC3339Nano text, over all years and to the nanosecond.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { formatTime, parseTime, ZERO_TIME } from './index.ts'

const LAST = 253_402_300_800_000_000_000n - 1n

test.each([
  [ZERO_TIME, '0001-01-01T00:00:00Z'],
  [0n, '1970-01-01T00:00:00Z'],
  [-1n, '1969-12-31T23:59:59.999999999Z'],
  [1_000_000n, '1970-01-01T00:00:00.001Z'],
  [951_782_400_000_000_000n, '2000-02-29T00:00:00Z'],
  [1_700_640_264_729_167_517n, '2023-11-22T08:04:24.729167517Z'],
  [LAST, '9999-12-31T23:59:59.999999999Z'],
])('time: %d is written %s and read back', (time, text) => {
  expect(formatTime(time)).toBe(text)
  expect(parseTime(text)).toBe(time)
})

test('time: agrees with the platform to the millisecond and with itself to the nanosecond', () => {
  const times = fc.bigInt({ min: ZERO_TIME, max: LAST })
  const property = fc.property(times, (time) => {
    const text = formatTime(time)
    const platform = BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n
    return parseTime(text) === time && time - platform >= 0n && time - platform < 1_000_000_000n
  })
  expect(fc.check(property, { numRuns: 500 }).failed).toBe(false)
})

test('time: reads offsets and any number of decimals', () => {
  expect(parseTime('1970-01-01T01:30:00+01:30')).toBe(0n)
  expect(parseTime('1969-12-31T22:00:00-02:00')).toBe(0n)
  expect(parseTime('1970-01-01T00:00:00.1Z')).toBe(100_000_000n)
  expect(parseTime('1970-01-01T00:00:00.1234567899Z')).toBe(123_456_789n)
})

test.each([
  '',
  '1970-01-01',
  '1970-01-01T00:00:00',
  '1970-01-01 00:00:00Z',
  '1970-01-01t00:00:00z',
  '1970-13-01T00:00:00Z',
  '1970-00-01T00:00:00Z',
  '1970-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '1970-04-31T00:00:00Z',
  '1970-01-00T00:00:00Z',
  '1970-01-01T24:00:00Z',
  '1970-01-01T00:60:00Z',
  '1970-01-01T00:00:60Z',
  '1970-01-01T00:00:00.Z',
  '1970-01-01T00:00:00+24:00',
  '1970-01-01T00:00:00+01:60',
  '+1970-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z ',
])('time: %j is no time', (text) => {
  expect(parseTime(text)).toBeNull()
})
