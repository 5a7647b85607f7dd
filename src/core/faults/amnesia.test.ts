// Amnesia: proved where two thirds prevoted otherwise, suspected where a polka may be unseen,
// and nothing where one was seen.

import { describe, expect, test } from 'vitest'
import { CHAIN_ID, blockIdOfNumber, setOfPowers, signVote } from '../types/chain.fixture.ts'
import { NIL_BLOCK_ID } from '../types/index.ts'
import type { LockRule, Vote } from '../types/index.ts'
import { mutantsOf, rememberingCrypto as crypto } from './framing.fixture.ts'
import { FaultDetector, verifyAmnesia } from './index.ts'
import type { AmnesiaReport } from './index.ts'
import { MAX_ROUNDS_PER_VALIDATOR } from './amnesia-book.ts'

const { validatorSet, keys } = setOfPowers(10n, 10n, 10n, 10n)

/** `who type round number` by step: number 0 is nil. */
const vote = (who: number, type: 'prevote' | 'precommit', round: number, number: number): Vote =>
  signVote(keys[who]!, {
    height: 5n,
    type: type === 'prevote' ? 1 : 2,
    round,
    blockId: number === 0 ? NIL_BLOCK_ID : blockIdOfNumber(number),
    validatorIndex: who,
  })

/** Prevotes of a round, one value a validator; -1 did not vote. */
const prevotes = (round: number, values: readonly number[]): Vote[] =>
  values.flatMap((number, who) => (number < 0 ? [] : [vote(who, 'prevote', round, number)]))

const judge = (lockRule: LockRule, votes: readonly Vote[]): readonly AmnesiaReport[] => {
  const options = { crypto, chainId: CHAIN_ID, initialHeight: 1n, lockRule }
  const config = { downtimeWindow: 100, minSigned: 50 }
  const detector = new FaultDetector({ ...options, config })
  detector.enterHeight(5n, validatorSet)
  for (const one of votes) detector.onVote(one)
  const block = { validatorSet, time: 1n, lastCommit: null }
  expect(detector.onCommit({ ...block, height: 5n })).toEqual([])
  const reports = detector.onCommit({ ...block, height: 6n })
  return reports.map((report) => {
    if (report.kind !== 'amnesia') throw new Error(report.kind)
    return report
  })
}

const ground = (lockRule: LockRule) => ({ chainId: CHAIN_ID, lockRule, validatorSet })

/** Validator 3 precommits 1 in round 0 and prevotes 2 in round 2. */
const forgetful = [
  ...prevotes(0, [1, 1, 1, 1]),
  vote(3, 'precommit', 0, 1),
  vote(3, 'prevote', 2, 2),
]

describe.each(['paper', 'comet-legacy'] as const)('amnesia under the rule %s', (lockRule) => {
  test('amnesia: a seen polka for the other block allows it', () => {
    expect(judge(lockRule, [...forgetful, ...prevotes(1, [2, 2, 2, -1])])).toEqual([])
  })

  test('amnesia: rounds that nobody showed us leave a suspicion without a proof', () => {
    const [report] = judge(lockRule, forgetful)
    expect(report).toMatchObject({ kind: 'amnesia', height: 5n, proof: null })
    expect(report?.validatorAddress).toEqual(keys[3]!.address)
    // Half of the votes: two of them and two unseen may have been a polka.
    const [second] = judge(lockRule, [...forgetful, ...prevotes(1, [1, 1, -1, -1])])
    expect(second?.proof).toBeNull()
    expect(verifyAmnesia(crypto, ground(lockRule), second!)).toContain('suspicion')
  })

  test('amnesia: two thirds that prevoted the locked block in every round prove it', () => {
    const votes = [...forgetful, ...prevotes(1, [1, 1, 1, -1]), ...prevotes(2, [1, 1, 1])]
    const [report, ...others] = judge(lockRule, votes)
    expect(others).toEqual([])
    expect(report?.proof).not.toBeNull()
    // A polka beside three of four needs two that prevoted twice.
    expect(report?.proof?.doubt).toBe(16n)
    expect(verifyAmnesia(crypto, ground(lockRule), report!)).toBeNull()
  })

  test('amnesia: nobody is accused who keeps its lock, prevotes nil, or locks anew', () => {
    const keeps = [vote(3, 'precommit', 0, 1), vote(3, 'prevote', 2, 1)]
    const nil = [vote(3, 'precommit', 0, 1), vote(3, 'prevote', 2, 0)]
    const unlocked = [vote(3, 'precommit', 0, 0), vote(3, 'prevote', 2, 2)]
    const anew = [vote(3, 'precommit', 0, 1), vote(3, 'precommit', 1, 2), vote(3, 'prevote', 2, 2)]
    for (const votes of [keeps, nil, unlocked, anew]) expect(judge(lockRule, votes)).toEqual([])
  })

  test('amnesia: who signs twice is reported for that alone', () => {
    const twice = [...forgetful, vote(3, 'prevote', 2, 1)]
    expect(judge(lockRule, twice)).toEqual([])
  })

  test('amnesia: a changed proof proves nothing', () => {
    const votes = [...forgetful, ...prevotes(1, [1, 1, 1, -1]), ...prevotes(2, [1, 1, 1])]
    const [report] = judge(lockRule, votes)
    // A prevote more or less changes nothing while two thirds are left of that round.
    const free = /(validatorIndex|extensionSignature|prevotes\.\d (doubled|swapped|left out))$/
    const accepted = mutantsOf(report!)
      .filter(({ path }) => !free.test(path))
      .filter(({ value }) => verifyAmnesia(crypto, ground(lockRule), value) === null)
    expect(accepted.map(({ path }) => path)).toEqual([])
    const [excluded] = report!.proof!.rounds
    const half = { ...excluded!, prevotes: excluded!.prevotes.slice(0, 2) }
    const proof = { ...report!.proof!, rounds: report!.proof!.rounds.with(0, half) }
    expect(verifyAmnesia(crypto, ground(lockRule), { ...report!, proof })).toContain('a polka')
    const elsewhere = { ...ground(lockRule), chainId: 'other-chain' }
    expect(verifyAmnesia(crypto, elsewhere, report!)).toContain('not signed')
  })
})

describe('what the two rules allow', () => {
  test('amnesia: a polka for nil unlocks under the legacy rule only', () => {
    const nil = [...forgetful, ...prevotes(1, [0, 0, 0, -1])]
    expect(judge('comet-legacy', nil)).toEqual([])
    expect(judge('paper', nil)[0]?.proof).not.toBeNull()
  })

  test('amnesia: a polka of the same round unlocks under the legacy rule only', () => {
    const same = [...forgetful, ...prevotes(1, [1, 1, 1, -1]), ...prevotes(2, [2, 2, 2])]
    expect(judge('comet-legacy', same)).toEqual([])
    expect(judge('paper', same)[0]?.proof).not.toBeNull()
  })

  test('amnesia: a split round proves it under both when no value can have two thirds', () => {
    const split = [...forgetful, ...prevotes(1, [1, 1, 0, -1]), ...prevotes(2, [1, 1, 1])]
    expect(judge('paper', split)[0]?.proof).not.toBeNull()
    // With the one who did not vote and one liar, nil may have had two thirds.
    expect(judge('comet-legacy', split)[0]?.proof).toBeNull()
  })
})

test('amnesia: of one validator a bounded number of rounds is kept', () => {
  const nil = Array.from({ length: MAX_ROUNDS_PER_VALIDATOR }, (_, i) =>
    vote(3, 'prevote', i + 100, 0),
  )
  const own = vote(3, 'prevote', 0, 1)
  const lock = vote(3, 'precommit', 0, 1)
  expect(judge('paper', [lock, ...nil.slice(1), vote(3, 'prevote', 2, 2)])).toHaveLength(1)
  expect(judge('paper', [lock, ...nil, own, vote(3, 'prevote', 2, 2)])).toEqual([])
})

test('amnesia: a flood of one validator takes no place of others', () => {
  const own = Array.from({ length: MAX_ROUNDS_PER_VALIDATOR + 10 }, (_, i) =>
    vote(0, 'prevote', i + 100, 1),
  )
  const votes = [...own, ...forgetful, ...prevotes(1, [-1, 1, 1, 1])]
  expect(judge('paper', votes).map(({ validatorAddress }) => validatorAddress)).toEqual([
    keys[3]!.address,
  ])
})
