// Byte strings are equal, ordered, joined and used as keys by their content alone.

import { expect, test } from 'vitest'

import { bytesKey, compareBytes, concatBytes, equalBytes, fromHex } from './index.ts'
import { assert, err, InvariantError, ok } from './index.ts'

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array

test('equal: content decides, not identity', () => {
  expect(equalBytes(hex('0102'), hex('0102'))).toBe(true)
  expect(equalBytes(hex('0102'), hex('0103'))).toBe(false)
  expect(equalBytes(hex('01'), hex('0100'))).toBe(false)
  expect(equalBytes(hex(''), hex(''))).toBe(true)
})

test('compare: unsigned, and a prefix comes first', () => {
  const sorted = ['', '00', '0000', '01', '7f', '80', 'ff', 'ff00'].map(hex)
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) {
      expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(i - j))
    }
  }
})

test('concat: joins in order into new bytes', () => {
  const part = hex('0102')
  const whole = concatBytes(part, hex(''), hex('03'))
  expect(whole).toEqual(hex('010203'))
  whole[0] = 9
  expect(part).toEqual(hex('0102'))
  expect(concatBytes()).toEqual(hex(''))
})

test('key: is the same exactly for the same bytes, however long', () => {
  expect(bytesKey(hex('00ff'))).toBe('\u0000\u00ff')
  const long = new Uint8Array(10_000).map((_, i) => i % 256)
  expect(bytesKey(long)).toHaveLength(10_000)
  expect(bytesKey(long) === bytesKey(long.slice())).toBe(true)
  expect(bytesKey(long) === bytesKey(long.with(9_999, 99))).toBe(false)
})

test('assert: throws an InvariantError with a stable code only when broken', () => {
  expect(() => assert(true, 'fine')).not.toThrow()
  expect(() => assert(false, 'two votes')).toThrow(InvariantError)
  expect(() => assert(false, 'two votes')).toThrow('two votes')
  expect(new InvariantError('x').code).toBe('INVARIANT_BROKEN')
})

test('result: holds a value or a reason', () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 })
  expect(err('no')).toEqual({ ok: false, error: 'no' })
})
