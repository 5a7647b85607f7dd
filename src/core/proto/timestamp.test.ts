// Times survive the wire to the nanosecond over the whole range of the years 1 to 9999.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { toHex, ZERO_TIME } from '../bytes/index.ts'
import {
  decodeConsensusParams,
  encodeConsensusParams,
  encodeTimestamp,
  ProtoError,
} from './index.ts'
import { Reader } from './reader.ts'
import { readTime } from './timestamp.ts'

const LAST = 253_402_300_800_000_000_000n - 1n

const decodeTime = (body: Uint8Array): bigint =>
  readTime(new Reader(Uint8Array.of(body.length, ...body)))

/** The pair by plain arithmetic, to judge the arithmetic in halves. */
function bodyByDivision(time: bigint): string {
  const nanos = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const varint = (value: bigint): string => {
    let rest = BigInt.asUintN(64, value)
    let out = ''
    for (; rest > 127n; rest >>= 7n) out += ((rest & 127n) | 128n).toString(16)
    return out + rest.toString(16).padStart(2, '0')
  }
  const seconds = (time - nanos) / 1_000_000_000n
  return (seconds === 0n ? '' : `08${varint(seconds)}`) + (nanos === 0n ? '' : `10${varint(nanos)}`)
}

test('time: every nanosecond has the bytes of its seconds and nanoseconds', () => {
  const edges = [ZERO_TIME, -1n, 0n, 1n, 999_999_999n, 2n ** 63n - 1n, 2n ** 63n, LAST]
  const near = fc.bigInt({ min: -10_000_000_000n, max: 2n ** 63n + 10_000_000_000n })
  const time = fc.oneof(near, fc.bigInt({ min: ZERO_TIME, max: LAST }))
  const check = (value: bigint): void => {
    const body = encodeTimestamp(value)
    expect(toHex(body)).toBe(bodyByDivision(value))
    expect(decodeTime(body)).toBe(value)
  }
  for (const edge of edges) check(edge)
  fc.assert(fc.property(time, check), { numRuns: 300 })
})

test('time: is refused outside the years 1 to 9999 when written', () => {
  expect(() => encodeTimestamp(ZERO_TIME - 1n)).toThrow(ProtoError)
  expect(() => encodeTimestamp(LAST + 1n)).toThrow(ProtoError)
})

const paramsOf = (maxAgeDuration: bigint) => ({
  block: { maxBytes: 0n, maxGas: 0n },
  evidence: { maxAgeNumBlocks: 0n, maxAgeDuration, maxBytes: 0n },
  validator: { pubKeyTypes: [] },
  version: { app: 0n },
  abci: { voteExtensionsEnableHeight: 0n },
})

test('duration: survives the wire over all of int64', () => {
  const duration = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(duration, (value) => {
      const decoded = decodeConsensusParams(encodeConsensusParams(paramsOf(value)))
      expect(decoded.evidence.maxAgeDuration).toBe(value)
    }),
  )
})

test('duration: mixed signs and more than int64 are refused', () => {
  const params = (duration: number[]): Uint8Array =>
    Uint8Array.of(0x12, duration.length + 2, 0x12, duration.length, ...duration)
  const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]
  expect(() => decodeConsensusParams(params([0x08, 1, 0x10, ...minusOne]))).toThrow(/mixed signs/)
  expect(() => decodeConsensusParams(params([0x08, ...minusOne, 0x10, 1]))).toThrow(/mixed signs/)
  // 9,223,372,037 seconds: one more than nanoseconds in int64 reach.
  const tooLong = [0x08, 0x85, 0xfa, 0x85, 0xae, 0x22]
  expect(() => decodeConsensusParams(params(tooLong))).toThrow(/out of range/)
})
