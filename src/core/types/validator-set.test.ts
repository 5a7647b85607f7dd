// Validator sets against a naive model in plain numbers, and the rules that refuse changes.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError, compareBytes, toHex } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { keyOf, setOfPowers } from './chain.fixture.ts'
import type { Key } from './chain.fixture.ts'
import { MAX_TOTAL_VOTING_POWER, ValidatorSet } from './index.ts'

const keys = Array.from({ length: 12 }, (_, i) => keyOf(i + 1))

interface Member {
  readonly key: Key
  power: number
  priority: number
}

/** The rules of wire.md 2.8 written down once more, for numbers far below any limit. */
class NaiveSet {
  members: Member[] = []
  proposer = ''

  get total(): number {
    return this.members.reduce((sum, member) => sum + member.power, 0)
  }

  normalize(): void {
    const priorities = this.members.map((member) => member.priority)
    const width = Math.max(...priorities) - Math.min(...priorities)
    const ratio = Math.ceil(width / (2 * this.total))
    if (width > 2 * this.total) {
      for (const member of this.members) member.priority = Math.trunc(member.priority / ratio)
    }
    const sum = this.members.reduce((all, member) => all + member.priority, 0)
    const average = Math.floor(sum / this.members.length)
    for (const member of this.members) member.priority -= average
  }

  increment(times: number): void {
    this.normalize()
    for (let step = 0; step < times; step++) {
      for (const member of this.members) member.priority += member.power
      const [best] = this.members.toSorted(
        (a, b) => b.priority - a.priority || compareBytes(a.key.address, b.key.address),
      )
      best!.priority -= this.total
      this.proposer = toHex(best!.key.address)
    }
  }

  /** False when the changes must be refused, which leaves the set as it is. */
  update(changes: readonly { key: Key; power: number }[]): boolean {
    if (changes.length === 0) return true
    const known = new Map(this.members.map((member) => [member.key, member]))
    if (new Set(changes.map(({ key }) => key)).size !== changes.length) return false
    if (changes.some(({ key, power }) => power === 0 && !known.has(key))) return false
    const added = changes.filter(({ power }) => power > 0)
    const grown = new Map(known)
    for (const { key, power } of added) {
      grown.set(key, { key, power, priority: known.get(key)?.priority ?? Number.NaN })
    }
    const total = [...grown.values()].reduce((sum, member) => sum + member.power, 0)
    for (const member of grown.values()) {
      if (Number.isNaN(member.priority)) member.priority = -(total + Math.floor(total / 8))
    }
    for (const { key, power } of changes) if (power === 0) grown.delete(key)
    if (grown.size === 0) return false
    this.members = [...grown.values()].toSorted(
      (a, b) => b.power - a.power || compareBytes(a.key.address, b.key.address),
    )
    this.normalize()
    return true
  }
}

type Step = { times: number } | { changes: { key: Key; power: number }[] }

const change = fc.record({
  key: fc.constantFrom(...keys),
  power: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1_000_000)),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ times: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ changes: fc.array(change, { maxLength: 4 }) }),
)
const positive = fc.record({
  key: fc.constantFrom(...keys),
  power: fc.integer({ min: 1, max: 50 }),
})
const first = fc.uniqueArray(positive, { minLength: 1, maxLength: 8, selector: ({ key }) => key })

const sameAs = (set: ValidatorSet, naive: NaiveSet): void => {
  const actual = set.validators.map((v) => [toHex(v.address), v.votingPower, v.proposerPriority])
  const expected = naive.members.map(({ key, power, priority }) => [
    toHex(key.address),
    BigInt(power),
    BigInt(priority),
  ])
  expect(actual).toEqual(expected)
  expect(set.totalVotingPower).toBe(BigInt(naive.total))
  for (const [index, { address }] of set.validators.entries()) {
    expect(set.indexOf(address)).toBe(index)
  }
}

test('validator set: any changes and rotations equal the naive model', () => {
  fc.assert(
    fc.property(first, fc.array(step, { maxLength: 15 }), (initial, steps) => {
      const naive = new NaiveSet()
      expect(naive.update(initial)).toBe(true)
      naive.increment(1)
      const powers = initial.map(({ key, power }) => ({
        pubKey: key.pubKey,
        votingPower: BigInt(power),
      }))
      let set = ValidatorSet.make(crypto, powers)
      sameAs(set, naive)
      for (const one of steps) {
        if ('times' in one) {
          naive.increment(one.times)
          set = set.withPriorityIncremented(one.times)
          expect(toHex(set.proposer.address)).toBe(naive.proposer)
        } else {
          const updates = one.changes.map(({ key, power }) => ({
            pubKey: key.pubKey,
            power: BigInt(power),
          }))
          const updated = set.withUpdates(crypto, updates)
          expect(updated.ok).toBe(naive.update(one.changes))
          if (updated.ok) set = updated.value
        }
        sameAs(set, naive)
      }
    }),
  )
})

test('validator set: over many rounds everybody proposes in proportion to its power', () => {
  const { validatorSet } = setOfPowers(5n, 3n, 2n)
  const counts = new Map<bigint, number>()
  let set = validatorSet
  for (let round = 0; round < 1000; round++) {
    const { votingPower } = set.proposer
    counts.set(votingPower, (counts.get(votingPower) ?? 0) + 1)
    set = set.withPriorityIncremented(1)
  }
  expect([2n, 3n, 5n].map((power) => counts.get(power))).toEqual([200, 300, 500])
})

describe('changes of a validator set', () => {
  const { validatorSet } = setOfPowers(10n, 20n, 30n)
  const [a, b, , d] = keys
  const reason = (...updates: readonly (readonly [Key | undefined, bigint])[]): string => {
    const list = updates.map(([key, power]) => ({ pubKey: key!.pubKey, power }))
    const updated = validatorSet.withUpdates(crypto, list)
    return updated.ok ? 'accepted' : updated.error
  }

  test('changes: what cannot be is refused', () => {
    expect(reason([a, 5n], [a, 6n])).toContain('twice')
    expect(reason([a, -1n])).toContain('power -1')
    expect(reason([d, 0n])).toContain('not in the set')
    expect(reason([a, 0n], [b, 0n], [keys[2], 0n])).toContain('no validator')
    expect(reason([a, MAX_TOTAL_VOTING_POWER + 1n])).toContain('above the maximum')
    expect(reason([a, MAX_TOTAL_VOTING_POWER])).toContain('total voting power')
    expect(reason([d, MAX_TOTAL_VOTING_POWER - 60n])).toBe('accepted')
    expect(reason([d, MAX_TOTAL_VOTING_POWER - 59n])).toContain('total voting power')
  })

  test('changes: removals make room for others in the same list', () => {
    expect(reason([d, MAX_TOTAL_VOTING_POWER - 30n], [keys[2], 0n])).toBe('accepted')
    expect(reason([d, 1n], [a, 0n], [b, 0n], [keys[2], 0n])).toBe('accepted')
  })

  test('changes: only the total after all of them counts, whatever their order', () => {
    for (const [large, small] of [
      [a!, b!],
      [b!, a!],
    ] as const) {
      const set = ValidatorSet.make(crypto, [
        { pubKey: large.pubKey, votingPower: MAX_TOTAL_VOTING_POWER - 10n },
        { pubKey: small.pubKey, votingPower: 5n },
      ])
      const updated = set.withUpdates(crypto, [
        { pubKey: large.pubKey, power: MAX_TOTAL_VOTING_POWER - 200n },
        { pubKey: small.pubKey, power: 200n },
      ])
      expect(updated.ok && updated.value.totalVotingPower).toBe(MAX_TOTAL_VOTING_POWER)
    }
  })

  test('changes: a key of a wrong size is refused', () => {
    const pubKey = { type: 'ed25519', bytes: new Uint8Array(33) } as const
    expect(validatorSet.withUpdates(crypto, [{ pubKey, power: 1n }]).ok).toBe(false)
  })

  test('changes: none keep the set, and the old set stays as it was', () => {
    const unchanged = validatorSet.withUpdates(crypto, [])
    expect(unchanged).toEqual({ ok: true, value: validatorSet })
    const before = validatorSet.validators.map((v) => v.proposerPriority)
    validatorSet.withPriorityIncremented(7)
    validatorSet.withUpdates(crypto, [{ pubKey: d!.pubKey, power: 4n }])
    expect(validatorSet.validators.map((v) => v.proposerPriority)).toEqual(before)
  })
})

describe('validator set from outside', () => {
  const { validatorSet } = setOfPowers(10n, 20n)
  const [first, second] = validatorSet.validators

  test('restore: keeps order, priorities and proposer', () => {
    const set = ValidatorSet.restore(validatorSet.validators, validatorSet.proposer)
    expect(set.equals(validatorSet)).toBe(true)
    expect(toHex(set.hash(crypto))).toBe(toHex(validatorSet.hash(crypto)))
    expect(set.proposer).toBe(validatorSet.proposer)
  })

  test('restore: without a proposer the highest priority proposes', () => {
    const high = { ...second!, proposerPriority: 99n }
    expect(ValidatorSet.restore([first!, high], null).proposer).toBe(high)
  })

  test('validate: tells what is wrong', () => {
    const check = (...validators: readonly (typeof first)[]): string | null =>
      ValidatorSet.validate(
        crypto,
        validators.map((v) => v!),
        validators[0] ?? first!,
      )
    expect(check(first, second)).toBeNull()
    expect(check()).toBe('no validators')
    expect(check(first, first)).toContain('twice')
    expect(check(first, { ...second!, votingPower: -1n })).toContain('voting power -1')
    expect(check(first, { ...second!, address: first!.address })).toContain('address')
    expect(check(first, { ...second!, votingPower: MAX_TOTAL_VOTING_POWER })).toContain('range')
    const set = [first!, second!]
    expect(ValidatorSet.validate(crypto, set, { ...first!, address: keys[5]!.address })).toContain(
      'proposer',
    )
  })

  test('first set: no powers of zero, nobody twice; the empty one has no proposer', () => {
    const power = (key: Key, votingPower: bigint) => ({ pubKey: key.pubKey, votingPower })
    expect(ValidatorSet.tryMake(crypto, [power(keys[0]!, 0n)]).ok).toBe(false)
    const twice = [power(keys[0]!, 1n), power(keys[0]!, 2n)]
    expect(ValidatorSet.tryMake(crypto, twice).ok).toBe(false)
    expect(() => ValidatorSet.make(crypto, twice)).toThrow(InvariantError)
    expect(ValidatorSet.make(crypto, [])).toBe(ValidatorSet.empty)
    expect(() => ValidatorSet.empty.proposer).toThrow(InvariantError)
  })

  test('quorum: more than two thirds and more than one third, exactly', () => {
    const { validatorSet: nine } = setOfPowers(3n, 3n, 3n)
    expect([6n, 7n].map((power) => nine.hasTwoThirds(power))).toEqual([false, true])
    expect([3n, 4n].map((power) => nine.hasOneThird(power))).toEqual([false, true])
  })
})

test('priorities: the extremes of int64 are clipped, not wrapped', () => {
  const max = 2n ** 63n - 1n
  const { validatorSet } = setOfPowers(1n, 1n)
  const [one, two] = validatorSet.validators
  const extreme = [
    { ...one!, proposerPriority: max },
    { ...two!, proposerPriority: -max - 1n },
  ]
  // The width wraps to one, as in the reference, so nothing is rescaled: only the average moves.
  const next = ValidatorSet.restore(extreme, null).withPriorityIncremented(1)
  expect(next.validators.map((v) => v.proposerPriority)).toEqual([max - 2n, -max + 1n])
})
