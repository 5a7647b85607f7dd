// Byte strings cut from slabs: zeros, apart from each other, and no more kept alive than is said.

import { expect, test } from 'vitest'
import { copyBytes, freshBytes } from './index.ts'

test('fresh bytes: zeros of any length, each its own', () => {
  const lengths = [0, 1, 64, 65, 100, 2047, 2048, 2049, 16_384, 40_000]
  const all = Array.from({ length: 50 }, () => lengths.map((length) => freshBytes(length))).flat()
  for (const [i, bytes] of all.entries()) {
    expect(bytes).toHaveLength(lengths[i % lengths.length] as number)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    bytes.fill((i % 255) + 1)
  }
  for (const [i, bytes] of all.entries()) {
    expect(bytes.every((byte) => byte === (i % 255) + 1)).toBe(true)
  }
})

test('fresh bytes: short ones keep a slab alive at most, long ones nothing but themselves', () => {
  for (let i = 0; i < 300; i++) {
    expect(freshBytes(65 + i).buffer.byteLength).toBeLessThanOrEqual(16_384)
    expect(freshBytes(2049 + i).buffer.byteLength).toBe(2049 + i)
  }
})

test('fresh bytes: a copy is not touched by what becomes of the original', () => {
  const original = Uint8Array.from({ length: 100 }, (_, i) => i)
  const copy = copyBytes(original)
  original.fill(0)
  expect(copy).toEqual(Uint8Array.from({ length: 100 }, (_, i) => i))
})
