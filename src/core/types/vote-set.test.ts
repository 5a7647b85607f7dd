// Vote sets against a naive count of the same votes, and the commits made of them.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { CHAIN_ID, blockIdOfNumber, setOfPowers, signCommit, signVote } from './chain.fixture.ts'
import {
  BlockIdFlag,
  NIL_BLOCK_ID,
  VoteSet,
  VoteType,
  blockIdKey,
  equalBlockId,
  isNilBlockId,
  verifyCommit,
} from './index.ts'
import type { BlockId, Vote } from './index.ts'

const powers = [40n, 30n, 20n, 10n, 1n]
const { validatorSet, keys } = setOfPowers(...powers)
const values: readonly BlockId[] = [NIL_BLOCK_ID, blockIdOfNumber(1), blockIdOfNumber(2)]
// Signing is slow and a vote set does not verify: every possible vote is signed once.
const ballots = keys.map((key, validatorIndex) =>
  values.map((blockId) => signVote(key, { blockId, validatorIndex })),
)
const scope = { height: 1n, round: 0, type: VoteType.precommit, validatorSet }

const addAll = (votes: readonly Vote[]): VoteSet => {
  let voteSet = VoteSet.empty(scope)
  for (const vote of votes) {
    const addition = voteSet.add(vote)
    if (addition.kind !== 'duplicate') voteSet = addition.voteSet
  }
  return voteSet
}

const voteOf = (validator: number, value: number): Vote => ballots[validator]![value]!

const anyVotes = fc
  .array(fc.tuple(fc.nat(keys.length - 1), fc.nat(values.length - 1)), { maxLength: 20 })
  .map((picks) => picks.map(([validator, value]) => voteOf(validator, value)))

const sumOf = (votes: readonly Vote[]): bigint => {
  const voters = new Set(votes.map((vote) => vote.validatorIndex))
  return [...voters].reduce((sum, i) => sum + validatorSet.get(i)!.votingPower, 0n)
}

/** The first value that has two thirds of the votes up to some point. */
const naiveMaj23 = (votes: readonly Vote[]): BlockId | 'nil' | null => {
  for (let end = 1; end <= votes.length; end++) {
    const { blockId } = votes[end - 1]!
    const same = votes.slice(0, end).filter((vote) => equalBlockId(vote.blockId, blockId))
    if (sumOf(same) * 3n > validatorSet.totalVotingPower * 2n) {
      return isNilBlockId(blockId) ? 'nil' : blockId
    }
  }
  return null
}

test('vote set: powers, bits and majority equal a naive count', () => {
  fc.assert(
    fc.property(anyVotes, (votes) => {
      const voteSet = addAll(votes)
      expect(voteSet.powerAny).toBe(sumOf(votes))
      expect(voteSet.hasAll).toBe(sumOf(votes) === 101n)
      expect(voteSet.hasTwoThirdsAny).toBe(sumOf(votes) * 3n > 202n)
      expect(voteSet.maj23).toEqual(naiveMaj23(votes))
      expect(voteSet.bits.indexes()).toEqual(votersOf(votes))
      for (const blockId of values) {
        const same = votes.filter((vote) => equalBlockId(vote.blockId, blockId))
        expect(voteSet.powerFor(blockId)).toBe(sumOf(same))
        expect(voteSet.bitsFor(blockId).indexes()).toEqual(votersOf(same))
      }
      for (let i = 0; i < keys.length; i++) {
        expect(voteSet.get(i)).toBe(votes.find((vote) => vote.validatorIndex === i) ?? null)
      }
    }),
  )
})

const votersOf = (votes: readonly Vote[]): number[] =>
  [...new Set(votes.map((vote) => vote.validatorIndex))].toSorted((a, b) => a - b)

test('vote set: each addition is named by what was there, and the old set stays as it was', () => {
  fc.assert(
    fc.property(anyVotes, (votes) => {
      let voteSet = VoteSet.empty(scope)
      for (const [i, vote] of votes.entries()) {
        const before = votes.slice(0, i).filter((v) => v.validatorIndex === vote.validatorIndex)
        const seen = before.some((v) => equalBlockId(v.blockId, vote.blockId))
        const expected = seen ? 'duplicate' : before.length === 0 ? 'added' : 'conflict'
        const frozen = [voteSet.powerAny, voteSet.bits.toString(), voteSet.values.length]
        const addition = voteSet.add(vote)
        expect(addition.kind).toBe(expected)
        expect([voteSet.powerAny, voteSet.bits.toString(), voteSet.values.length]).toEqual(frozen)
        if (addition.kind === 'conflict') expect(addition.existing).toBe(before[0])
        if (addition.kind !== 'duplicate') voteSet = addition.voteSet
      }
    }),
  )
})

describe('vote set of four equal validators', () => {
  const four = setOfPowers(1n, 1n, 1n, 1n)
  const empty = VoteSet.empty({ ...scope, validatorSet: four.validatorSet })
  const vote = (i: number, blockId: BlockId): Vote =>
    signVote(four.keys[i]!, { blockId, validatorIndex: i })
  const add = (voteSet: VoteSet, one: Vote): VoteSet => {
    const addition = voteSet.add(one)
    return addition.kind === 'duplicate' ? voteSet : addition.voteSet
  }

  test('majority: exactly two thirds are not enough', () => {
    const three = setOfPowers(1n, 1n, 1n)
    let voteSet = VoteSet.empty({ ...scope, validatorSet: three.validatorSet })
    const block = blockIdOfNumber(1)
    for (const i of [0, 1]) {
      voteSet = add(voteSet, signVote(three.keys[i]!, { blockId: block, validatorIndex: i }))
    }
    expect(voteSet.maj23).toBeNull()
    expect(voteSet.hasTwoThirdsAny).toBe(false)
    voteSet = add(voteSet, signVote(three.keys[2]!, { blockId: block, validatorIndex: 2 }))
    expect(voteSet.maj23).toEqual(block)
  })

  test('majority: the votes of one who votes for everything count for each value', () => {
    const [a, b] = [blockIdOfNumber(1), blockIdOfNumber(2)]
    // Validator 0 equivocates; without its second vote block b would never have its majority.
    const voteSet = [vote(0, a), vote(1, b), vote(2, b), vote(0, b)].reduce(add, empty)
    expect(voteSet.maj23).toEqual(b)
    expect(voteSet.get(0)!.blockId).toEqual(a)
    expect(voteSet.getFor(0, b)).not.toBeNull()
    expect(voteSet.powerAny).toBe(3n)
  })

  test('majority: the first one stays when more than a third lie', () => {
    const [a, b] = [blockIdOfNumber(1), blockIdOfNumber(2)]
    const forA = [0, 1, 2].map((i) => vote(i, a))
    const forB = [0, 1, 2].map((i) => vote(i, b))
    expect([...forA, ...forB].reduce(add, empty).maj23).toEqual(a)
  })

  test('commit: holds votes for the block, for nil, and nothing of others', () => {
    const block = blockIdOfNumber(1)
    const five = setOfPowers(1n, 1n, 1n, 1n, 1n, 1n, 1n)
    const choices = [block, block, block, block, block, NIL_BLOCK_ID, blockIdOfNumber(2)]
    const votes = choices.map((blockId, i) =>
      signVote(five.keys[i]!, { blockId, validatorIndex: i }),
    )
    const voteSet = votes.reduce(add, VoteSet.empty({ ...scope, validatorSet: five.validatorSet }))
    const commit = voteSet.makeCommit()
    expect(commit.signatures.map((entry) => entry.blockIdFlag)).toEqual([
      ...Array.from({ length: 5 }, () => BlockIdFlag.commit),
      BlockIdFlag.nil,
      BlockIdFlag.absent,
    ])
    const expectation = { chainId: CHAIN_ID, validatorSet: five.validatorSet, blockId: block }
    expect(verifyCommit(crypto, { ...expectation, height: 1n, commit })).toBeNull()
  })

  test('commit: of a validator that voted twice the vote for the block is taken', () => {
    const block = blockIdOfNumber(1)
    const votes = [vote(0, NIL_BLOCK_ID), vote(0, block), vote(1, block), vote(2, block)]
    const commit = votes.reduce(add, empty).makeCommit()
    expect(commit.signatures[0]!.blockIdFlag).toBe(BlockIdFlag.commit)
  })

  test('commit: a set made of a commit makes the same commit', () => {
    const commit = signCommit(four, 5n, blockIdOfNumber(3), ['block', 'nil', 'block', 'block'])
    const voteSet = VoteSet.fromCommit(commit, four.validatorSet)
    expect(voteSet.makeCommit()).toEqual(commit)
    expect(voteSet.hasAll).toBe(true)
  })

  test('commit: is not made without a majority for a block', () => {
    expect(() => empty.makeCommit()).toThrow(InvariantError)
    const nil = [0, 1, 2].map((i) => vote(i, NIL_BLOCK_ID)).reduce(add, empty)
    expect(nil.maj23).toBe('nil')
    expect(() => nil.makeCommit()).toThrow(InvariantError)
  })

  test('vote set: a vote of another step or validator is a bug of the caller', () => {
    const good = vote(0, NIL_BLOCK_ID)
    for (const wrong of [{ round: 1 }, { height: 2n }, { type: 1 }, { validatorIndex: 1 }]) {
      expect(() => empty.add({ ...good, ...wrong })).toThrow(InvariantError)
    }
    expect(() => empty.add({ ...good, validatorIndex: 9 })).toThrow(InvariantError)
  })

  test('summary: prints votes and powers as the reference does', () => {
    const block = blockIdOfNumber(1)
    const voteSet = [vote(0, block), vote(3, NIL_BLOCK_ID)].reduce(add, empty)
    expect(voteSet.bitArrayString).toBe('BA{4:x__x} 2/4 = 0.50')
    const [first, second] = voteSet.voteStrings()
    expect(first).toMatch(
      /^Vote\{0:[0-9A-F]{12} 1\/00\/SIGNED_MSG_TYPE_PRECOMMIT\(Precommit\) 010101010101 /,
    )
    expect(first).toMatch(/ 000000000000 @ 2026-11-22T00:00:00Z\}$/)
    expect(second).toBe('nil-Vote')
  })
})

test('block id key: orders as the bytes of hash and part set header', () => {
  const key = (id: BlockId): string => blockIdKey(id)
  expect(key(NIL_BLOCK_ID) < key(blockIdOfNumber(1))).toBe(true)
  expect(key(blockIdOfNumber(1)) < key(blockIdOfNumber(200))).toBe(true)
  const one = blockIdOfNumber(1)
  const more = { ...one, partSetHeader: { ...one.partSetHeader, total: 2 } }
  expect(key(one) < key(more)).toBe(true)
})
