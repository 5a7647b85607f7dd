// Reads a whole log without changing it and judges its end: whole, torn where nothing was promised,
// or corrupt.

import type { Files } from '../ports/index.ts'
import { WalError } from './errors.ts'
import type { Chain, Frame } from './frame.ts'
import { FrameKind } from './frame.ts'
import type { SegmentReading } from './segment.ts'
import {
  decodeHeight,
  endOfContent,
  laterRecords,
  readSegment,
  segmentName,
  segmentNumber,
} from './segment.ts'

/** One segment as read. */
export interface ReadSegment {
  readonly number: number
  readonly file: string
  readonly frames: readonly Frame[]
  /** Byte behind the last good record. */
  readonly end: number
  /** Heights whose end is marked in this segment, in order. */
  readonly endedHeights: readonly bigint[]
}

/** A tail that was being written when the machine stopped; nobody was promised any of it. */
export interface TornTail {
  readonly file: string
  readonly offset: number
  readonly reason: string
  /** The bytes to cut off, trailing zeros left out. */
  readonly bytes: Uint8Array
  /** Whole records among them, behind the first bad one. */
  readonly records: number
}

/** A log that can be gone on with. */
export interface LogReading {
  readonly segments: readonly ReadSegment[]
  readonly chain: Chain
  readonly torn: TornTail | null
}

/**
 * Reads all segments in a directory; a missing or empty one is a log without segments.
 * @throws WalError `WAL_CORRUPT` when records are damaged or missing that were on disk once.
 */
export async function readLog(files: Files, directory: string): Promise<LogReading> {
  const numbers = (await files.list(directory))
    .map(segmentNumber)
    .filter((number) => number !== null)
    .toSorted((a, b) => a - b)
  const segments: ReadSegment[] = []
  let chain: Chain | null = null
  let torn: TornTail | null = null
  for (const [index, number] of numbers.entries()) {
    const file = `${directory}/${segmentName(number)}`
    const corrupt = (reason: string, offset?: number): WalError =>
      corruptError({ directory, file, reason, offset, ended: lastEnded(segments) })
    if (index > 0 && number !== (numbers[index - 1] as number) + 1) {
      throw corrupt(`segment ${number - 1} before it is missing`)
    }
    const bytes = (await files.readFile(file)) ?? new Uint8Array(0)
    const reading = readSegment(bytes, number, chain)
    const isLast = index === numbers.length - 1
    segments.push(describe(number, file, reading))
    torn = judgeEnd({ file, bytes, reading, isLast, corrupt })
    chain = reading.chain
  }
  return { segments, chain: chain ?? { sequence: 1, previous: 0 }, torn }
}

interface SegmentEnd {
  readonly file: string
  readonly bytes: Uint8Array
  readonly reading: SegmentReading
  readonly isLast: boolean
  readonly corrupt: (reason: string, offset: number) => WalError
}

function judgeEnd({ file, bytes, reading, isLast, corrupt }: SegmentEnd): TornTail | null {
  const { end, damage, chain, frames } = reading
  if (!isLast) {
    // The next segment was begun only when this one was on disk to its end.
    if (damage !== null) throw corrupt(damage, end)
    if (frames.length === 0) throw corrupt('the segment is empty', 0)
    return null
  }
  if (damage === null) return null
  const later = laterRecords(bytes, end)
  if (later.count > 0 && later.durable >= chain.sequence) {
    throw corrupt(`${damage}, but record ${chain.sequence} was on disk`, end)
  }
  const dropped = bytes.subarray(end, endOfContent(bytes, end))
  return { file, offset: end, reason: damage, bytes: dropped, records: later.count }
}

function describe(number: number, file: string, reading: SegmentReading): ReadSegment {
  const endedHeights = reading.frames
    .filter((frame) => frame.kind === FrameKind.endOfHeight)
    .map((frame) => decodeHeight(frame.payload))
  return { number, file, frames: reading.frames, end: reading.end, endedHeights }
}

function lastEnded(segments: readonly ReadSegment[]): bigint | null {
  for (const { endedHeights } of segments.toReversed()) {
    const height = endedHeights.at(-1)
    if (height !== undefined) return height
  }
  return null
}

interface Corruption {
  readonly directory: string
  readonly file: string
  readonly reason: string
  readonly offset: number | undefined
  readonly ended: bigint | null
}

/**
 * The cure is honest about the price: the lock of the height in progress is in the log and nowhere
 * else.
 */
function corruptError({ directory, file, reason, offset, ended }: Corruption): WalError {
  const past = ended === null ? 'the height this node was at' : `height ${ended + 1n}`
  const cure =
    `keep a copy, then move ${directory} away and start again once the network is past ${past}: ` +
    'blocks and sign state are kept elsewhere, only what this node was locked on is lost with it'
  const details = offset === undefined ? { file, reason, cure } : { file, offset, reason, cure }
  return new WalError('WAL_CORRUPT', details)
}
