// The event query language: what it accepts, what it matches, and CometBFT's words for what is
// wrong.

import { describe, expect, test } from 'vitest'
import { MAX_QUERY_LENGTH, Query } from './index.ts'

const attributes = new Map<string, readonly string[]>([
  ['tm.event', ['Tx']],
  ['tx.height', ['5']],
  ['transfer.sender', ['AddrA', 'AddrB']],
  ['transfer.amount', ['8atom', '100.50stake', '340282366920938463463374607431768211456']],
  ['slash.time', ['2023-05-03T14:45:00Z']],
  ['slash.date', ['2023-05-03']],
  ['deep.type.key', ['x']],
])

function matches(text: string): boolean {
  const query = Query.parse(text)
  if (!query.ok) throw new Error(query.error)
  return query.value.matches(attributes)
}

function errorOf(text: string): string {
  const query = Query.parse(text)
  return query.ok ? 'none' : query.error
}

describe('event query', () => {
  test('compares strings', () => {
    expect(matches("tm.event='Tx'")).toBe(true)
    expect(matches("tm.event = 'Tx' AND transfer.sender = 'AddrB'")).toBe(true)
    expect(matches("tm.event = 'Tx' AND transfer.sender = 'AddrC'")).toBe(false)
    expect(matches("transfer.sender CONTAINS 'ddr'")).toBe(true)
    expect(matches("transfer.sender CONTAINS 'x'")).toBe(false)
    expect(matches("missing.key = ''")).toBe(false)
  })

  test('compares numbers exactly, whatever unit follows them', () => {
    const good = [
      'tx.height=5',
      'tx.height >= 5',
      'tx.height < 6',
      'tx.height > 4.9',
      'tx.height<=5.0',
    ]
    expect(good.map(matches)).toEqual(good.map(() => true))
    expect(['tx.height=6', 'tx.height<5', 'tx.height>5', 'tx.height>=10'].map(matches)).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(matches('transfer.amount = 8')).toBe(true)
    expect(matches('transfer.amount = 100.5')).toBe(true)
    expect(matches('transfer.amount = 340282366920938463463374607431768211456')).toBe(true)
    expect(matches('transfer.amount = 340282366920938463463374607431768211457')).toBe(false)
    expect(matches('transfer.sender > 0')).toBe(false)
  })

  test('compares moments and days', () => {
    expect(matches('slash.time = TIME 2023-05-03T16:45:00+02:00')).toBe(true)
    expect(matches('slash.time < TIME 2023-05-03T14:44:59Z')).toBe(false)
    expect(matches('slash.date >= DATE 2023-05-03')).toBe(true)
    expect(matches('slash.date > DATE 2023-05-03')).toBe(false)
    expect(matches('slash.time = DATE 2023-05-03')).toBe(false)
  })

  test('knows the existence of attributes and of whole event types', () => {
    expect(matches('transfer.sender EXISTS')).toBe(true)
    expect(matches('transfer EXISTS')).toBe(true)
    expect(matches('deep.type EXISTS')).toBe(true)
    expect(matches('deep EXISTS')).toBe(false)
    expect(matches('refund EXISTS')).toBe(false)
  })

  test('says what is wrong in the words of CometBFT', () => {
    const operators =
      '<= operator, >= operator, < operator, > operator, = operator, ' +
      'CONTAINS operator or EXISTS operator'
    expect(errorOf('bad query')).toBe(`offset 4: got tag, wanted ${operators}`)
    expect(errorOf('')).toBe('offset 0: EOF')
    expect(errorOf('a = ')).toBe('offset 4: EOF')
    expect(errorOf('a CONTAINS 5')).toBe('offset 11: got number, wanted string')
    expect(errorOf("a > 'x'")).toBe('offset 4: got string, wanted number, timestamp or datestamp')
    expect(errorOf("a = 'x' OR b = 'y'")).toBe('offset 8: got tag, want AND operator')
    expect(errorOf("a = 'x")).toBe('offset 4: EOF')
    expect(errorOf('a = ?')).toBe('offset 4: invalid input ? at offset 5')
    expect(errorOf('a = TIME 2023')).toContain('invalid TIME value')
    expect(errorOf('a = DATE 1700-01-01')).toContain('invalid DATE value')
    expect(errorOf(`a = '${'x'.repeat(MAX_QUERY_LENGTH)}'`)).toBe('maximum query length exceeded')
  })

  test('reads the longest text in linear time', () => {
    const text = `${'a EXISTS AND '.repeat(300)}a EXISTS`
    expect(Query.parse(text).ok).toBe(true)
    expect(errorOf("'".repeat(MAX_QUERY_LENGTH))).toContain('offset 0')
  })
})
