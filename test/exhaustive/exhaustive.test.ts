// Every schedule of three rounds: no fork by either lock rule, and a fork where they are mixed.

import { describe, expect, test } from 'vitest'
import type { LockRule } from '../../src/core/types/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { Driver } from './drive.ts'
import { judgeFairEnd } from './fair-end.ts'
import { mergeKey } from './merge-key.ts'
import { covers, drawFrom, RandomWalk } from './random-walk.ts'
import { faultyThird, fourInTurn, fourValidators, manyFaultyHeads, Stage } from './scope.ts'
import type { Scope } from './scope.ts'
import { search } from './search.ts'
import type { Knot, SearchResult } from './search.ts'
import { describeResult } from './trace.ts'

const rules = ['paper', 'comet-legacy'] as const

const four = (rule: LockRule, rounds: number): Scope => fourValidators([rule, rule, rule], rounds)

/** How the search ended, in few words; equal to `exhausted` and a count where nothing is wrong. */
function outcome(result: SearchResult): string {
  return result.last === null ? `${result.end}, ${result.states} states` : describeResult(result)
}

describe('search: every schedule of three rounds keeps every promise', () => {
  test.each([
    ['paper', '535 states'],
    ['comet-legacy', '398 states'],
  ] as const)('%s, proposals of any kind to anyone: %s', (rule, states) => {
    expect(outcome(search(four(rule, 3)))).toBe(`exhausted, ${states}`)
  })

  test.each([
    ['paper', 0, '907 states'],
    ['paper', 1, '1007 states'],
    ['paper', 2, '1139 states'],
    ['paper', 3, '785 states'],
    ['comet-legacy', 0, '780 states'],
    ['comet-legacy', 1, '805 states'],
    ['comet-legacy', 2, '783 states'],
    ['comet-legacy', 3, '666 states'],
  ] as const)('%s, all propose in turn and %i is faulty: %s', (rule, turn, states) => {
    expect(outcome(search(fourInTurn(rule, 3, turn)))).toBe(`exhausted, ${states}`)
  })

  test.each([
    ['paper', '857 states'],
    ['comet-legacy', '592 states'],
  ] as const)('%s, exactly a third of the power is faulty: %s', (rule, states) => {
    expect(outcome(search(faultyThird(rule, 3)))).toBe(`exhausted, ${states}`)
  })

  test.each(rules)('%s, two of four are faulty with little power', (rule) => {
    expect(search(manyFaultyHeads(rule, 3)).end).toBe('exhausted')
  })
})

describe('search: lock rules that are mixed fork', () => {
  test.each([
    ['legacy-paper-legacy', ['comet-legacy', 'paper', 'comet-legacy']],
    ['legacy-paper-paper', ['comet-legacy', 'paper', 'paper']],
  ] as const)('%s: two members decide differently in three rounds', async (name, mix) => {
    expect(search(fourValidators(mix, 2)).end).toBe('exhausted')
    const result = search(fourValidators(mix, 3))
    expect(result.end).toBe('fork')
    expect(decisions(result)).toEqual([0, 1])
    await expect(describeResult(result)).toMatchFileSnapshot(`testdata/${name}.txt`)
  })
})

/** Shows each of the two decisions to another member, in its state at the end. */
function decisions({ stage, last }: SearchResult): readonly unknown[] {
  const [one, other] = [...new Map(last?.commits.map((commit) => [commit.value, commit])).values()]
  return [one, other].map((commit, at) => {
    const driver = new Driver(stage, stage.members[at]!, { judges: true })
    return driver.deliver(last!.moves[at]!.state, VoteType.precommit, commit!).decided
  })
}

describe('search: it sees what it says it sees', () => {
  test.each(rules)('merging states loses none of two rounds (%s)', (rule) => {
    const scope = four(rule, 2)
    const stage = new Stage(scope)
    const [merged, unmerged] = [new Set<string>(), new Set<string>()]
    search(scope, { onState: (_, key) => merged.add(key) })
    const onState = (knot: Knot): unknown =>
      unmerged.add(mergeKey(stage, knot, { cautious: false }))
    const { states } = search(scope, { cautious: true, onState })
    expect(states).toBeGreaterThan(50 * merged.size)
    expect([...unmerged].toSorted()).toEqual([...merged].toSorted())
  })

  test.each(rules)('single messages in random order lead nowhere else (%s)', (rule) => {
    const scope = four(rule, 3)
    const stage = new Stage(scope)
    const ends: Knot[] = []
    search(scope, {
      onState: (knot) => knot.next === 'prevote' && knot.round === scope.rounds && ends.push(knot),
    })
    let locked = 0
    for (let seed = 0; seed < 100; seed += 1) {
      const walk = new RandomWalk(stage, drawFrom(seed))
      const remains = walk.run()
      expect(walk.broken, `seed ${seed}`).toBe(undefined)
      const isCovered = ends.some((knot) => covers(stage, knot, remains))
      expect(isCovered, `seed ${seed}: ${JSON.stringify(remains)}`).toBe(true)
      if (remains.locks.some(({ round }) => round >= 0)) locked += 1
    }
    // Walks that never lead to a lock would prove nothing.
    expect(locked).toBeGreaterThan(20)
  })
})

describe('search: every state has a way out', () => {
  test.each(rules)('%s: all decide when every message arrives, by their next turns', (rule) => {
    const scope = four(rule, 3)
    const stage = new Stage(scope)
    let count = 0
    search(scope, {
      onState: (knot) => {
        count += 1
        if (knot.round > 1 && count % 8 !== 0) return
        expect(
          judgeFairEnd(
            stage,
            knot.moves.map(({ state }) => state),
          ),
        ).toBe(undefined)
      },
    })
  })
})
