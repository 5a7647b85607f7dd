// The key cache keeps what was used last and no more than it may.

import { createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { KeyCache } from './key-cache.ts'

const key = (number: number): Uint8Array => new Uint8Array(32).fill(number)

const cacheOf = (capacity: number): { cache: KeyCache; imported: number[] } => {
  const imported: number[] = []
  const cache = new KeyCache(capacity, (bytes) => {
    imported.push(bytes[0] ?? -1)
    return createSecretKey(bytes)
  })
  return { cache, imported }
}

test('key cache: a kept key is imported once', () => {
  const { cache, imported } = cacheOf(3)
  const first = cache.get(key(1))
  expect(cache.get(key(1).slice())).toBe(first)
  expect(imported).toEqual([1])
})

test('key cache: the least recently used key is forgotten first', () => {
  const { cache, imported } = cacheOf(2)
  for (const number of [1, 2, 1, 3]) cache.get(key(number))
  expect(cache.size).toBe(2)
  cache.get(key(1))
  expect(imported).toEqual([1, 2, 3])
  cache.get(key(2))
  expect(imported).toEqual([1, 2, 3, 2])
})

test('key cache: never holds more than its capacity', () => {
  const { cache } = cacheOf(4)
  for (let number = 0; number < 50; number++) {
    cache.get(key(number))
    expect(cache.size).toBeLessThanOrEqual(4)
  }
})

test('key cache: a key that cannot be imported is not kept', () => {
  const cache = new KeyCache(2, () => {
    throw new Error('no key')
  })
  expect(() => cache.get(key(1))).toThrow('no key')
  expect(cache.size).toBe(0)
})
