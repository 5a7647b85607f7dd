// The writer keeps messages apart and whole, whatever their size and order.

import { expect, test } from 'vitest'

import { equalBytes, InvariantError, toHex } from '../bytes/index.ts'
import { decodeTxs, decodeVote, encodeMessage, encodeTxs, encodeVote } from './index.ts'
import type { Writer } from './index.ts'

/** Compared by hand: the matcher walks byte strings element by element. */
const holds = (encoded: Uint8Array, txs: readonly Uint8Array[]): boolean => {
  const decoded = decodeTxs(encoded)
  if (decoded.length !== txs.length) return false
  return txs.every((tx, i) => equalBytes(tx, decoded[i] as Uint8Array))
}

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 256)

test('writer: earlier results stay as they were while later ones are written', () => {
  const made = Array.from({ length: 400 }, (_, seed) => {
    const txs = [bytesOf((seed * 37) % 3000, seed), bytesOf(seed % 7, seed)]
    return { txs, encoded: encodeTxs(txs) }
  })
  for (const { txs, encoded } of made) expect(holds(encoded, txs)).toBe(true)
})

test('writer: messages beyond every buffer size come out whole', () => {
  for (const size of [2047, 2048, 16_383, 16_384, 70_000, 5_000_000]) {
    const txs = [bytesOf(size, 1), bytesOf(3, 2), bytesOf(size >> 1, 3)]
    expect(holds(encodeTxs(txs), txs)).toBe(true)
  }
})

test('writer: a kept message keeps little more than itself alive', () => {
  for (let i = 0; i < 200; i++) {
    expect(encodeTxs([bytesOf(100, i)]).buffer.byteLength).toBeLessThanOrEqual(16_384)
    const long = encodeTxs([bytesOf(2500, i)])
    expect(long.buffer.byteLength).toBe(long.length)
  }
})

test('writer: many small elements grow a message over its buffer', () => {
  const txs = Array.from({ length: 40_000 }, (_, i) => bytesOf(i % 5, i))
  expect(holds(encodeTxs(txs), txs)).toBe(true)
})

test('writer: a message that fails to be written leaves the next one alone', () => {
  const vote = decodeVote(new Uint8Array(0))
  const whole = toHex(encodeVote(vote))
  expect(() => encodeVote({ ...vote, round: 2 ** 31 })).toThrow(InvariantError)
  expect(() => encodeVote({ ...vote, round: 0.5 })).toThrow(InvariantError)
  expect(() => encodeVote({ ...vote, height: 2n ** 63n })).toThrow(InvariantError)
  expect(() => encodeVote({ ...vote, timestamp: 2n ** 70n })).toThrow(/year/)
  expect(toHex(encodeVote(vote))).toBe(whole)
})

test('writer: numbers take as many bytes as they need', () => {
  const uint64 = (value: bigint): string =>
    toHex(encodeMessage((writer: Writer, v: bigint) => writer.uint64(0x08, v), value))
  expect(uint64(0n)).toBe('')
  expect(uint64(127n)).toBe('087f')
  expect(uint64(128n)).toBe('088001')
  expect(uint64(2n ** 32n)).toBe('088080808010')
  expect(uint64(2n ** 63n - 1n)).toBe('08ffffffffffffffff7f')
  expect(uint64(2n ** 64n - 1n)).toBe('08ffffffffffffffffff01')
})
