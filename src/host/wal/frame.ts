// How one record lies in a segment: a header that chains it to the record before, then its bytes.
//
// Header, little endian: checksum u32 (CRC32C of all that follows), length u32, checksum of the
// record before u32, sequence u64, distance u32 (sequence less the last sequence known to be on
// disk when it was written), kind u8. No kind is 0, so reserved zeros are never a record. The
// distance is what tells a torn tail, which was never promised to anybody, from damage to records
// that were.

import { crc32c, freshBytes } from '../../core/bytes/index.ts'
import { RangeChecksums } from './range-checksums.ts'

/** What a record is for. */
export const FrameKind = { segmentStart: 1, input: 2, endOfHeight: 3 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

/** Bytes before the payload. */
export const FRAME_HEADER_BYTES = 25
/** The largest payload: a block of 100 MiB with room around it. */
export const MAX_RECORD_BYTES: number = 101 * 1024 * 1024

const CHECKSUM = 0
const LENGTH = 4
const PREVIOUS = 8
const SEQUENCE = 12
const DISTANCE = 20
const KIND = 24
const MAX_DISTANCE = 2 ** 32 - 1

/** Where the log stands: what the next record continues. */
export interface Chain {
  /** Sequence of the next record; the first of a log is 1. */
  readonly sequence: number
  /** Checksum of the last record, 0 before the first. */
  readonly previous: number
}

/** A record as read, its payload a view. */
export interface Frame {
  readonly kind: FrameKind
  readonly sequence: number
  readonly previous: number
  readonly checksum: number
  /** Last sequence that was on disk when this record was written. */
  readonly durable: number
  readonly payload: Uint8Array
  /** Bytes of header and payload. */
  readonly size: number
}

/** A record to be written. */
export interface NewFrame {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

/**
 * The bytes of records one behind the other, and the chain after them; `durable` is the last
 * sequence that is on disk.
 */
export function encodeFrames(
  frames: readonly NewFrame[],
  before: Chain,
  durable: number,
): { readonly bytes: Uint8Array; readonly chain: Chain } {
  let size = 0
  for (const { payload } of frames) size += FRAME_HEADER_BYTES + payload.length
  const bytes = freshBytes(size)
  let chain = before
  let at = 0
  for (const frame of frames) {
    const end = at + FRAME_HEADER_BYTES + frame.payload.length
    chain = writeFrame(bytes.subarray(at, end), frame, chain, durable)
    at = end
  }
  return { bytes, chain }
}

function writeFrame(
  target: Uint8Array,
  { kind, payload }: NewFrame,
  { sequence, previous }: Chain,
  durable: number,
): Chain {
  const view = new DataView(target.buffer, target.byteOffset, FRAME_HEADER_BYTES)
  view.setUint32(LENGTH, payload.length, true)
  view.setUint32(PREVIOUS, previous, true)
  view.setBigUint64(SEQUENCE, BigInt(sequence), true)
  view.setUint32(DISTANCE, Math.min(sequence - durable, MAX_DISTANCE), true)
  view.setUint8(KIND, kind)
  target.set(payload, FRAME_HEADER_BYTES)
  const checksum = crc32c(target.subarray(LENGTH))
  view.setUint32(CHECKSUM, checksum, true)
  return { sequence: sequence + 1, previous: checksum }
}

/**
 * The record at an offset, or why there is none. Says nothing about the chain. `checksums` are
 * those of `bytes`, for who tries many offsets.
 */
export function decodeFrame(
  bytes: Uint8Array,
  offset: number,
  checksums: RangeChecksums = new RangeChecksums(bytes),
): Frame | string {
  const left = bytes.length - offset
  if (left < FRAME_HEADER_BYTES) return 'the record is cut off in its header'
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FRAME_HEADER_BYTES)
  const kind = view.getUint8(KIND)
  if (!isFrameKind(kind)) return `the record is of unknown kind ${kind}`
  const length = view.getUint32(LENGTH, true)
  if (length > MAX_RECORD_BYTES) return `a record of ${length} bytes is over the limit`
  const size = FRAME_HEADER_BYTES + length
  if (left < size) return `the record is cut off after ${left} of ${size} bytes`
  const checksum = view.getUint32(CHECKSUM, true)
  if (checksums.of(offset + LENGTH, offset + size) !== checksum) {
    return 'the checksum does not fit the record'
  }
  const sequence = Number(view.getBigUint64(SEQUENCE, true))
  const durable = sequence - view.getUint32(DISTANCE, true)
  if (!Number.isSafeInteger(sequence) || durable < 0) {
    return `the record has the impossible sequence ${sequence}`
  }
  return {
    kind,
    sequence,
    previous: view.getUint32(PREVIOUS, true),
    checksum,
    durable,
    payload: bytes.subarray(offset + FRAME_HEADER_BYTES, offset + size),
    size,
  }
}

function isFrameKind(kind: number): kind is FrameKind {
  return kind >= FrameKind.segmentStart && kind <= FrameKind.endOfHeight
}
