// Canonical JSON: one text per value, and back to an equal value.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalError, decodeCanonical, encodeCanonical } from './index.ts'

const leaf = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.uint8Array(),
  fc.date({ noInvalidDate: true }),
)
const key = fc
  .oneof(fc.string(), fc.constantFrom('$bigint', '$map', '$x'))
  .filter((name) => name !== '__proto__')
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('object'), tie('map'), tie('set')),
  list: fc.array(tie('any'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  map: fc.array(fc.tuple(fc.string(), tie('any')), { maxLength: 4 }).map((list) => new Map(list)),
  set: fc.array(fc.string(), { maxLength: 4 }).map((list) => new Set(list)),
})).any

test('canonical JSON: a value survives its text in both orders of keys', () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(decodeCanonical(encodeCanonical(one, 'sorted'))).toEqual(one)
      expect(decodeCanonical(encodeCanonical(one, 'as-is'))).toEqual(one)
    }),
    { numRuns: 200 },
  )
})

test('canonical JSON: the order in which an object was filled does not matter when sorted', () => {
  expect(encodeCanonical({ b: 1, a: [1, { d: 2n, c: null }] })).toBe(
    '{"a":[1,{"c":null,"d":{"$bigint":"2"}}],"b":1}',
  )
  expect(encodeCanonical({ b: 1, a: 2 }, 'as-is')).toBe('{"b":1,"a":2}')
})

test('canonical JSON: maps and sets keep their order, undefined properties vanish', () => {
  const map = new Map<unknown, unknown>([
    ['z', 1],
    [1n, new Set(['b', 'a'])],
  ])
  expect(encodeCanonical({ map, gone: undefined })).toBe(
    '{"map":{"$map":[["z",1],[{"$bigint":"1"},{"$set":["b","a"]}]]}}',
  )
})

test('canonical JSON: an object that looks like a tag stays an object', () => {
  const text = encodeCanonical({ $bigint: 'x' })
  expect(text).toBe('{"$object":{"$bigint":"x"}}')
  expect(decodeCanonical(text)).toEqual({ $bigint: 'x' })
})

test('canonical JSON: what has no canonical form is refused', () => {
  let deep: unknown = 0
  for (let i = 0; i < 65; i++) deep = [deep]
  for (const bad of [
    Number.NaN,
    Infinity,
    () => 1,
    Symbol('s'),
    new Error('x'),
    [undefined],
    deep,
  ]) {
    expect(() => encodeCanonical({ bad })).toThrow(
      expect.objectContaining({ code: 'ABCI_NOT_CANONICAL' }),
    )
  }
})

test('canonical JSON: texts that are not canonical values are refused', () => {
  const deep = '['.repeat(100_000)
  const bad = ['', '{', '{"$bigint":"01"}', '{"$bytes":"?"}', '{"$x":1}', '{"__proto__":1}', deep]
  for (const text of [...bad, `${'['.repeat(65)}${']'.repeat(65)}`]) {
    expect(() => decodeCanonical(text)).toThrow(
      expect.objectContaining({ code: 'ABCI_NOT_CANONICAL' }),
    )
  }
})

test('canonical JSON: -0 reads as 0, and numbers and dates out of range are refused', () => {
  expect(Object.is(decodeCanonical('-0'), 0)).toBe(true)
  expect(() => decodeCanonical('[1e400]')).toThrow(CanonicalError)
  expect(() => decodeCanonical('{"$date":8640000000000001}')).toThrow(CanonicalError)
})
