// Walks through the space of scenarios: 20,000 of them lie evenly over it; a long run goes on from
// a fresh place.

import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { longFactor, timeLeftMs } from '../search/depth.ts'
import { searchSeeds } from '../search/seed-search.ts'
import { describe, playScenario } from './ensemble.ts'
import { ScenarioSpace } from './space.ts'

const SCENARIOS = 20_000
const REPORT_EVERY = 100_000

const isLong = longFactor !== undefined
const LIMIT_MS = isLong ? 0 : 240_000
// Other searches need their time as well.
const reservedMs = timeLeftMs() === Infinity ? 0 : timeLeftMs() / 2

test(
  'twins: no scenario with one validator in two copies breaks a promise or stalls',
  async () => {
    const space = new ScenarioSpace()
    // A position of the walk is the seed of its scenario.
    const first = isLong ? Math.floor(Math.random() * 2 ** 40) : 0
    const name = isLong ? 'twins' : 'twins-slice'
    const seen = { scenarios: 0, split: 0, late: 0 }
    await searchSeeds({
      name,
      seeds: SCENARIOS,
      first,
      isOver: () => timeLeftMs() <= reservedMs,
      async run(position) {
        // The reporter wants its turn now and then.
        if (seen.scenarios % 500 === 0) await setImmediate()
        if (isLong && seen.scenarios % REPORT_EVERY === 0) report(seen, position)
        const scenario = space.scenario(space.indexAt(position))
        const { violations, early, roundsAfter } = playScenario(scenario)
        if (violations.length > 0) {
          throw new Error(`${violations.join(', ')}\n${describe(scenario)}`)
        }
        seen.scenarios += 1
        if (early > 0 && early < 5) seen.split += 1
        if (roundsAfter > 1) seen.late += 1
      },
    })
    report(seen, null)
    if (seen.scenarios < SCENARIOS) return
    // Scenarios in which all do the same prove nothing: some decide before the others hear of it,
    // and locks that are spread over several values take more than one round to end.
    expect(seen.split / seen.scenarios).toBeGreaterThan(0.1)
    expect(seen.late / seen.scenarios).toBeGreaterThan(0.02)
  },
  LIMIT_MS,
)

function report(seen: Readonly<Record<string, number>>, position: number | null): void {
  if (!isLong) return
  const counts = Object.entries(seen).map(([what, count]) => `${count} ${what}`)
  const place = position === null ? 'done' : `at position ${position}`
  process.stdout.write(`twins: ${place}, ${counts.join(', ')}\n`)
}
