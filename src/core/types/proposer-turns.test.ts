// The turns of the rounds against the rotation itself, and what they cost the second time.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { keyOf, setOfPowers } from './chain.fixture.ts'
import { ValidatorSet, proposerAfterRounds } from './index.ts'

test('turns: in any order of questions the proposers are those of the rotation', () => {
  const power = fc.bigInt({ min: 1n, max: 1000n })
  const rounds = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      fc.array(power, { minLength: 1, maxLength: 6 }),
      power,
      rounds,
      (powers, of, at) => {
        const { validatorSet } = setOfPowers(...powers)
        // A newcomer widens the priorities beyond their window.
        const joined = validatorSet.withUpdates(crypto, [
          { pubKey: keyOf(99).pubKey, power: of * 100n },
        ])
        if (!joined.ok) throw new Error(joined.error)
        for (const round of at) {
          const { address } = joined.value.withRoundsPassed(round).proposer
          expect(proposerAfterRounds(joined.value, round).address).toEqual(address)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('turns: round 0 is of the proposer that the set names', () => {
  const { validatorSet } = setOfPowers(3n, 2n, 1n)
  const { validators } = validatorSet
  const restored = ValidatorSet.restore(validators, validators[2] ?? null)
  expect(proposerAfterRounds(restored, 0)).toBe(validators[2])
})

test('turns: what was counted is not counted again', () => {
  const { validatorSet } = setOfPowers(4n, 3n, 2n, 1n)
  let reads = 0
  const watched = validatorSet.validators.map((validator) => ({
    ...validator,
    get votingPower() {
      reads++
      return validator.votingPower
    },
  }))
  const set = ValidatorSet.restore(watched, null)
  const readsOf = (round: number): number => {
    const before = reads
    proposerAfterRounds(set, round)
    return reads - before
  }
  expect(readsOf(500)).toBe(4 * 500)
  expect([readsOf(500), readsOf(499), readsOf(1)]).toEqual([0, 0, 0])
  expect(readsOf(501)).toBe(4)
})
