// Times and durations as protobuf's seconds and nanoseconds.

import type { Time } from '../bytes/index.ts'
import { highHalf, joinSigned, lowHalf, split } from './halves.ts'
import { ProtoError } from './proto-error.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const NANOS = 1_000_000_000
const NANOS_WIDE = 1_000_000_000n
/** Year 1 and year 10000 in seconds: times outside are refused, as by Go's protobuf. */
const MIN_SECONDS = -62_135_596_800
const MAX_SECONDS = 253_402_300_800
/** Ten thousand years in seconds, protobuf's limit of a duration. */
const MAX_DURATION_SECONDS = 315_576_000_000
const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
/** Seconds from 1970 up to which nanoseconds fit 63 bits, and so need no bigint arithmetic. */
const FAST_SECONDS = 9_223_372_036
const MIN_TIME = BigInt(MIN_SECONDS) * NANOS_WIDE
const MAX_TIME = BigInt(MAX_SECONDS) * NANOS_WIDE

/** Seconds and nanoseconds of the pair read last: two numbers without an object for each time. */
let seconds = 0
let nanos = 0

function readPair(reader: Reader): void {
  seconds = 0
  nanos = 0
  const outer = reader.open()
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) seconds = reader.int64AsNumber()
    else if (tag === 0x10) nanos = reader.int32()
    else reader.skip(tag, 2)
  }
  reader.close(outer)
}

/** Reads a time; a message given twice replaces the first, it does not merge with it. */
export function readTime(reader: Reader): Time {
  readPair(reader)
  if (seconds < MIN_SECONDS || seconds >= MAX_SECONDS) {
    throw reader.fail('PROTO_TIME', 'time before year 1 or after year 9999')
  }
  if (nanos < 0 || nanos >= NANOS) throw reader.fail('PROTO_TIME', 'nanoseconds out of range')
  if (seconds < 0 || seconds >= FAST_SECONDS) return BigInt(seconds) * NANOS_WIDE + BigInt(nanos)
  // seconds * 10^9 + nanos in two halves; every intermediate stays below 2^53.
  const upper = Math.floor(seconds / 65_536) * NANOS
  const lower = (seconds % 65_536) * NANOS + nanos + (upper % 65_536) * 65_536
  return joinSigned(
    lower % 4_294_967_296,
    Math.floor(upper / 65_536) + Math.floor(lower / 4_294_967_296),
  )
}

/** Splits a time into `seconds` and `nanos`. */
function splitTime(time: Time): void {
  if (time < 0n || time > INT64_MAX) {
    const rest = Number(time % NANOS_WIDE)
    nanos = rest < 0 ? rest + NANOS : rest
    seconds = Number((time - BigInt(nanos)) / NANOS_WIDE)
    return
  }
  // Long division by 10^9 with digits of 16 bits; every intermediate stays below 2^53.
  split(time)
  const low = lowHalf()
  const high = highHalf()
  const first = Math.floor(high / NANOS)
  const middle = (high % NANOS) * 65_536 + (low >>> 16)
  const second = Math.floor(middle / NANOS)
  const last = (middle % NANOS) * 65_536 + (low & 65_535)
  const third = Math.floor(last / NANOS)
  nanos = last % NANOS
  seconds = first * 4_294_967_296 + second * 65_536 + third
}

function writeTimeBody(writer: Writer, time: Time): void {
  if (time < MIN_TIME || time >= MAX_TIME) {
    throw new ProtoError('PROTO_TIME', 'time before year 1 or after year 9999', 0)
  }
  splitTime(time)
  writer.int32(0x10, nanos)
  writer.int64FromNumber(0x08, seconds)
}

/**
 * Writes a time, the zero time included: it is never left out.
 * @throws ProtoError when it lies outside the years 1 to 9999.
 */
export function writeTime(writer: Writer, tag: number, time: Time): void {
  writer.message(tag, writeTimeBody, time)
}

/** google.protobuf.Timestamp alone, a leaf of the header hash. */
export function encodeTimestamp(time: Time): Uint8Array {
  return encodeMessage(writeTimeBody, time)
}

/** Reads a duration in nanoseconds; what Go's time.Duration cannot hold is refused. */
export function readDuration(reader: Reader): bigint {
  readPair(reader)
  if (Math.abs(seconds) > MAX_DURATION_SECONDS || Math.abs(nanos) >= NANOS) {
    throw reader.fail('PROTO_TIME', 'duration out of range')
  }
  if ((seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) {
    throw reader.fail('PROTO_TIME', 'duration of mixed signs')
  }
  const duration = BigInt(seconds) * NANOS_WIDE + BigInt(nanos)
  if (duration > INT64_MAX || duration < INT64_MIN) {
    throw reader.fail('PROTO_TIME', 'duration out of range')
  }
  return duration
}

function writeDurationBody(writer: Writer, duration: bigint): void {
  writer.int64(0x10, duration % NANOS_WIDE)
  writer.int64(0x08, duration / NANOS_WIDE)
}

/**
 * Writes a duration in nanoseconds; seconds and nanoseconds have its sign, zero is not left out.
 */
export function writeDuration(writer: Writer, tag: number, duration: bigint): void {
  writer.message(tag, writeDurationBody, duration)
}
