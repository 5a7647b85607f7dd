// What a detector may be told: defaults for what is missing, an error that names what is wrong.

import { expect, test } from 'vitest'
import { DEFAULT_FAULT_DETECTOR_CONFIG, parseFaultDetectorConfig } from './index.ts'

const wrong = (value: unknown): string => {
  const parsed = parseFaultDetectorConfig(value)
  return parsed.ok ? 'accepted' : `${parsed.error.field}: ${parsed.error.reason}`
}

test('config: what is missing has its default', () => {
  expect(parseFaultDetectorConfig({})).toEqual({ ok: true, value: DEFAULT_FAULT_DETECTOR_CONFIG })
  const given = { downtimeWindow: 10, minSigned: 10 }
  expect(parseFaultDetectorConfig(given)).toEqual({ ok: true, value: given })
  expect(wrong({ downtimeWindow: 1, minSigned: 0 })).toBe('accepted')
})

test('config: an unknown or impossible field is named', () => {
  expect(wrong({ downtimeWindow: 10, minSigned: 1, equivocationThreshold: 2 })).toBe(
    'equivocationThreshold: is unknown',
  )
  for (const downtimeWindow of [0, -1, 1.5, NaN, Infinity, '10', 10_001, null]) {
    expect(wrong({ downtimeWindow, minSigned: 0 })).toContain('downtimeWindow: is not a number')
  }
  for (const minSigned of [-1, 0.5, '1', null]) {
    expect(wrong({ minSigned })).toBe('minSigned: is not a number of heights')
  }
  expect(wrong({ downtimeWindow: 10, minSigned: 11 })).toBe(
    'minSigned: is more than downtimeWindow',
  )
  // The default minimum is more than such a window has heights.
  expect(wrong({ downtimeWindow: 4 })).toBe('minSigned: is more than downtimeWindow')
  for (const value of [null, 3, [], 'x']) expect(wrong(value)).toBe(': is not an object')
})
