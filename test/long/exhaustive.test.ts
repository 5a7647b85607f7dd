// Every schedule of four rounds, and more walks and continuations than `npm test` has time for.

import { describe, expect, test } from 'vitest'
import { judgeFairEnd } from '../exhaustive/fair-end.ts'
import { covers, drawFrom, RandomWalk } from '../exhaustive/random-walk.ts'
import { fourInTurn, fourValidators, Stage } from '../exhaustive/scope.ts'
import type { Scope } from '../exhaustive/scope.ts'
import { search } from '../exhaustive/search.ts'
import type { Knot } from '../exhaustive/search.ts'
import { describeResult } from '../exhaustive/trace.ts'
import { timeLeftMs } from '../search/depth.ts'
import { searchSeeds } from '../search/seed-search.ts'

const rules = ['paper', 'comet-legacy'] as const

/** Searches all of a scope and prints how much that was; answers what was found. */
function exhaust(name: string, scope: Scope): string {
  const started = performance.now()
  const result = search(scope)
  const { states, statesByRound, transitions } = result
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const counts = `${states} states (${statesByRound.join(' + ')}), ${transitions} transitions`
  process.stdout.write(`${name}: ${counts}, ${seconds} s\n`)
  return result.last === null ? result.end : describeResult(result)
}

describe('search: every schedule of four rounds keeps every promise', () => {
  test.each(rules)('%s, proposals of any kind to anyone', (rule) => {
    const scope = fourValidators([rule, rule, rule], 4)
    expect(exhaust(`${rule}, 4 rounds, any proposals`, scope)).toBe('exhausted')
  })

  test.each(rules.flatMap((rule) => [0, 1, 2, 3].map((turn) => [rule, turn] as const)))(
    '%s, all propose in turn and %i is faulty',
    (rule, turn) => {
      const name = `${rule}, 4 rounds, faulty in turn ${turn}`
      expect(exhaust(name, fourInTurn(rule, 4, turn))).toBe('exhausted')
    },
  )
})

test.each(rules)('search: single messages in random order lead nowhere else (%s)', async (rule) => {
  const scope = fourValidators([rule, rule, rule], 3)
  const stage = new Stage(scope)
  const ends: Knot[] = []
  search(scope, {
    onState: (knot) => knot.next === 'prevote' && knot.round === scope.rounds && ends.push(knot),
  })
  const covered = new Set<string>()
  const run = (seed: number): void => {
    const walk = new RandomWalk(stage, drawFrom(seed))
    const remains = walk.run()
    expect(walk.broken).toBe(undefined)
    const key = JSON.stringify(remains)
    if (covered.has(key)) return
    const isCovered = ends.some((knot) => covers(stage, knot, remains))
    expect(isCovered, `${key} is not covered`).toBe(true)
    covered.add(key)
  }
  await searchSeeds({ name: `exhaustive-walks-${rule}`, seeds: 200, run })
})

test.each(rules)('search: every state of three rounds has a way out (%s)', (rule) => {
  const scope = fourValidators([rule, rule, rule], 3)
  const stage = new Stage(scope)
  search(scope, {
    onState: (knot) => {
      if (timeLeftMs() === 0) return
      expect(
        judgeFairEnd(
          stage,
          knot.moves.map(({ state }) => state),
        ),
      ).toBe(undefined)
    },
  })
})
