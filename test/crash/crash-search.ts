// Tries every step of a life as the moment of a crash, each with several remains of what was not
// synced.

import { createHash } from 'node:crypto'
import { EMPTY_BYTES } from '../../src/core/bytes/index.ts'
import { keepDrawn, MemoryRandom } from '../../src/host/memory/index.ts'
import type { DiskImage, Draw, Keep } from '../../src/host/memory/index.ts'
import { liveOn } from './crash-run.ts'
import type { RecordedLife } from './crash-run.ts'

/** What a crash keeps, with a name to find it again. */
export interface Remains {
  readonly name: string
  readonly keep: Keep
}

/** What is tried. */
export interface CrashSearch {
  readonly life: RecordedLife
  /** Steps after which it crashes; all of them unless given. */
  readonly steps?: readonly number[]
  readonly remainsAt: (step: number) => readonly Remains[]
  /** Keys of cases that are known; those of this search are added. */
  readonly seen?: Set<string>
}

/** How a search went. */
export interface CrashTally {
  readonly points: number
  /** Pairs of a point and what is kept. */
  readonly cases: number
  /** Cases that differ: in what is on the disk or in what had been said. */
  readonly restarts: number
  /** Of the processor. */
  readonly ms: number
  /** The first of what was broken, with its point; empty when nothing was. */
  readonly failures: readonly string[]
}

const MAX_FAILURES = 8
/**
 * A proposal that was signed and whose block is not in the log is lost: nobody has seen it, and
 * another for its round is refused. Nothing else costs a round.
 */
const MAX_WASTED_ROUNDS = 1

/** Nothing and everything. */
export const NONE: Remains = { name: 'nothing', keep: () => false }
export const ALL: Remains = { name: 'everything', keep: () => true }

/** Repeatable choices. */
export function drawFrom(seed: number): Draw {
  const random = new MemoryRandom(seed)
  return (below) => new DataView(random.bytes(4).buffer).getUint32(0) % below
}

/** Some part, torn writes among it. */
export function drawn(seed: number): Remains {
  return { name: `what seed ${seed} draws`, keep: keepDrawn(drawFrom(seed)) }
}

/** Restarts from every different image once. */
export async function searchCrashes(search: CrashSearch): Promise<CrashTally> {
  const { life, remainsAt, seen = new Set<string>() } = search
  const { recording, book } = life
  const all = Array.from({ length: recording.steps.length + 1 }, (_, i) => i)
  const known = seen.size
  const failures: string[] = []
  let points = 0
  let cases = 0
  const start = process.cpuUsage()
  for (const step of search.steps ?? all) {
    if (failures.length >= MAX_FAILURES) break
    points++
    const said = book.countAt(step)
    for (const { name, keep } of remainsAt(step)) {
      cases++
      const image = recording.imageAfter(step, keep)
      const key = `${said} ${digestOf(image)}`
      if (seen.has(key)) continue
      seen.add(key)
      const echoes = seen.size % 2 === 0
      const outcome = await liveOn(life, { step, echoes }, image)
      const { complaints, refusal, rounds, laterRounds } = outcome
      const isSlow = rounds > MAX_WASTED_ROUNDS || laterRounds > 0
      const slow = isSlow ? [`rounds wasted: ${rounds}, later ${laterRounds}`] : []
      const refused = refusal === null ? [] : [refusal]
      for (const each of [...complaints, ...refused, ...slow]) {
        failures.push(`${placeOf(life, step)}, ${name} kept${echoes ? '' : ', no echo'}: ${each}`)
      }
    }
  }
  const ms = process.cpuUsage(start).user / 1000
  const restarts = seen.size - known
  return { points, cases, restarts, ms, failures: failures.slice(0, MAX_FAILURES) }
}

/** A line for the log of the tests. */
export function describeTally({ points, cases, restarts, ms }: CrashTally): string {
  const each = (ms / Math.max(1, restarts)).toFixed(1)
  return `${points} points, ${cases} cases, ${restarts} restarts, ${each} ms each`
}

function placeOf({ recording }: RecordedLife, step: number): string {
  const next = recording.steps[step]
  if (next === undefined) return `after the last step`
  return `before step ${step} (${next.kind} of ${next.operation}, ${next.path})`
}

/** Two images with one digest hold the same. */
function digestOf(image: DiskImage): string {
  const hash = createHash('sha256')
  const add = (name: string, bytes: Uint8Array): void => {
    hash.update(`${name} ${bytes.length}\n`).update(bytes)
  }
  for (const path of image.paths) add(path, image.at(path).written.slice())
  for (const store of image.stores) {
    const table = image.table(store)
    for (const key of table.keysIn({ limit: Math.max(1, table.size) })) {
      add(`${store} ${key}`, table.get(key) ?? EMPTY_BYTES)
    }
  }
  return hash.digest('hex')
}
