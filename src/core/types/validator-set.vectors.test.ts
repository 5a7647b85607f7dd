// Validator sets change, rotate and hash as CometBFT's do.

import { expect } from 'vitest'
import { toHex } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import { testVectors } from '../crypto/vectors.fixture.ts'
import { ValidatorSet } from './index.ts'
import { powerOf } from './vectors.fixture.ts'
import type { PowerVector } from './vectors.fixture.ts'

interface SetVector {
  readonly hash: string
  readonly proposer: string
  readonly total: string
  readonly v: readonly { readonly a: string; readonly p: string; readonly q: string }[]
}

interface Operation {
  readonly op: 'inc' | 'update'
  readonly times?: number
  readonly changes?: readonly PowerVector[]
  readonly ok?: boolean
  readonly after_update?: SetVector
  readonly after: SetVector
}

interface SetCase {
  readonly init: readonly PowerVector[]
  readonly after_init: SetVector
  readonly ops: readonly Operation[]
}

const vectorOf = (set: ValidatorSet): SetVector => ({
  hash: toHex(set.hash(nobleCrypto)),
  proposer: toHex(set.proposer.address),
  total: `${set.totalVotingPower}`,
  v: set.validators.map(({ address, votingPower, proposerPriority }) => ({
    a: toHex(address),
    p: `${votingPower}`,
    q: `${proposerPriority}`,
  })),
})

const applyUpdate = (set: ValidatorSet, operation: Operation): ValidatorSet => {
  const updates = (operation.changes ?? []).map((change) => {
    const { pubKey, votingPower } = powerOf(change)
    return { pubKey, power: votingPower }
  })
  const updated = set.withUpdates(nobleCrypto, updates)
  expect(updated.ok).toBe(operation.ok)
  if (!updated.ok) return set
  if (operation.after_update !== undefined) {
    expect(vectorOf(updated.value)).toEqual(operation.after_update)
  }
  return updated.value.withPriorityIncremented(1)
}

const checkSet = (one: SetCase): void => {
  let set = ValidatorSet.make(nobleCrypto, one.init.map(powerOf))
  expect(vectorOf(set)).toEqual(one.after_init)
  for (const operation of one.ops) {
    set =
      operation.op === 'inc'
        ? set.withPriorityIncremented(operation.times ?? 1)
        : applyUpdate(set, operation)
    expect(vectorOf(set)).toEqual(operation.after)
  }
}

testVectors('valset.json', 'sets after every operation are equal', checkSet)

interface SequenceCase {
  readonly init: readonly PowerVector[]
  readonly proposer_addr_prefix_seq: readonly string[]
}

const checkSequence = (one: SequenceCase): void => {
  let set = ValidatorSet.make(nobleCrypto, one.init.map(powerOf))
  const first = set
  const sequence = one.proposer_addr_prefix_seq.map((prefix, round) => {
    if (round > 0) set = set.withPriorityIncremented(1)
    return toHex(set.proposer.address).slice(0, prefix.length)
  })
  expect(sequence).toEqual(one.proposer_addr_prefix_seq)
  // Going the distance at once is not the same as step by step only in scaling, which these sets
  // never need.
  const atOnce = first.withPriorityIncremented(sequence.length - 1)
  expect(toHex(atOnce.proposer.address)).toBe(toHex(set.proposer.address))
}

testVectors('proposer_sequences.json', 'the proposers of all rounds are equal', checkSequence)
