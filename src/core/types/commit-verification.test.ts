// The three ways to verify a commit, and what each of them does not look at.

import { describe, expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { CHAIN_ID, blockIdOfNumber, setOfPowers, signCommit } from './chain.fixture.ts'
import type { Ballot } from './chain.fixture.ts'
import {
  NIL_BLOCK_ID,
  commitVote,
  verifiedSignatureKey,
  verifyCommit,
  verifyCommitLight,
  verifyCommitLightAll,
  verifyCommitLightTrusting,
  verifyCommitLightTrustingAll,
  voteSignBytes,
} from './index.ts'
import type { Commit, CommitSig } from './index.ts'

const keyed = setOfPowers(10n, 10n, 10n, 10n)
const { validatorSet } = keyed
const blockId = blockIdOfNumber(1)
const expectation = { chainId: CHAIN_ID, validatorSet, blockId, height: 3n }
const commitOf = (...ballots: readonly Ballot[]): Commit => signCommit(keyed, 3n, blockId, ballots)

const change = (commit: Commit, index: number, changes: Partial<CommitSig>): Commit => ({
  ...commit,
  signatures: commit.signatures.map((entry, i) => (i === index ? { ...entry, ...changes } : entry)),
})

const good = commitOf('block', 'block', 'block', 'nil')
const badSignature = { signature: new Uint8Array(64).fill(1) }

/** Counts what is really verified. */
const countingCrypto = (): Crypto & { count: number } => ({
  ...crypto,
  count: 0,
  verifyEd25519(pubKey, message, signature) {
    this.count++
    return crypto.verifyEd25519(pubKey, message, signature)
  },
})

describe('full verification', () => {
  const verdict = (commit: Commit): string | null =>
    verifyCommit(crypto, { ...expectation, commit })

  test('commit: more than two thirds for the block are needed', () => {
    expect(verdict(good)).toBeNull()
    expect(verdict(commitOf('block', 'block', 'block', 'absent'))).toBeNull()
    expect(verdict(commitOf('block', 'block', 'nil', 'nil'))).toContain('not enough')
    const three = setOfPowers(1n, 1n, 1n)
    const commit = signCommit(three, 3n, blockId, ['block', 'block', 'absent'])
    const exact = { ...expectation, validatorSet: three.validatorSet, commit }
    expect(verifyCommit(crypto, exact)).toContain('not enough')
  })

  test('commit: a wrong signature anywhere refuses it, for nil too', () => {
    for (const index of [0, 2, 3]) {
      expect(verdict(change(good, index, badSignature))).toContain(`entry ${index}`)
    }
  })

  test('commit: timestamps and flags are signed', () => {
    expect(verdict(change(good, 1, { timestamp: 5n }))).toContain('wrong signature')
    expect(verdict(change(good, 1, { blockIdFlag: 3 }))).toContain('wrong signature')
    expect(verdict(change(good, 3, { blockIdFlag: 2 }))).toContain('wrong signature')
    expect(verdict(change(good, 1, { blockIdFlag: 7 }))).toContain('flag 7')
  })

  test('commit: of another height, block, chain or set is refused', () => {
    expect(verifyCommit(crypto, { ...expectation, height: 4n, commit: good })).toContain('height')
    const other = { ...expectation, blockId: NIL_BLOCK_ID, commit: good }
    expect(verifyCommit(crypto, other)).toContain('another block')
    const chain = { ...expectation, chainId: 'other', commit: good }
    expect(verifyCommit(crypto, chain)).toContain('wrong signature')
    const signatures = good.signatures.slice(1)
    expect(verdict({ ...good, signatures })).toContain('3 entries')
    expect(verdict({ ...good, signatures: good.signatures.toReversed() })).toContain('validator')
  })

  test('commit: what is known to be verified is not verified again', () => {
    const known = new Set(
      [0, 1, 3].map((index) => {
        const vote = commitVote(good, index)
        const { pubKey } = validatorSet.get(index)!
        return verifiedSignatureKey(pubKey, voteSignBytes(CHAIN_ID, vote), vote.signature)
      }),
    )
    const counting = countingCrypto()
    const isVerified = (key: string): boolean => known.has(key)
    expect(verifyCommit(counting, { ...expectation, commit: good, isVerified })).toBeNull()
    expect(counting.count).toBe(1)
    const bad = change(good, 1, badSignature)
    expect(verifyCommit(counting, { ...expectation, commit: bad, isVerified })).toContain('entry 1')
  })
})

describe('light verification', () => {
  const light = (commit: Commit, using: Crypto = crypto): string | null =>
    verifyCommitLight(using, { ...expectation, commit })

  test('commit: stops at more than two thirds', () => {
    const all = commitOf()
    const counting = countingCrypto()
    expect(light(all, counting)).toBeNull()
    expect(counting.count).toBe(3)
    expect(light(change(all, 3, badSignature))).toBeNull()
    expect(verifyCommitLightAll(crypto, { ...expectation, commit: all })).toBeNull()
    const bad = change(all, 3, badSignature)
    expect(verifyCommitLightAll(crypto, { ...expectation, commit: bad })).toContain('entry 3')
  })

  test('commit: signatures for nil are not looked at', () => {
    const commit = commitOf('nil', 'block', 'block', 'block')
    expect(light(change(commit, 0, badSignature))).toBeNull()
    expect(light(change(commit, 1, badSignature))).toContain('entry 1')
    expect(light(commitOf('nil', 'block', 'block', 'nil'))).toContain('not enough')
  })
})

describe('trusting verification', () => {
  const third = { numerator: 1n, denominator: 3n }
  const trusting = { chainId: CHAIN_ID, validatorSet, trustLevel: third }

  test('commit: of another set needs more than the trust level from known validators', () => {
    const larger = setOfPowers(10n, 10n, 10n, 10n, 10n, 10n)
    const at = (addressIndex: number): number =>
      larger.validatorSet.indexOf(validatorSet.get(addressIndex)!.address)
    const ballotsWith = (signers: readonly number[]): Ballot[] =>
      Array.from({ length: 6 }, (_, i) => (signers.includes(i) ? 'block' : 'absent'))
    const verdict = (signers: readonly number[]): string | null => {
      const commit = signCommit(larger, 3n, blockId, ballotsWith(signers))
      return verifyCommitLightTrusting(crypto, { ...trusting, commit })
    }
    expect(verdict([at(0), at(1)])).toBeNull()
    expect(verdict([at(0)])).toContain('not enough')
    const strangers = [0, 1, 2, 3, 4, 5].filter((i) => ![0, 1, 2, 3].map(at).includes(i))
    expect(verdict([at(0), ...strangers])).toContain('not enough')
  })

  test('commit: one validator standing in it twice is refused', () => {
    const [first, , ...rest] = commitOf().signatures
    const commit = { ...commitOf(), signatures: [first!, first!, ...rest] }
    expect(verifyCommitLightTrusting(crypto, { ...trusting, commit })).toContain('one validator')
  })

  test('commit: all known signatures are verified when it serves as evidence', () => {
    const commit = change(commitOf(), 3, badSignature)
    expect(verifyCommitLightTrusting(crypto, { ...trusting, commit })).toBeNull()
    expect(verifyCommitLightTrustingAll(crypto, { ...trusting, commit })).toContain('entry 3')
  })

  test('trust level: exactly its power is not enough', () => {
    const commit = commitOf('block', 'block', 'absent', 'absent')
    const verdict = (denominator: bigint): string | null => {
      const trustLevel = { numerator: 1n, denominator }
      return verifyCommitLightTrusting(crypto, { ...trusting, commit, trustLevel })
    }
    expect(verdict(2n)).toContain('not enough')
    expect(verdict(3n)).toBeNull()
  })

  test('trust level: impossible ones are refused', () => {
    const level = (numerator: bigint, denominator: bigint) =>
      verifyCommitLightTrusting(crypto, {
        ...trusting,
        commit: good,
        trustLevel: { numerator, denominator },
      })
    expect(level(1n, 0n)).toContain('denominator')
    expect(level(2n ** 62n, 3n)).toContain('out of range')
    expect(level(1n, 1n)).toContain('not enough')
  })
})
