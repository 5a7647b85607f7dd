// A run whose every step on the disk is kept, and lives that begin with what a crash left of it.

import { MemoryDisk } from '../../src/host/memory/index.ts'
import type { DiskImage, DiskRecording, FileStep, Keep } from '../../src/host/memory/index.ts'
import { Notebook } from './notebook.ts'
import type { Setting } from './small-world.ts'
import { SmallWorld } from './small-world.ts'

/** One life of the validator: what its disk did, and what it said meanwhile. */
export interface RecordedLife {
  readonly setting: Setting
  readonly recording: DiskRecording
  readonly book: Notebook
  /** Virtual time before each step. */
  readonly timesMs: readonly number[]
}

/** A crash, and how the next life goes. */
export interface Crash {
  /** Steps of the disk that were made. */
  readonly step: number
  readonly keep: Keep
  /** Whether the others send the validator what it said itself. */
  readonly echoes: boolean
}

/** How a life after a crash went. */
export interface Outcome {
  /** What was broken; empty when nothing was. */
  readonly complaints: readonly string[]
  /** The typed error with which the node did not start or stopped; no complaint of itself. */
  readonly refusal: string | null
  /** Rounds that the interrupted height took from the restart on, and the most of a later one. */
  readonly rounds: number
  readonly laterRounds: number
  /** The life itself, when it was asked for. */
  readonly life: RecordedLife | null
}

const DOWN_MS = 100
const FURTHER_HEIGHTS = 2n

/** Runs a validator from an empty disk to a height. */
export async function recordRun(setting: Setting, heights: bigint): Promise<RecordedLife> {
  const timesMs: number[] = []
  const book = new Notebook()
  const disk: MemoryDisk = new MemoryDisk({
    isRecorded: true,
    beforeStep: () => void timesMs.push(world.nowMs),
    delay: (step) => slowly(setting, step),
  })
  const world = new SmallWorld({ setting, disk, book, atMs: 0, echoes: true })
  await world.open()
  await world.until(reached(world, heights), HEIGHT_MS * Number(heights))
  const complaints = [...world.judgeStart(), ...(await world.judgeChain())]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  // Only what was done until now: ending the life syncs what a crash may lose.
  const { recording } = disk
  disk.crash()
  await world.stop()
  return { setting, recording, book, timesMs }
}

/** Starts the validator from what a crash left, and judges what it does. */
export async function crashAndRestart(
  life: RecordedLife,
  crash: Crash,
  options: { readonly isRecorded: boolean } = { isRecorded: false },
): Promise<Outcome> {
  const image = life.recording.imageAfter(crash.step, crash.keep)
  return liveOn(life, crash, image, options)
}

/** The life that begins with an image of a crash. */
export async function liveOn(
  life: RecordedLife,
  { step, echoes }: Omit<Crash, 'keep'>,
  image: DiskImage,
  options: { readonly isRecorded: boolean } = { isRecorded: false },
): Promise<Outcome> {
  const timesMs: number[] = []
  const disk: MemoryDisk = new MemoryDisk(
    {
      ...options,
      beforeStep: () => void timesMs.push(world.nowMs),
      delay: (step) => slowly(life.setting, step),
    },
    image,
  )
  const book = new Notebook(life.book, step)
  const atMs = (life.timesMs[Math.min(step, life.timesMs.length - 1)] ?? 0) + DOWN_MS
  const world = new SmallWorld({ setting: life.setting, disk, book, atMs, echoes })
  const complaints: string[] = []
  let refusal: string | null = null
  let rounds = 0
  let laterRounds = 0
  try {
    await world.open()
    complaints.push(...world.judgeStart())
    const height = world.state?.height ?? 0n
    const round = world.state?.round ?? 0
    await world.until(reached(world, height + FURTHER_HEIGHTS - 1n))
    complaints.push(...(await world.judgeChain()))
    rounds = (book.decided(height)?.round ?? round) - round
    for (let later = height + 1n; later < height + FURTHER_HEIGHTS; later++) {
      laterRounds = Math.max(laterRounds, book.decided(later)?.round ?? 0)
    }
    complaints.push(...errorsOf(world))
  } catch (error) {
    complaints.push(...world.rest.complaints)
    const text = textOf(error)
    if (error instanceof Error && 'code' in error) refusal = text
    else complaints.push(text)
  }
  const { recording } = options.isRecorded ? disk : { recording: null }
  if (recording !== null) disk.crash()
  await world.stop()
  const kept = recording === null ? null : { setting: life.setting, recording, book, timesMs }
  return { complaints, refusal, rounds, laterRounds, life: kept }
}

const SLOW_HOPS = 60

const SLOW_PATH = { log: '/wal/', 'sign-state': 'priv_validator_state' }

/** Lets everything else come first that waits for no time. */
function slowly({ slow }: Setting, { kind, path }: FileStep): Promise<void> | null {
  if (kind !== 'sync' || !path.includes(SLOW_PATH[slow])) return null
  let hops = Promise.resolve()
  for (let i = 0; i < SLOW_HOPS; i++) hops = hops.then(() => undefined)
  return hops
}

/** Errors that the node told its operator of. */
export function errorsOf(world: SmallWorld): string[] {
  return world.logger.lines
    .filter(({ level }) => level === 'error')
    .map(({ message, fields }) => `${message}: ${textOf(fields['error'])}`)
}

const textOf = (error: unknown): string =>
  error instanceof Error ? error.message : JSON.stringify(error ?? '')

const HEIGHT_MS = 5000

/** True once the validator has stored a height; gives it the transactions of each new one. */
export function reached(world: SmallWorld, height: bigint): () => boolean {
  let fed = world.height
  return () => {
    if (world.height >= fed) {
      fed = world.height + 1n
      world.feed(fed)
    }
    return world.height >= height
  }
}
