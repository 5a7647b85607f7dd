// The naive rotation and the production validator set agree on every turn and every change.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/search/depth.ts'
import { ValidatorSet } from '../../core/types/index.ts'
import { crypto, keyOf } from './history.fixture.ts'
import { changeBench, foundBench, nextRound } from './naive-rotation.ts'
import type { Bench } from './naive-rotation.ts'

const keys = Array.from({ length: 8 }, (_, index) => keyOf(index + 1).pubKey)
const powers = fc.oneof(
  fc.bigInt(1n, 3n),
  fc.bigInt(1n, 100n),
  fc.bigInt(1n, 2n ** 60n / 8n),
  fc.constantFrom(1n, 1_000_000n, 2n ** 56n),
)
const members = fc
  .uniqueArray(fc.nat(7), { minLength: 1, maxLength: 6 })
  .chain((indexes) =>
    fc.tuple(...indexes.map((index) => powers.map((power) => ({ index, power })))),
  )
const steps = fc.array(
  fc.record({
    rounds: fc.nat(12),
    changes: fc.uniqueArray(
      fc.record({ index: fc.nat(7), power: fc.oneof(powers, fc.constant(0n)) }),
      { maxLength: 3, selector: ({ index }) => index },
    ),
  }),
  { minLength: 1, maxLength: 12 },
)

const updateOf = ({ index, power }: { readonly index: number; readonly power: bigint }) => {
  const pubKey = keys[index]
  if (pubKey === undefined) throw new Error('no such key')
  return { pubKey, power }
}

const plainSet = (set: ValidatorSet) => ({
  seats: set.validators.map(({ votingPower, proposerPriority }) => [votingPower, proposerPriority]),
  proposer: Buffer.from(set.proposer.address).toString('hex'),
  total: set.totalVotingPower,
})

const plainBench = ({ seats, proposer, total }: Bench) => ({
  seats: seats.map(({ power, priority }) => [power, priority]),
  proposer: Buffer.from(proposer).toString('hex'),
  total,
})

test('naive rotation: has the turns and priorities of production, whatever changes', () => {
  const property = fc.property(members, steps, (founders, chain) => {
    const list = founders.map(updateOf)
    let set = ValidatorSet.make(
      crypto,
      list.map(({ pubKey, power }) => ({ pubKey, votingPower: power })),
    )
    let bench = foundBench(crypto, list)
    expect(plainBench(bench)).toEqual(plainSet(set))
    for (const { rounds, changes } of chain) {
      let later = bench
      for (let round = 0; round < rounds; round += 1) later = nextRound(later)
      expect(plainBench(later)).toEqual(plainSet(set.withRoundsPassed(rounds)))
      const updates = changes.map(updateOf)
      const updated = set.withUpdates(crypto, updates)
      // What production refuses stops every node; the naive rotation is never asked for it.
      if (updated.ok) bench = changeBench(crypto, bench, updates)
      set = (updated.ok ? updated.value : set).withPriorityIncremented(1)
      bench = nextRound(bench)
      expect(plainBench(bench)).toEqual(plainSet(set))
    }
  })
  fc.assert(property, { numRuns: runs(60) })
})
