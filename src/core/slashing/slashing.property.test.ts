// What holds of every history: equal states, exact sums, no order within a block, nobody left over.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_TOTAL_VOTING_POWER } from '../types/index.ts'
import type { FaultKind, Penalty } from '../types/index.ts'
import { SlashingModule } from './index.ts'
import type { Offence, SlashingBlock, SlashingPolicy, ValidatorChange } from './index.ts'
import { ToldSet, begin, block, change, offence } from './slashing.fixture.ts'

const KINDS: readonly FaultKind[] = [
  'equivocation',
  'double-proposal',
  'light-client-attack',
  'downtime',
]
const SIZE = 5

const penalty: fc.Arbitrary<Penalty> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.nat(7), fc.nat(6), fc.boolean())
  .map(([whole, part, jailBlocks, tombstone]) => ({
    fraction: [Math.min(part, whole), whole],
    jailBlocks: tombstone ? 0 : jailBlocks,
    tombstone,
  }))
const policies: fc.Arbitrary<SlashingPolicy> = fc
  .tuple(penalty, penalty, penalty, penalty)
  .map(([equivocation, proposal, attack, down]) => ({
    equivocation,
    'double-proposal': proposal,
    'light-client-attack': attack,
    downtime: { ...down, window: 100, minSigned: 50 },
  }))
const power = fc.bigInt(0n, 1000n)
const powers = fc.array(fc.bigInt(1n, 1000n), { minLength: 1, maxLength: SIZE })

const offenceAt = (height: bigint): fc.Arbitrary<Offence> =>
  fc
    .tuple(fc.nat(SIZE), fc.constantFrom(...KINDS), fc.bigInt(0n, 3n), power)
    .map(([index, kind, age, at]) => offence(index, kind, height - age, at))
const changes: fc.Arbitrary<ValidatorChange[]> = fc.array(
  fc.tuple(fc.nat(SIZE), power).map(([index, to]) => change(index, to)),
  { maxLength: 2 },
)
const blockAt = (height: bigint): fc.Arbitrary<SlashingBlock> =>
  fc
    .tuple(fc.array(offenceAt(height), { maxLength: 4 }), changes)
    .map(([offences, wanted]) => block(height, { offences, changes: wanted }))
const histories = fc.tuple(...Array.from({ length: 12 }, (_, i) => blockAt(BigInt(i + 5))))

test('slashing: the set that is told is the set of the state, and is never empty', () => {
  fc.assert(
    fc.property(policies, powers, histories, (policy, start, blocks) => {
      const module = new SlashingModule(policy)
      const told = new ToldSet(start)
      let state = begin(module, start)
      for (const each of blocks) {
        const outcome = module.execute(state, each)
        state = outcome.state
        expect(told.hear(outcome.updates)).toBe(true)
        const present = state.validators.filter(({ presentPower }) => presentPower > 0n)
        expect(new Map(present.map((one) => [one.address, one.presentPower]))).toEqual(
          new Map([...told.powers].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        )
        expect(told.total > 0n && told.total <= MAX_TOTAL_VOTING_POWER).toBe(true)
        expect(state.validators.every((one) => one.power >= 0n && one.presentPower >= 0n)).toBe(
          true,
        )
        const free = present.filter((one) => !one.tombstoned && one.jailedUntil === 0n)
        // Whoever pays a penalty is in the set only when nobody else is.
        expect(free.length > 0 ? free.length : present.length).toBe(
          free.length > 0 ? present.length : 1,
        )
      }
    }),
  )
})

test('slashing: two replicas have one state, in whatever order their blocks list offences', () => {
  fc.assert(
    fc.property(policies, powers, histories, fc.nat(), (policy, start, blocks, turn) => {
      const module = new SlashingModule(policy)
      let [here, there] = [begin(module, start), begin(new SlashingModule(policy), start)]
      for (const each of blocks) {
        const { offences } = each
        const at = turn % Math.max(1, offences.length)
        const turned = [...offences.slice(at), ...offences.slice(0, at)].toReversed()
        const outcome = module.execute(here, each)
        // The other replica also hears everything twice.
        const other = module.execute(there, { ...each, offences: [...offences, ...turned] })
        expect(other).toEqual(outcome)
        here = outcome.state
        there = other.state
      }
    }),
  )
})

test('slashing: what a block takes is the exact sum of its cuts, and no more than there is', () => {
  const shuffled = fc.uniqueArray(offenceAt(5n), {
    selector: ({ kind, height, address }) => [kind, height, address[0]].join(),
    maxLength: 12,
  })
  fc.assert(
    fc.property(policies, powers, shuffled, (policy, start, offences) => {
      const module = new SlashingModule(policy)
      const before = begin(module, start)
      const { state, punishments } = module.execute(before, block(6n, { offences }))
      expect(punishments).toHaveLength(offences.length)
      for (const { address, power: had } of before.validators) {
        const own = offences.filter((each) => address.endsWith(`0${each.address[0]}`))
        // The cut is the greatest whole number that is not above the part.
        const cuts = own.map(({ kind, power: at }) => {
          const [part, whole] = policy[kind].fraction.map(BigInt) as [bigint, bigint]
          return (at * part - ((at * part) % whole)) / whole
        })
        const sum = cuts.reduce((total, cut) => total + cut, 0n)
        const left = state.validators.find((one) => one.address === address)?.power ?? 0n
        expect(left).toBe(sum > had ? 0n : had - sum)
      }
    }),
  )
})

test('slashing: an offence that was punished changes nothing, however often it is told', () => {
  fc.assert(
    fc.property(
      policies,
      powers,
      fc.array(offenceAt(5n), { maxLength: 6 }),
      (policy, start, all) => {
        const module = new SlashingModule(policy)
        const once = module.execute(begin(module, start), block(6n, { offences: all })).state
        const again = module.execute(once, block(7n, { offences: all }))
        const without = module.execute(once, block(7n))
        // Who is out for good is past all penalties; everybody else is remembered.
        expect(again.punishments).toEqual([])
        expect(again.state).toEqual(without.state)
      },
    ),
  )
})
