// The write-ahead log: appended in order, made durable for many callers by one sync.

import type { AppendFile, Files, Logger } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { WalError } from './errors.ts'
import type { Chain, NewFrame } from './frame.ts'
import { encodeFrames, FrameKind, MAX_RECORD_BYTES } from './frame.ts'
import type { LogReading } from './log-reading.ts'
import { readLog } from './log-reading.ts'
import { decodeHeight, encodeHeight, makeSegmentStart, segmentName } from './segment.ts'

const MIB = 1024 * 1024

/** What a log is made of. */
export interface WalOptions {
  readonly files: Files
  /** The directory of the log, made when missing; nothing else may be in it. */
  readonly path: string
  readonly logger: Logger
  /** A new segment begins once one has this many bytes; 10 MiB when absent. */
  readonly segmentBytes?: number
  /**
   * Room kept filled with zeros ahead of the records, so that a sync need not write the file's
   * length too; 1 MiB.
   */
  readonly reserveBytes?: number
}

/** Unwritten records beyond this are handed to the system without waiting for a sync. */
const MAX_BUFFERED_BYTES = 256 * 1024
/**
 * A disk that is this far behind counts as failed: the records waiting for it would fill the
 * memory.
 */
const MAX_UNWRITTEN_BYTES = 512 * MIB

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: WalError) => void
}

/** An end-of-height marker and the segment it is in. */
interface Marker {
  readonly height: bigint
  readonly segment: number
}

/**
 * Records go to a buffer, from there in order to the newest segment. All work on files is done by
 * one loop, so that it has one order: write what is buffered, sync when somebody waits, then
 * rotate, prune and reserve beside the waiters.
 */
export class WriteAheadLog {
  readonly #options: Required<WalOptions>
  #file: AppendFile
  #segment: number
  #oldest: number
  #reservedTo = 0
  /** What the next record written continues. */
  #chain: Chain
  /** Last sequence known to be on disk. */
  #durable: number
  #buffer: NewFrame[] = []
  #bufferedBytes = 0
  #waiters: Waiter[] = []
  /** The last two ends of height; older segments than the older one's can go. */
  #markers: readonly Marker[]
  /** The loop is running; a promise's end would be known a turn too late. */
  #busy = false
  #working: Promise<void> = Promise.resolve()
  /** What opening has read, until the first record is appended. */
  #reading: LogReading | null
  #failure: WalError | null = null
  #closed = false

  private constructor(options: Required<WalOptions>, file: AppendFile, reading: LogReading) {
    this.#options = options
    this.#file = file
    this.#reading = reading
    this.#segment = reading.segments.at(-1)?.number ?? 1
    this.#oldest = reading.segments[0]?.number ?? 1
    this.#chain = reading.chain
    this.#durable = reading.chain.sequence - 1
    this.#markers = reading.segments
      .flatMap(({ number, endedHeights }) =>
        endedHeights.map((height) => ({ height, segment: number })),
      )
      .slice(-2)
  }

  /**
   * Opens a log or begins one. A torn tail is cut off, kept beside the segment as `*.dropped` and
   * reported as a warning; it can only hold records that no `sync` had covered.
   * @throws WalError `WAL_CORRUPT` when records are damaged that were on disk once: nothing is
   * changed then.
   */
  static async open(options: WalOptions): Promise<WriteAheadLog> {
    const { files, path, logger } = options
    const segmentBytes = options.segmentBytes ?? 10 * MIB
    const reserveBytes = options.reserveBytes ?? MIB
    await files.makeDirectory(path)
    const reading = await readLog(files, path)
    if (reading.torn !== null) await keepDropped(options, reading)
    const last = reading.segments.at(-1)
    const file = await files.openAppend(`${path}/${segmentName(last?.number ?? 1)}`)
    const end = last?.end ?? 0
    if (file.size > end) await file.truncate(end)
    const all = { files, path, logger, segmentBytes, reserveBytes }
    const log = new WriteAheadLog(all, file, reading)
    if (end === 0) await log.#startSegment()
    await log.#reserve()
    return log
  }

  /**
   * Appends a record. It reaches the disk in order, at the latest with the next `sync`. Throws when
   * the log has failed.
   */
  append(record: Uint8Array): void {
    this.#put(FrameKind.input, record)
  }

  /**
   * Marks the end of a height: records before it are not needed any more once the next height is
   * over too.
   */
  endHeight(height: bigint): void {
    this.#put(FrameKind.endOfHeight, encodeHeight(height))
  }

  /** Resolves when everything appended before is on disk. Callers of one moment share one sync. */
  sync(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#buffer.length === 0 && this.#durable === this.#chain.sequence - 1) {
      return Promise.resolve()
    }
    if (this.#closed) return Promise.reject(this.#closedError())
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }))
    this.#work()
    return done
  }

  /**
   * The records after the last end-of-height marker of `height`, markers left out. When the log has
   * no marker at all (its first height is not over): all records. Null when it has markers, but not
   * this one.
   */
  async readSince(height: bigint): Promise<Uint8Array[] | null> {
    await this.#idle()
    const { files, path } = this.#options
    const { segments } = this.#reading ?? (await readLog(files, path))
    const frames = segments.flatMap((segment) => segment.frames)
    const isEnd = (frame: (typeof frames)[number]): boolean => frame.kind === FrameKind.endOfHeight
    const from = frames.findLastIndex((f) => isEnd(f) && decodeHeight(f.payload) === height)
    if (from < 0 && frames.some(isEnd)) return null
    return frames
      .slice(from + 1)
      .filter((frame) => frame.kind === FrameKind.input)
      .map((frame) => frame.payload)
  }

  /** Makes everything durable and lets go of the file. Closing twice is fine. */
  async close(): Promise<void> {
    if (this.#closed) return
    const synced = this.sync()
    this.#closed = true
    try {
      await synced
    } finally {
      await this.#working
      await this.#file.close()
    }
  }

  #put(kind: 2 | 3, payload: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure
    if (this.#closed) throw this.#closedError()
    if (payload.length > MAX_RECORD_BYTES) {
      const reason = `a record of ${payload.length} bytes is over the limit of ${MAX_RECORD_BYTES}`
      const cure = 'this is a bug, please report it'
      throw new WalError('WAL_RECORD_TOO_LARGE', { file: this.#options.path, reason, cure })
    }
    if (this.#bufferedBytes > MAX_UNWRITTEN_BYTES) throw this.#fail('the disk does not keep up')
    this.#reading = null
    this.#buffer.push({ kind, payload })
    this.#bufferedBytes += payload.length
    if (this.#bufferedBytes >= MAX_BUFFERED_BYTES) this.#work()
  }

  #work(): void {
    if (this.#busy || this.#failure !== null) return
    this.#busy = true
    this.#working = this.#loop()
  }

  /** Never rejects: a failure is kept and given to everybody who waits now or asks later. */
  async #loop(): Promise<void> {
    try {
      while (this.#waiters.length > 0 || this.#bufferedBytes >= MAX_BUFFERED_BYTES) {
        await this.#round()
        await this.#tidy()
      }
    } catch (cause) {
      this.#fail(cause)
    } finally {
      // In the same turn as the last look at the waiters, or one that comes in between is never
      // served.
      this.#busy = false
    }
  }

  /**
   * Write and sync are asked for at once: the file keeps their order, and no turn of the loop is
   * lost.
   */
  async #round(): Promise<void> {
    const written = this.#write()
    const upTo = this.#chain.sequence - 1
    const waiters = this.#waiters
    if (waiters.length === 0) return written
    this.#waiters = []
    try {
      await Promise.all([written, this.#file.sync()])
    } catch (cause) {
      const failure = this.#fail(cause)
      for (const waiter of waiters) waiter.reject(failure)
      throw failure
    }
    this.#durable = upTo
    for (const waiter of waiters) waiter.resolve()
  }

  /**
   * Records are chained here and not when appended: a new segment's start has to come before what
   * waits meanwhile.
   */
  #write(): Promise<void> {
    const frames = this.#buffer
    if (frames.length === 0) return Promise.resolve()
    this.#buffer = []
    this.#bufferedBytes = 0
    const ended = frames
      .filter(({ kind }) => kind === FrameKind.endOfHeight)
      .map(({ payload }) => ({ height: decodeHeight(payload), segment: this.#segment }))
    this.#markers = [...this.#markers, ...ended].slice(-2)
    const { bytes, chain } = encodeFrames(frames, this.#chain, this.#durable)
    this.#chain = chain
    return this.#file.append(bytes)
  }

  /** What need not be done before a waiter goes on. */
  async #tidy(): Promise<void> {
    if (this.#file.size >= this.#options.segmentBytes) await this.#rotate()
    const keep = this.#markers.length < 2 ? this.#oldest : (this.#markers[0] as Marker).segment
    for (; this.#oldest < keep; this.#oldest++) {
      await this.#options.files.remove(this.#pathOf(this.#oldest))
    }
    if (this.#reservedTo - this.#file.size < this.#options.reserveBytes / 4) await this.#reserve()
  }

  /**
   * The old segment is whole on disk before the new one exists: damage in it can then never be a
   * torn tail.
   */
  async #rotate(): Promise<void> {
    const upTo = this.#chain.sequence - 1
    await this.#file.sync()
    this.#durable = upTo
    await this.#file.close()
    this.#segment++
    this.#file = await this.#options.files.openAppend(this.#pathOf(this.#segment))
    this.#reservedTo = 0
    await this.#startSegment()
  }

  async #startSegment(): Promise<void> {
    const start = [makeSegmentStart(this.#segment)]
    const { bytes, chain } = encodeFrames(start, this.#chain, this.#durable)
    this.#chain = chain
    await this.#file.append(bytes)
  }

  async #reserve(): Promise<void> {
    const { reserveBytes } = this.#options
    if (reserveBytes === 0) return
    await this.#file.reserve(reserveBytes)
    this.#reservedTo = this.#file.size + reserveBytes
  }

  async #idle(): Promise<void> {
    await this.#working
    if (this.#failure !== null) throw this.#failure
    try {
      await this.#write()
    } catch (cause) {
      throw this.#fail(cause)
    }
  }

  #fail(cause: unknown): WalError {
    if (this.#failure !== null) return this.#failure
    const reason = reasonOf(cause)
    const cure = 'make the disk writable and start again: nothing that was sent is lost'
    const file = this.#pathOf(this.#segment)
    this.#failure = new WalError('WAL_WRITE_FAILED', { file, reason, cure }, cause)
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure)
    return this.#failure
  }

  #closedError(): WalError {
    const details = { file: this.#options.path, reason: 'the log is closed', cure: 'open it again' }
    return new WalError('WAL_CLOSED', details)
  }

  #pathOf(segment: number): string {
    return `${this.#options.path}/${segmentName(segment)}`
  }
}

async function keepDropped({ files, logger }: WalOptions, reading: LogReading): Promise<void> {
  const { torn } = reading
  if (torn === null) return
  const { file, offset, reason, records } = torn
  const kept = `${file}.dropped`
  await files.writeFileDurable(kept, torn.bytes, { mode: 0o600 })
  logger.warn('torn tail of the write-ahead log cut off', {
    file,
    offset,
    droppedBytes: torn.bytes.length,
    droppedRecords: records,
    reason,
    kept,
  })
}

/** The file stands in the log's own error already. */
function reasonOf(cause: unknown): string {
  if (cause instanceof PortError) {
    return `${cause.details.operation} failed: ${cause.details.reason}`
  }
  return cause instanceof Error ? cause.message : String(cause)
}
