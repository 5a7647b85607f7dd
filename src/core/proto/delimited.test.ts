// Length prefixes are read back, awaited when cut short and refused when too long.

import { expect, test } from 'vitest'

import { fromHex, toHex } from '../bytes/index.ts'
import { encodeDelimited, ProtoError, readUvarint } from './index.ts'

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array

test('delimited: the length stands before the bytes', () => {
  expect(toHex(encodeDelimited(hex('')))).toBe('00')
  expect(toHex(encodeDelimited(hex('aabb')))).toBe('02aabb')
  for (const length of [127, 128, 300, 3000, 100_000]) {
    const encoded = encodeDelimited(new Uint8Array(length).fill(7))
    const prefix = readUvarint(encoded, 0)
    expect(prefix?.value).toBe(length)
    const body = encoded.subarray(prefix?.next)
    expect([body.length, body.every((byte) => byte === 7)]).toEqual([length, true])
  }
})

test('uvarint: is read at an offset', () => {
  expect(readUvarint(hex('ffffac02'), 2)).toEqual({ value: 300, next: 4 })
})

test('uvarint: is null while bytes are missing', () => {
  expect(readUvarint(hex(''), 0)).toBeNull()
  expect(readUvarint(hex('8080'), 0)).toBeNull()
  expect(readUvarint(hex('05'), 1)).toBeNull()
})

test('uvarint: more than 64 bits are refused', () => {
  expect(readUvarint(hex('ffffffffffffffffff01'), 0)?.value).toBe(2 ** 64)
  expect(() => readUvarint(hex('ffffffffffffffffff02'), 0)).toThrow(ProtoError)
  expect(() => readUvarint(hex('8080808080808080808001'), 0)).toThrow(ProtoError)
})
