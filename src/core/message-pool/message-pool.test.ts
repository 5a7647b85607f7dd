// What the pool lets in, what it keeps, whom it blames; the titles name the flaw of the usual
// design.

import { describe, expect, test } from 'vitest'
import { VoteType } from '../types/index.ts'
import type { Vote } from '../types/index.ts'
import {
  MAX_CATCH_UP_ROUNDS_PER_PEER,
  MAX_CATCH_UP_ROUNDS_PER_VALIDATOR,
  MAX_CLAIMED_VALUES,
  MAX_VALUES,
} from './bounds.ts'
import { MessagePool } from './message-pool.ts'
import { CHAIN_ID, blockIdOf, crypto, decidedAt, makeValidators } from './signers.fixture.ts'
import { signVote } from './signers.fixture.ts'

const validatorSet = makeValidators([1, 1, 1, 1])
const lastValidatorSet = makeValidators([3, 2, 1], 50)
const PEER = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)

function poolAt(height = 5n): MessagePool {
  const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
  pool.startHeight({
    height,
    validatorSet,
    lastPrecommits: decidedAt(lastValidatorSet, height - 1n, 1),
  })
  return pool
}

function wrongly<T extends { readonly signature: Uint8Array }>(message: T): T {
  return { ...message, signature: new Uint8Array(64) }
}

function verificationsOf(act: () => unknown): number {
  const before = crypto.verified
  act()
  return crypto.verified - before
}

describe('votes of the height', () => {
  test('message pool: admits a vote once and knows it again without verifying it', () => {
    const pool = poolAt()
    const vote = signVote(validatorSet, { index: 0 })
    expect(verificationsOf(() => pool.admitVote(vote, PEER))).toBe(1)
    const again = verificationsOf(() =>
      expect(pool.admitVote({ ...vote }, OTHER)).toEqual({ kind: 'duplicate' }),
    )
    expect(again).toBe(0)
    expect(pool.size).toBe(1)
  })

  test('message pool: refuses a wrong signature and stores nothing of it', () => {
    const pool = poolAt()
    const vote = wrongly(signVote(validatorSet, { index: 0 }))
    expect(pool.admitVote(vote, PEER).kind).toBe('refused')
    expect(pool.size).toBe(0)
    expect(pool.admitVote(signVote(validatorSet, { index: 0 }), PEER).kind).toBe('admitted')
  })

  test('message pool: refuses votes of another chain, of no validator, under a false index', () => {
    const pool = poolAt()
    const vote = signVote(validatorSet, { index: 0 })
    const stranger = signVote(makeValidators([1, 1, 1, 1], 80), { index: 0 })
    expect(pool.admitVote(stranger, PEER).kind).toBe('refused')
    expect(pool.admitVote({ ...vote, validatorIndex: 1 }, PEER).kind).toBe('refused')
    expect(pool.admitVote({ ...vote, validatorIndex: 9 }, PEER).kind).toBe('refused')
    const elsewhere = new MessagePool({ crypto, chainId: 'another' })
    elsewhere.startHeight({ height: 5n, validatorSet, lastPrecommits: null })
    expect(elsewhere.admitVote(vote, PEER).kind).toBe('refused')
  })

  test('message pool: refuses malformed votes before anything else', () => {
    const pool = poolAt()
    const vote = signVote(validatorSet, { index: 0 })
    const half = { ...vote.blockId, hash: new Uint8Array(0) }
    const huge = { ...vote.blockId, partSetHeader: { ...vote.blockId.partSetHeader, total: 9999 } }
    const malformed: Vote[] = [
      { ...vote, type: 3 },
      { ...vote, round: -1 },
      { ...vote, height: 0n },
      { ...vote, blockId: half },
      { ...vote, blockId: huge },
      { ...vote, signature: new Uint8Array(0) },
    ]
    const verified = verificationsOf(() => {
      for (const bad of malformed) expect(pool.admitVote(bad, PEER).kind).toBe('refused')
    })
    expect(verified).toBe(0)
  })

  test('flaw 4: nil is a value of its own, told from a block', () => {
    const pool = poolAt()
    const nil = signVote(validatorSet, { index: 0, value: 0 })
    const block = signVote(validatorSet, { index: 0, value: 1 })
    expect(pool.admitVote(nil, PEER)).toEqual({ kind: 'admitted' })
    expect(pool.admitVote(nil, PEER)).toEqual({ kind: 'duplicate' })
    expect(pool.admitVote(block, PEER)).toEqual({ kind: 'conflict', first: nil, second: block })
  })

  test('flaw 5: rounds and types are kept apart', () => {
    const pool = poolAt()
    for (const round of [0, 1]) {
      for (const type of [VoteType.prevote, VoteType.precommit]) {
        const vote = signVote(validatorSet, { index: 0, round, type, value: round })
        expect(pool.admitVote(vote, PEER)).toEqual({ kind: 'admitted' })
      }
    }
  })

  test('flaw 6 and 23: a second value is admitted too, and comes back with the first', () => {
    const pool = poolAt()
    const first = signVote(validatorSet, { index: 2, value: 1 })
    const second = signVote(validatorSet, { index: 2, value: 2 })
    pool.admitVote(first, PEER)
    expect(pool.admitVote(second, OTHER)).toEqual({ kind: 'conflict', first, second })
    expect(pool.admitVote(second, OTHER)).toEqual({ kind: 'duplicate' })
    expect(pool.size).toBe(2)
  })

  test('flaw 23: the same block hash with another part set is another value', () => {
    const pool = poolAt()
    const first = signVote(validatorSet, { index: 2, value: 1 })
    const { hash } = first.blockId
    const other = { hash, partSetHeader: blockIdOf(2).partSetHeader }
    pool.admitVote(first, PEER)
    // Not signed again: what matters is that it is looked at, not taken for a known vote.
    expect(pool.admitVote({ ...first, blockId: other }, PEER).kind).toBe('refused')
  })

  test('message pool: a second signature for the same value changes nothing', () => {
    const pool = poolAt()
    pool.admitVote(signVote(validatorSet, { index: 0 }), PEER)
    const later = signVote(validatorSet, { index: 0, timestamp: 1n })
    const verified = verificationsOf(() => expect(pool.admitVote(later, PEER).kind).toBe('ignored'))
    expect(verified).toBe(0)
  })
})

describe('bounds on values', () => {
  test('flaw 19: a third value is kept only where a peer claims a majority for it', () => {
    const pool = poolAt()
    for (let value = 1; value <= MAX_VALUES; value += 1) {
      pool.admitVote(signVote(validatorSet, { index: 0, value }), PEER)
    }
    const third = signVote(validatorSet, { index: 0, value: 9 })
    const verified = verificationsOf(() => expect(pool.admitVote(third, PEER).kind).toBe('ignored'))
    expect(verified).toBe(0)
    const place = { height: 5n, round: 0, type: VoteType.prevote }
    const claim = { ...place, peerId: OTHER, blockId: blockIdOf(9) }
    expect(pool.claimMaj23(claim)).toEqual({ kind: 'ok' })
    pool.removePeer(OTHER)
    expect(pool.admitVote(third, PEER).kind).toBe('ignored')
    pool.claimMaj23(claim)
    expect(pool.admitVote(third, PEER).kind).toBe('conflict')
  })

  test('message pool: claimed values have a bound too, however many peers come and go', () => {
    const pool = poolAt()
    let admitted = 0
    for (let value = 1; value <= 60; value += 1) {
      const peerId = `${value}`.padStart(40, '0')
      const blockId = blockIdOf(value)
      pool.claimMaj23({ peerId, height: 5n, round: 0, type: VoteType.prevote, blockId })
      const kind = pool.admitVote(signVote(validatorSet, { index: 0, value }), peerId).kind
      if (kind === 'admitted' || kind === 'conflict') admitted += 1
      pool.removePeer(peerId)
    }
    expect(admitted).toBe(MAX_VALUES + MAX_CLAIMED_VALUES)
  })

  test('message pool: refuses contradicting and malformed claims, ignores distant ones', () => {
    const pool = poolAt()
    const claim = {
      peerId: PEER,
      height: 5n,
      round: 0,
      type: VoteType.prevote,
      blockId: blockIdOf(1),
    }
    expect(pool.claimMaj23(claim).kind).toBe('ok')
    expect(pool.claimMaj23(claim).kind).toBe('ok')
    expect(pool.claimMaj23({ ...claim, type: VoteType.precommit }).kind).toBe('ok')
    expect(pool.claimMaj23({ ...claim, blockId: blockIdOf(0) }).kind).toBe('refused')
    expect(pool.claimMaj23({ ...claim, type: 32 }).kind).toBe('refused')
    const half = { ...blockIdOf(1), hash: new Uint8Array(0) }
    expect(pool.claimMaj23({ ...claim, round: 1, blockId: half }).kind).toBe('refused')
    expect(pool.claimMaj23({ ...claim, height: 4n }).kind).toBe('ignored')
    expect(pool.claimMaj23({ ...claim, round: 2 }).kind).toBe('ignored')
    expect(pool.size).toBe(2)
  })
})

describe('bounds on heights and rounds', () => {
  test('flaw 19: other heights are ignored, without a look at the signature', () => {
    const pool = poolAt()
    const verified = verificationsOf(() => {
      for (const height of [1n, 3n, 6n, 1_000_000n]) {
        const vote = signVote(validatorSet, { index: 0, height })
        expect(pool.admitVote(vote, PEER).kind).toBe('ignored')
      }
    })
    expect(verified).toBe(0)
  })

  test('flaw 19: one peer leads at most two rounds ahead, and the next round is free', () => {
    const pool = poolAt()
    const admit = (round: number, peer: string): string =>
      pool.admitVote(signVote(validatorSet, { index: round % 4, round }), peer).kind
    expect(admit(1, PEER)).toBe('admitted')
    expect(MAX_CATCH_UP_ROUNDS_PER_PEER).toBe(2)
    expect([admit(7, PEER), admit(2_000_000_000, PEER), admit(9, PEER)]).toEqual([
      'admitted',
      'admitted',
      'ignored',
    ])
    expect(admit(9, OTHER)).toBe('admitted')
    // A round that is near by now gives its place back.
    pool.enterRound(6)
    expect(admit(20, PEER)).toBe('admitted')
    expect(admit(21, PEER)).toBe('ignored')
  })

  test('flaw 19: a refused vote uses up no place', () => {
    const pool = poolAt()
    for (const round of [5, 6, 7]) {
      pool.admitVote(wrongly(signVote(validatorSet, { index: 0, round })), PEER)
    }
    expect(pool.admitVote(signVote(validatorSet, { index: 0, round: 8 }), PEER).kind).toBe(
      'admitted',
    )
  })

  test('message pool: a validator fills few rounds ahead, even with a new peer for each', () => {
    const pool = poolAt()
    let admitted = 0
    for (let round = 2; round < 200; round += 1) {
      const peerId = `${round}`.padStart(40, '0')
      const vote = signVote(validatorSet, { index: 3, round })
      if (pool.admitVote(vote, peerId).kind === 'admitted') admitted += 1
      pool.removePeer(peerId)
    }
    expect(admitted).toBe(MAX_CATCH_UP_ROUNDS_PER_VALIDATOR)
    // It does not crowd out the others.
    const honest = signVote(validatorSet, { index: 0, round: 150 })
    expect(pool.admitVote(honest, PEER).kind).toBe('admitted')
  })

  test('message pool: own messages are not bounded by a peer', () => {
    const pool = poolAt()
    for (const round of [3, 4, 5]) {
      expect(pool.admitVote(signVote(validatorSet, { index: 0, round }), null).kind).toBe(
        'admitted',
      )
    }
  })

  test('flaw 22: votes of earlier rounds stay, for the polka a proposal needs', () => {
    const pool = poolAt()
    const early = signVote(validatorSet, { index: 0, value: 1 })
    pool.admitVote(early, PEER)
    pool.enterRound(40)
    expect(pool.admitVote(early, PEER).kind).toBe('duplicate')
    const missing = signVote(validatorSet, { index: 1, value: 1 })
    expect(pool.admitVote(missing, PEER).kind).toBe('admitted')
  })
})

describe('the height before', () => {
  const late = (content: {
    index: number
    round?: number
    value?: number
    type?: VoteType
  }): Vote =>
    signVote(lastValidatorSet, { height: 4n, round: 1, type: VoteType.precommit, ...content })

  test('flaw 14 and 17: late precommits are judged by the validators of their own height', () => {
    const pool = poolAt()
    expect(pool.admitVote(late({ index: 2 }), PEER).kind).toBe('admitted')
    expect(pool.admitVote(late({ index: 2 }), PEER).kind).toBe('duplicate')
    const newcomer = signVote(validatorSet, {
      index: 3,
      height: 4n,
      round: 1,
      type: VoteType.precommit,
    })
    expect(pool.admitVote(newcomer, PEER).kind).toBe('refused')
  })

  test('message pool: what no round of that height needs is ignored unverified', () => {
    const pool = poolAt()
    const verified = verificationsOf(() => {
      for (const type of [VoteType.prevote, VoteType.precommit]) {
        expect(pool.admitVote(late({ index: 0, round: 3, type }), PEER).kind).toBe('ignored')
      }
    })
    expect(verified).toBe(0)
  })

  test('flaw 22: two late votes prove an equivocation that nobody saw in time', () => {
    const pool = poolAt()
    for (const round of [0, 2]) {
      const first = late({ index: 0, round, type: VoteType.prevote, value: 0 })
      const second = late({ index: 0, round, type: VoteType.prevote, value: 2 })
      expect(pool.admitVote(first, PEER)).toEqual({ kind: 'kept' })
      expect(pool.admitVote(first, OTHER)).toEqual({ kind: 'duplicate' })
      expect(pool.admitVote(second, OTHER)).toEqual({ kind: 'conflict', first, second })
    }
  })

  test('flaw 22: after a restart the stored precommits are known, and may be contradicted', () => {
    const stored = late({ index: 0, value: 1 })
    const addition = decidedAt(lastValidatorSet, 4n, 1).add(stored)
    if (addition.kind !== 'added') throw new Error(addition.kind)
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    pool.startHeight({ height: 5n, validatorSet, lastPrecommits: addition.voteSet })
    const verified = verificationsOf(() =>
      expect(pool.admitVote({ ...stored }, PEER)).toEqual({ kind: 'duplicate' }),
    )
    expect(verified).toBe(0)
    expect(pool.votesAt(stored)?.voters.indexes()).toEqual([0])
    const second = late({ index: 0, value: 2 })
    expect(pool.admitVote(second, PEER)).toEqual({ kind: 'conflict', first: stored, second })
  })

  test('message pool: our own late vote is not verified', () => {
    const pool = poolAt()
    const verified = verificationsOf(() =>
      expect(pool.admitVote(late({ index: 1 }), null).kind).toBe('admitted'),
    )
    expect(verified).toBe(0)
  })

  test('flaw 21 and 22: a late vote that contradicts an earlier one is still a proof', () => {
    const pool = poolAt()
    const removed = 3
    const first = signVote(validatorSet, { index: removed, value: 1 })
    pool.admitVote(first, PEER)
    // The validator leaves the set with the next height; its fault stays its fault.
    const next = makeValidators([1, 1, 1])
    pool.startHeight({
      height: 6n,
      validatorSet: next,
      lastPrecommits: decidedAt(validatorSet, 5n),
    })
    expect([5n, 6n].map((height) => pool.validatorsAt(height))).toEqual([4, 3])
    const second = signVote(validatorSet, { index: removed, value: 2 })
    expect(pool.admitVote(second, OTHER)).toEqual({ kind: 'conflict', first, second })
    const third = signVote(validatorSet, { index: removed, value: 3 })
    expect(pool.admitVote(third, OTHER).kind).toBe('ignored')
  })

  test('message pool: heights before that are gone', () => {
    const pool = poolAt()
    pool.admitVote(signVote(validatorSet, { index: 0 }), PEER)
    for (const height of [6n, 7n]) {
      pool.startHeight({
        height,
        validatorSet,
        lastPrecommits: decidedAt(validatorSet, height - 1n),
      })
    }
    expect(pool.size).toBe(0)
    expect(pool.admitVote(signVote(validatorSet, { index: 0 }), PEER).kind).toBe('ignored')
  })

  test('message pool: refuses votes of a height before the first one', () => {
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    pool.startHeight({ height: 5n, validatorSet, lastPrecommits: null })
    const vote = signVote(validatorSet, { index: 0, height: 4n, type: VoteType.precommit })
    expect(pool.admitVote(vote, PEER).kind).toBe('refused')
  })
})

describe('vote extensions', () => {
  const extension = Uint8Array.of(1, 2, 3)
  const precommit = { index: 0, type: VoteType.precommit } as const

  test('message pool: where they are off, an extension was added on the way', () => {
    const pool = poolAt()
    const vote = signVote(validatorSet, { ...precommit, extension })
    expect(pool.admitVote(vote, PEER).kind).toBe('refused')
  })

  test('message pool: where they are on, a precommit for a block needs a signed one', () => {
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    const start = { height: 5n, validatorSet, lastPrecommits: decidedAt(lastValidatorSet, 4n, 1) }
    pool.startHeight({ ...start, voteExtensions: true })
    const bare = signVote(validatorSet, precommit)
    expect(pool.admitVote(bare, PEER).kind).toBe('refused')
    const vote = signVote(validatorSet, { ...precommit, extension })
    expect(pool.admitVote({ ...vote, extension: Uint8Array.of(9) }, PEER).kind).toBe('refused')
    expect(pool.admitVote(vote, PEER).kind).toBe('admitted')
    const nil = signVote(validatorSet, { ...precommit, index: 1, value: 0 })
    expect(pool.admitVote(nil, PEER).kind).toBe('admitted')
    const late = { height: 4n, round: 1, ...precommit, extension }
    const lateVote = signVote(lastValidatorSet, late)
    expect(pool.admitVote({ ...lateVote, extension: Uint8Array.of(9) }, PEER).kind).toBe('refused')
    expect(pool.admitVote(lateVote, PEER).kind).toBe('admitted')
  })
})
