// A validator that loses power at any step of its disk goes on as if nothing had been.

import { describe, expect, test } from 'vitest'
import { crashAndRestart, recordRun } from './crash-run.ts'
import type { RecordedLife } from './crash-run.ts'
import { ALL, describeTally, drawFrom, drawn, NONE, searchCrashes } from './crash-search.ts'
import { ALONE, ONE_OF_FOUR } from './settings.ts'
import type { Setting } from './small-world.ts'

const HEIGHTS = 20n
/** First crashes after whose restart every step is a crash again. */
const SECOND_CRASHES = 6
const SECONDS = 120_000

const lives = new Map<Setting, Promise<RecordedLife>>()
const lifeOf = (setting: Setting): Promise<RecordedLife> => {
  const life = lives.get(setting) ?? recordRun(setting, HEIGHTS)
  lives.set(setting, life)
  return life
}

describe.each([ALONE, ONE_OF_FOUR])('a crash of $name', (setting) => {
  test(
    'crash: at every step nothing is signed twice or lost, and no round is wasted',
    async () => {
      const life = await lifeOf(setting)
      const tally = await searchCrashes({
        life,
        remainsAt: (step) => [NONE, ALL, drawn(step)],
      })
      process.stdout.write(`${setting.name}: ${describeTally(tally)}\n`)
      expect(tally.failures).toEqual([])
      expect(tally.points).toBeGreaterThan(480)
      expect(tally.cases).toBe(3 * tally.points)
    },
    SECONDS,
  )

  test(
    'crash: at every step of a restart too',
    async () => {
      const life = await lifeOf(setting)
      const draw = drawFrom(1)
      const failures: string[] = []
      let restarts = 0
      for (let i = 0; i < SECOND_CRASHES; i++) {
        const step = draw(life.recording.steps.length)
        const { keep } = i % 2 === 0 ? ALL : drawn(step)
        const first = { step, keep, echoes: i % 3 === 0 }
        const again = await crashAndRestart(life, first, { isRecorded: true })
        if (again.life === null) throw new Error('the second life was recorded')
        const tally = await searchCrashes({
          life: again.life,
          remainsAt: (second) => [second % 2 === 0 ? NONE : ALL, drawn(second)],
        })
        restarts += tally.restarts
        failures.push(...tally.failures.map((each) => `after step ${step}, then ${each}`))
      }
      expect(failures).toEqual([])
      expect(restarts).toBeGreaterThan(SECOND_CRASHES * 20)
    },
    SECONDS,
  )
})
