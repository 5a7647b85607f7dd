// One segment file: its name, its first record, and a reading of it that says where and how it
// ends.

import type { Chain, Frame, NewFrame } from './frame.ts'
import { decodeFrame, FrameKind } from './frame.ts'
import { RangeChecksums } from './range-checksums.ts'

const NAME = /^segment-(\d{10})\.log$/
const FORMAT_VERSION = 1
const START_BYTES = 9

/** The file name of a segment. */
export function segmentName(number: number): string {
  return `segment-${String(number).padStart(10, '0')}.log`
}

/** The number in a segment's file name, or null for another file. */
export function segmentNumber(name: string): number | null {
  const found = NAME.exec(name)
  return found === null ? null : Number(found[1])
}

/** The first record of a segment: format version and segment number. */
export function makeSegmentStart(number: number): NewFrame {
  const payload = new Uint8Array(START_BYTES)
  const view = new DataView(payload.buffer)
  view.setUint8(0, FORMAT_VERSION)
  view.setBigUint64(1, BigInt(number), true)
  return { kind: FrameKind.segmentStart, payload }
}

/** The payload of an end-of-height marker. */
export function encodeHeight(height: bigint): Uint8Array {
  const payload = new Uint8Array(8)
  new DataView(payload.buffer).setBigInt64(0, height, true)
  return payload
}

/** The height of an end-of-height marker. */
export function decodeHeight(payload: Uint8Array): bigint {
  return new DataView(payload.buffer, payload.byteOffset, payload.length).getBigInt64(0, true)
}

/** A segment as far as it can be read. */
export interface SegmentReading {
  /** Good records in order, the segment's start first. */
  readonly frames: readonly Frame[]
  /** Byte behind the last good record. */
  readonly end: number
  readonly chain: Chain
  /** Why the bytes behind `end` are not the next record; null when there are none but zeros. */
  readonly damage: string | null
}

/** Reads a segment that continues `chain`; the oldest segment kept has no chain to continue. */
export function readSegment(
  bytes: Uint8Array,
  number: number,
  before: Chain | null,
): SegmentReading {
  const frames: Frame[] = []
  let chain = before
  let end = 0
  let damage: string | null = null
  while (!isZeroFrom(bytes, end)) {
    const frame = decodeFrame(bytes, end)
    damage = typeof frame === 'string' ? frame : misfit(frame, frames.length === 0, chain, number)
    if (damage !== null || typeof frame === 'string') break
    frames.push(frame)
    chain = { sequence: frame.sequence + 1, previous: frame.checksum }
    end += frame.size
  }
  return { frames, end, chain: chain ?? { sequence: 1, previous: 0 }, damage }
}

/**
 * The highest sequence that any good record behind `offset` knew to be on disk, and how many such
 * records there are. Walks byte by byte, since the length of a bad record cannot be believed.
 */
export function laterRecords(
  bytes: Uint8Array,
  offset: number,
): { readonly count: number; readonly durable: number } {
  let count = 0
  let durable = 0
  const checksums = new RangeChecksums(bytes)
  // No record begins among the zeros of the reserved room.
  const stop = endOfContent(bytes, offset)
  for (let at = offset + 1; at < stop;) {
    const frame = decodeFrame(bytes, at, checksums)
    if (typeof frame === 'string') {
      at++
      continue
    }
    count++
    durable = Math.max(durable, frame.durable)
    at += frame.size
  }
  return { count, durable }
}

/** Byte behind the last one that is not zero, at least `from`. */
export function endOfContent(bytes: Uint8Array, from: number): number {
  let end = bytes.length
  while (end > from && bytes[end - 1] === 0) end--
  return end
}

/**
 * A record in the wrong place: duplicated, reordered, misdirected, or of another life of the log.
 */
function misfit(frame: Frame, first: boolean, chain: Chain | null, number: number): string | null {
  if (chain !== null && frame.sequence !== chain.sequence) {
    return `record ${frame.sequence} stands where ${chain.sequence} is expected`
  }
  if (chain !== null && frame.previous !== chain.previous) {
    return `record ${frame.sequence} does not continue the record before it`
  }
  if ((frame.kind === FrameKind.segmentStart) !== first) {
    return first ? 'the segment has no start' : 'a segment starts within another'
  }
  if (first) return startMisfit(frame.payload, number)
  if (frame.kind === FrameKind.endOfHeight && frame.payload.length !== 8) {
    return `an end-of-height marker of ${frame.payload.length} bytes`
  }
  return null
}

function startMisfit(payload: Uint8Array, number: number): string | null {
  if (payload.length !== START_BYTES) return `a segment start of ${payload.length} bytes`
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const version = view.getUint8(0)
  if (version !== FORMAT_VERSION) return `format version ${version} is not known here`
  const found = Number(view.getBigUint64(1, true))
  return found === number ? null : `the content is that of segment ${found}`
}

/**
 * Zeros up to the end: reserved room. Where a record begins the first byte nearly always says no.
 */
function isZeroFrom(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}
