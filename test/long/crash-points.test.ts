// Every crash point with many parts of what was not synced, all of them where they are few.

import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Keep } from '../../src/host/memory/index.ts'
import { recordRun } from '../crash/crash-run.ts'
import type { RecordedLife } from '../crash/crash-run.ts'
import { describeTally, drawn, searchCrashes } from '../crash/crash-search.ts'
import type { Remains } from '../crash/crash-search.ts'
import { ALONE, ONE_OF_FOUR } from '../crash/settings.ts'
import { longFactor, timeLeftMs } from '../search/depth.ts'

const HEIGHTS = 20n
/** Parts of what was not synced, for each point. */
const PARTS = Math.min(64, Math.ceil(64 * (longFactor ?? 1)))
const FEW_CHANGES = 6
const seed = Number(process.env['QUADRILLE_SEED'] ?? randomInt(2 ** 31))
/** Torn writes are drawn beside whole ones. */
const TORN = 8

/** All parts of few changes, drawn ones of many. */
function partsAt(life: RecordedLife, step: number): Remains[] {
  const count = life.recording.unsyncedAfter(step).length
  const draw = (i: number): Remains => drawn(seed + 1000 * i + step)
  const torn = Array.from({ length: Math.min(TORN, PARTS) }, (_, i) => draw(i))
  if (count > FEW_CHANGES) {
    return [...torn, ...Array.from({ length: PARTS }, (_, i) => draw(TORN + i))]
  }
  const whole = Array.from({ length: Math.min(PARTS, 2 ** count) }, (_, bits): Remains => {
    const keep: Keep = (_change, index) => ((bits >> index) & 1) === 1
    return { name: `changes ${bits.toString(2)}`, keep }
  })
  return [...whole, ...torn]
}

describe.each([ALONE, ONE_OF_FOUR])('a crash of $name, for long', (setting) => {
  test(`crash: up to ${PARTS} parts of what was unsynced (QUADRILLE_SEED=${seed})`, async () => {
    const life = await recordRun(setting, HEIGHTS)
    const tally = await searchCrashes({
      life,
      remainsAt: (step) => partsAt(life, step),
      isOver: () => timeLeftMs() < 1000,
    })
    process.stdout.write(`${setting.name}: ${describeTally(tally)}\n`)
    expect(tally.failures).toEqual([])
  })
})
