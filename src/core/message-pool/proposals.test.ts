// Which proposals the pool lets in, and what two for one round are; the titles name the flaw of the
// usual design.

import { describe, expect, test } from 'vitest'
import { MessagePool } from './message-pool.ts'
import { CHAIN_ID, crypto, decidedAt, makeValidators, signProposal } from './signers.fixture.ts'

const validatorSet = makeValidators([1, 1, 1, 1])
const lastValidatorSet = makeValidators([3, 2, 1], 50)
const lastPrecommits = decidedAt(lastValidatorSet, 4n, 1)
const PEER = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)

function poolAtFive(): MessagePool {
  const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
  pool.startHeight({ height: 5n, validatorSet, lastPrecommits })
  return pool
}

describe('proposals', () => {
  test('flaw 12: only the proposer of the round may propose', () => {
    const pool = poolAtFive()
    expect(pool.admitProposal(signProposal(validatorSet, { signer: 1 }), PEER).kind).toBe('refused')
    expect(pool.admitProposal(signProposal(validatorSet, {}), PEER).kind).toBe('admitted')
    expect(pool.admitProposal(signProposal(validatorSet, {}), OTHER).kind).toBe('duplicate')
  })

  test('message pool: a proposal may be one round ahead and no more', () => {
    const pool = poolAtFive()
    const admit = (round: number): string =>
      pool.admitProposal(signProposal(validatorSet, { round }), PEER).kind
    expect([admit(1), admit(2), admit(0)]).toEqual(['admitted', 'ignored', 'admitted'])
    pool.enterRound(3)
    expect([admit(0), admit(2), admit(3), admit(4), admit(5)]).toEqual([
      'duplicate',
      'kept',
      'admitted',
      'admitted',
      'ignored',
    ])
    expect(pool.size).toBe(5)
  })

  test('flaw 25: two proposals of an earlier round or height prove their fault too', () => {
    const pool = poolAtFive()
    const first = signProposal(validatorSet, { round: 1, value: 1 })
    const second = signProposal(validatorSet, { round: 1, value: 2 })
    pool.enterRound(4)
    expect(pool.admitProposal(first, PEER)).toEqual({ kind: 'kept' })
    const next = { validatorSet: makeValidators([1, 1, 1]), height: 6n }
    pool.startHeight({ ...next, lastPrecommits: decidedAt(validatorSet, 5n, 4) })
    expect(pool.admitProposal(second, PEER)).toEqual({ kind: 'double-proposal', first, second })
    pool.startHeight({ height: 7n, validatorSet, lastPrecommits: decidedAt(validatorSet, 6n) })
    expect(pool.admitProposal(first, PEER).kind).toBe('ignored')
    expect(pool.size).toBe(0)
  })

  test('message pool: blames nobody for a proposal of a height it has not lived through', () => {
    const pool = poolAtFive()
    const proposal = signProposal(lastValidatorSet, { height: 4n })
    const before = crypto.verified
    expect(pool.admitProposal(proposal, PEER).kind).toBe('ignored')
    expect(crypto.verified).toBe(before)
  })

  test('message pool: knows proposers after skipped rounds', () => {
    const pool = poolAtFive()
    pool.enterRound(2)
    pool.enterRound(7)
    for (const round of [7, 8]) {
      const proposal = signProposal(validatorSet, { round })
      expect(pool.admitProposal(proposal, PEER).kind).toBe('admitted')
    }
  })

  test('flaw 12 and 25: a second proposal is reported with the first and not let in', () => {
    const pool = poolAtFive()
    pool.enterRound(2)
    const first = signProposal(validatorSet, { round: 2, value: 1 })
    const second = signProposal(validatorSet, { round: 2, value: 1, polRound: 0 })
    const third = signProposal(validatorSet, { round: 2, value: 3 })
    expect(pool.admitProposal(first, PEER).kind).toBe('admitted')
    expect(pool.admitProposal(second, PEER)).toEqual({ kind: 'double-proposal', first, second })
    expect(pool.admitProposal(second, PEER).kind).toBe('duplicate')
    expect(pool.admitProposal(third, PEER).kind).toBe('ignored')
  })

  test('flaw 3: polRound lies below the round', () => {
    const pool = poolAtFive()
    pool.enterRound(3)
    const admit = (polRound: number): string =>
      pool.admitProposal(signProposal(validatorSet, { round: 3, polRound }), PEER).kind
    expect([admit(3), admit(4), admit(-2), admit(2)]).toEqual([
      'refused',
      'refused',
      'refused',
      'admitted',
    ])
  })

  test('message pool: a block larger than the chain allows is not collected', () => {
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    const start = { height: 5n, validatorSet, lastPrecommits }
    pool.startHeight({ ...start, maxBlockParts: 16 })
    const admit = (total: number): string =>
      pool.admitProposal(signProposal(validatorSet, { total }), PEER).kind
    expect([admit(17), admit(5000), admit(16)]).toEqual(['ignored', 'refused', 'admitted'])
  })

  test('message pool: a late proposal is measured by what its own height allows', () => {
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    const next = { height: 6n, validatorSet, lastPrecommits: decidedAt(validatorSet, 5n) }
    const [first, second] = [1, 2].map((value) => signProposal(validatorSet, { value, total: 3 }))
    if (first === undefined || second === undefined) throw new Error('two are made')
    pool.startHeight({ height: 5n, validatorSet, lastPrecommits, maxBlockParts: 16 })
    pool.admitProposal(first, PEER)
    pool.startHeight({ ...next, maxBlockParts: 2 })
    expect(pool.admitProposal(second, PEER).kind).toBe('double-proposal')
  })
})
