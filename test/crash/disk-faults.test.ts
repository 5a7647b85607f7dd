// A disk that fails or is full at any step stops the validator before it says anything that it
// could forget, and what is left can be started again.

import { describe, expect, test } from 'vitest'
import { failFrom, failStep, fullDisk, MemoryDisk } from '../../src/host/memory/index.ts'
import type { FileStep, StepFault } from '../../src/host/memory/index.ts'
import { liveOn, recordRun } from './crash-run.ts'
import type { RecordedLife } from './crash-run.ts'
import { ALL, drawn, NONE } from './crash-search.ts'
import { Notebook } from './notebook.ts'
import { ALONE, ONE_OF_FOUR } from './settings.ts'
import type { Setting } from './small-world.ts'
import { SmallWorld } from './small-world.ts'

const FAULTS: readonly { readonly name: string; readonly at: (step: number) => StepFault }[] = [
  { name: 'one failure (EIO)', at: failStep },
  { name: 'nothing but failures (EIO) from then on', at: failFrom },
  { name: 'no space (ENOSPC) from then on', at: fullDisk },
]
/** Where the lives begin that meet a fault, in steps of the recorded run; the first is fresh. */
const STARTS = [0, 101]
const HEIGHTS = 2n
const LIMIT_MS = 30_000

/** What a life with a fault came to. */
interface Faulty {
  readonly life: RecordedLife
  readonly hasFailed: boolean
  readonly complaints: readonly string[]
}

/** Lives until the node stops of itself, or has not met the fault. */
async function liveWith(life: RecordedLife, start: number, fault: StepFault): Promise<Faulty> {
  const timesMs: number[] = []
  let failed: FileStep | null = null
  const disk: MemoryDisk = new MemoryDisk(
    {
      isRecorded: true,
      beforeStep: (step) => {
        timesMs.push(world.nowMs)
        try {
          fault(step)
        } catch (error) {
          failed = step
          throw error
        }
      },
    },
    life.recording.imageAfter(start, ALL.keep),
  )
  const book = new Notebook(life.book, start)
  const atMs = (life.timesMs[start] ?? 0) + 100
  const world = new SmallWorld({ setting: life.setting, disk, book, atMs, echoes: true })
  const complaints: string[] = []
  const opened = await world.open().catch((error: unknown) => error)
  if (opened === undefined) {
    const target = world.height + HEIGHTS
    await world
      .until(() => world.halted !== null || world.height >= target, LIMIT_MS)
      .catch((error: unknown) => complaints.push(String(error)))
    if (mustStop(failed) && world.halted === null) complaints.push('went on')
  }
  const reason = opened ?? world.halted
  if (
    reason !== null &&
    !(reason instanceof Error && hasCode(reason) && /injected/.test(reason.message))
  ) {
    const text = reason instanceof Error ? reason.message : JSON.stringify(reason)
    complaints.push(`stopped without a clear reason: ${text}`)
  }
  const said = book.countAt(Infinity)
  await world.settle()
  if (world.halted !== null && book.countAt(Infinity) > said) complaints.push('spoke afterwards')
  complaints.push(...world.rest.complaints)
  const { recording } = disk
  disk.crash()
  await world.stop()
  return {
    life: { setting: life.setting, recording, book, timesMs },
    hasFailed: failed !== null,
    complaints,
  }
}

const hasCode = (error: Error): boolean => 'code' in error && typeof error.code === 'string'

/** An unsynced batch of the blocks is the pruning's, which is done again another time. */
const mustStop = (failed: FileStep | null): boolean =>
  failed !== null && !(failed.kind === 'batch' && failed.path === 'blocks')

async function tryFaults(
  life: RecordedLife,
  faultAt: (step: number) => StepFault,
): Promise<{ readonly cases: number; readonly failures: string[] }> {
  const failures: string[] = []
  let cases = 0
  for (const start of STARTS) {
    for (let step = 0; ; step++) {
      const faulty = await liveWith(life, start, faultAt(step))
      if (!faulty.hasFailed) break
      cases++
      const at = faulty.life.recording.steps.length
      // There is space again, or another disk: whatever is left of this one will do.
      const remains = [NONE, ALL, drawn(step)][step % 3] ?? NONE
      const image = faulty.life.recording.imageAfter(at, remains.keep)
      const after = await liveOn(faulty.life, { step: at, echoes: true }, image)
      const refused = after.refusal === null ? [] : [after.refusal]
      for (const each of [...faulty.complaints, ...after.complaints, ...refused]) {
        failures.push(`from ${start}, fault at ${step}, ${remains.name} kept: ${each}`)
      }
    }
  }
  return { cases, failures }
}

describe.each([ALONE, ONE_OF_FOUR])('a failing disk of $name', (setting: Setting) => {
  test.each(FAULTS)(
    'disk: with $name at any step the node stops and can go on',
    async ({ at }) => {
      const life = await recordRun(setting, 5n)
      const { cases, failures } = await tryFaults(life, at)
      process.stdout.write(`${setting.name}: ${cases} faults\n`)
      expect(failures).toEqual([])
      expect(cases).toBeGreaterThan(90)
    },
    120_000,
  )
})
