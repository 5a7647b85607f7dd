// Every crash point with many parts of what was not synced, all of them where they are few. A
// search that was cut short goes on at its next point.

import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Keep } from '../../src/host/memory/index.ts'
import { recordRun } from '../crash/crash-run.ts'
import type { RecordedLife } from '../crash/crash-run.ts'
import { describeTally, drawn, searchCrashes } from '../crash/crash-search.ts'
import type { CrashTally, Remains } from '../crash/crash-search.ts'
import { ALONE, ONE_OF_FOUR } from '../crash/settings.ts'
import { longFactor } from '../search/depth.ts'
import { searchSeeds } from '../search/seed-search.ts'

const HEIGHTS = 20n
/** Parts of what was not synced, for each point. */
const PARTS = Math.min(64, Math.ceil(64 * (longFactor ?? 1)))
const FEW_CHANGES = 6
/** Torn writes are drawn beside whole ones. */
const TORN = 8

/** All parts of few changes, drawn ones of many. */
function partsAt(life: RecordedLife, step: number, seed: number): Remains[] {
  const count = life.recording.unsyncedAfter(step).length
  const draw = (i: number): Remains => drawn(seed + 1000 * i)
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

/** Of searches that know each other's cases. */
function sum(a: CrashTally, b: CrashTally): CrashTally {
  return {
    points: a.points + b.points,
    cases: a.cases + b.cases,
    restarts: a.restarts + b.restarts,
    ms: a.ms + b.ms,
    failures: [...a.failures, ...b.failures],
  }
}

const NOTHING: CrashTally = { points: 0, cases: 0, restarts: 0, ms: 0, failures: [] }

describe.each([
  { setting: ALONE, name: 'crash-points-alone' },
  { setting: ONE_OF_FOUR, name: 'crash-points-one-of-four' },
])('a crash of $setting.name, for long', ({ setting, name }) => {
  test(`crash: up to ${PARTS} parts of what was unsynced`, async () => {
    const life = await recordRun(setting, HEIGHTS)
    const points = life.recording.steps.length + 1
    const seen = new Set<string>()
    let tally = NOTHING
    // A seed is a point, and draws what is kept there.
    async function* stream(from: number, to: number): AsyncGenerator<void> {
      for (let seed = from; seed <= to; seed++) {
        const step = seed % points
        const remainsAt = (): Remains[] => partsAt(life, step, seed)
        const found = await searchCrashes({ life, steps: [step], seen, remainsAt })
        tally = sum(tally, found)
        if (found.failures.length > 0) throw new Error(found.failures.join('\n'))
        yield
      }
    }
    try {
      const first = randomInt(2 ** 31)
      const tried = await searchSeeds({ name, seeds: points, isWhole: true, first, stream })
      expect(tried).toBe(tally.points)
    } finally {
      process.stdout.write(`${setting.name}: ${describeTally(tally)}; ${points} points in all\n`)
    }
  })
})
