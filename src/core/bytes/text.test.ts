// Hex, base64 and UTF-8: what is written is read back, and nothing else is.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { fromBase64, fromHex, fromUtf8, toBase64, toHex, toHexUpper, toUtf8 } from './index.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

/** Runs a property; the matcher is told when a counterexample was found. */
const holds = <T>(property: fc.IProperty<T>): boolean => !fc.check(property).failed

describe('hex', () => {
  test('hex: two digits a byte, in the case asked for', () => {
    expect(toHex(Uint8Array.of(0, 15, 171, 255))).toBe('000fabff')
    expect(toHexUpper(Uint8Array.of(0, 15, 171, 255))).toBe('000FABFF')
  })

  test('hex: reads what it wrote in either case', () => {
    expect(holds(fc.property(bytes, (b) => toHex(fromHex(toHex(b)) ?? b) === toHex(b)))).toBe(true)
    expect(fromHex('aBCd')).toEqual(Uint8Array.of(0xab, 0xcd))
    expect(fromHex('')).toEqual(new Uint8Array(0))
  })

  test.each(['a', '0x00', 'zz', 'a ', ' a', '/0', ':0', '`0', 'g0', '@0', '\u01300'])(
    'hex: refuses %j',
    (text) => {
      expect(fromHex(text)).toBeNull()
    },
  )
})

describe('base64', () => {
  test('base64: agrees with another implementation', () => {
    const same = fc.property(bytes, (b) => toBase64(b) === Buffer.from(b).toString('base64'))
    expect(holds(same)).toBe(true)
    const back = fc.property(
      bytes,
      (b) => toHex(fromBase64(toBase64(b)) as Uint8Array) === toHex(b),
    )
    expect(holds(back)).toBe(true)
  })

  test('base64: long input is written whole', () => {
    const long = new Uint8Array(100_000).map((_, i) => i % 251)
    expect(toBase64(long) === Buffer.from(long).toString('base64')).toBe(true)
  })

  test.each([
    'A',
    'AA',
    'AAA',
    'A===',
    '====',
    'AA=A',
    'AA-_',
    'AAA=AAA=',
    ' AAA',
    'AAA\n',
    'A\u0141AA',
  ])('base64: refuses %j', (text) => {
    expect(fromBase64(text)).toBeNull()
  })

  test('base64: bits after the last byte do not matter', () => {
    expect(fromBase64('AB==')).toEqual(Uint8Array.of(0))
  })
})

describe('utf8', () => {
  test('utf8: keeps every byte, valid or not', () => {
    const kept = fc.property(bytes, (b) => toHex(toUtf8(fromUtf8(b))) === toHex(b))
    expect(holds(kept)).toBe(true)
    for (const text of ['c0af', 'eda080edb080', 'f4908080', 'f09f98', 'efbbbf61', 'ff', 'e08080']) {
      expect(toHex(toUtf8(fromUtf8(fromHex(text) as Uint8Array)))).toBe(text)
    }
  })

  test('utf8: keeps every well-formed text', () => {
    const kept = fc.property(fc.string({ unit: 'binary' }), (s) => fromUtf8(toUtf8(s)) === s)
    expect(holds(kept)).toBe(true)
    const long = 'é\u{1f600}'.repeat(100)
    expect(fromUtf8(toUtf8(long))).toBe(long)
  })

  test('utf8: valid symbols between invalid bytes stay what they are', () => {
    const text = fc.property(fc.string({ unit: 'binary' }), (s) => {
      const mixed = Uint8Array.of(0xff, ...toUtf8(s), 0xfe)
      return (
        fromUtf8(mixed) === `\udcff${s}\udcfe` && toHex(toUtf8(fromUtf8(mixed))) === toHex(mixed)
      )
    })
    expect(holds(text)).toBe(true)
  })

  test('utf8: a byte that is no text becomes a lone surrogate', () => {
    expect(fromUtf8(Uint8Array.of(97, 255, 98))).toBe('a\udcffb')
    expect(toHex(toUtf8('\ud800'))).toBe('efbfbd')
  })
})
