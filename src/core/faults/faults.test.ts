// Proofs of double votes: true ones hold, every changed piece refuses, and history decides their
// age.

import { describe, expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import {
  CHAIN_ID,
  START,
  blockIdOfNumber,
  keyOf,
  setOfPowers,
  signVote,
} from '../types/chain.fixture.ts'
import type { VoteFields } from '../types/chain.fixture.ts'
import { headerOf } from './past.fixture.ts'
import { NIL_BLOCK_ID, defaultConsensusParams } from '../types/index.ts'
import type { DuplicateVoteEvidence, Evidence, Header, Vote } from '../types/index.ts'
import {
  DEFAULT_FAULT_DETECTOR_CONFIG,
  checkEvidence,
  isEvidenceExpired,
  offenceKey,
  verifyDuplicateVoteEvidence,
} from './index.ts'
import type { EvidenceContext, EvidenceHistory } from './index.ts'

const { validatorSet, keys } = setOfPowers(40n, 30n, 20n, 10n)
const liar = keys[1]!
const vote = (number: number, fields: VoteFields = {}): Vote =>
  signVote(liar, { height: 5n, blockId: blockIdOfNumber(number), ...fields })

const evidence: DuplicateVoteEvidence = {
  kind: 'duplicate-vote',
  voteA: vote(1),
  voteB: vote(2),
  totalVotingPower: 100n,
  validatorPower: 30n,
  timestamp: START,
}

const verdict = (change: Partial<DuplicateVoteEvidence>): string | null =>
  verifyDuplicateVoteEvidence(crypto, CHAIN_ID, { ...evidence, ...change }, validatorSet)

describe('proof of a double vote', () => {
  test('proof: two signatures for two values hold, nil being one of them too', () => {
    expect(verdict({})).toBeNull()
    expect(verdict({ voteA: vote(0, { blockId: NIL_BLOCK_ID }), voteB: vote(1) })).toBeNull()
    const prevotes = { voteA: vote(1, { type: 1 }), voteB: vote(2, { type: 1 }) }
    expect(verdict(prevotes)).toBeNull()
  })

  test('proof: index and extension are in no signature and may be anything', () => {
    expect(verdict({ voteB: { ...vote(2), validatorIndex: 3 } })).toBeNull()
    const extended = { extension: Uint8Array.of(1), extensionSignature: new Uint8Array(64).fill(1) }
    expect(verdict({ voteB: { ...vote(2), ...extended } })).toBeNull()
  })

  test('proof: votes of different steps accuse nobody', () => {
    expect(verdict({ voteB: vote(2, { round: 1 }) })).toContain('one height, round and type')
    expect(verdict({ voteB: vote(2, { height: 6n }) })).toContain('one height, round and type')
    expect(verdict({ voteB: vote(2, { type: 1 }) })).toContain('one height, round and type')
  })

  test('proof: one value signed twice accuses nobody', () => {
    const later = vote(1, { timestamp: START + 1n })
    expect(verdict({ voteB: later })).not.toBeNull()
  })

  test('proof: votes of two validators accuse nobody', () => {
    const other = signVote(keys[0]!, { height: 5n, blockId: blockIdOfNumber(2) })
    expect(verdict({ voteB: other })).toContain('two validators')
    // Under the name of the accused, but signed by another.
    expect(verdict({ voteB: { ...other, validatorAddress: liar.address } })).toContain('vote B')
  })

  test('proof: a vote that was not signed accuses nobody', () => {
    const { signature } = vote(2)
    expect(verdict({ voteB: { ...vote(3), signature } })).toContain('signature of vote B')
    expect(verdict({ voteA: { ...vote(0), signature } })).toContain('signature of vote A')
    const elsewhere = signVote(liar, { height: 5n, blockId: blockIdOfNumber(2) }, 'other chain')
    expect(verdict({ voteB: elsewhere })).toContain('signature of vote B')
  })

  test('proof: must name the powers of the height', () => {
    expect(verdict({ validatorPower: 31n })).toContain('validator power')
    expect(verdict({ totalVotingPower: 99n })).toContain('total power')
  })

  test('proof: strangers are not accused', () => {
    const stranger = keyOf(99)
    const of = (number: number): Vote =>
      signVote(stranger, { height: 5n, blockId: blockIdOfNumber(number) })
    expect(verdict({ voteA: of(1), voteB: of(2) })).toContain('no validator')
  })

  test('proof: the votes stand in one order', () => {
    expect(verdict({ voteA: vote(2), voteB: vote(1) })).toContain('order')
  })
})

describe('evidence against the history of the chain', () => {
  const headerAt = (time: bigint): Header => headerOf({ height: 5n, time })
  const known: EvidenceHistory = {
    headerAt: (height) => (height === 5n ? headerAt(START) : null),
    commitAt: () => null,
    validatorsAt: () => validatorSet,
    isCommitted: () => false,
    isOffenceCommitted: () => false,
  }
  const context: EvidenceContext = {
    crypto,
    chainId: CHAIN_ID,
    initialHeight: 1n,
    evidenceRule: 'comet',
    detection: DEFAULT_FAULT_DETECTOR_CONFIG,
    lastBlockHeight: 8n,
    lastBlockTime: START + 3n,
    params: defaultConsensusParams.evidence,
    history: known,
  }
  const check = (change: Partial<EvidenceContext>, one: Evidence = evidence): string | null =>
    checkEvidence({ ...context, ...change }, one)
  const history = (change: Partial<EvidenceHistory>) => ({ history: { ...known, ...change } })

  test('evidence: a true proof of a known height is good', () => {
    expect(check({})).toBeNull()
  })

  test('evidence: committed before, of unknown heights or at another time is refused', () => {
    expect(check(history({ isCommitted: () => true }))).toContain('committed before')
    expect(check(history({ headerAt: () => null }))).toContain('block of height 5')
    expect(check(history({ headerAt: () => headerAt(START + 1n) }))).toContain('another time')
    expect(check(history({ validatorsAt: () => null }))).toContain('validators of height 5')
    expect(check({}, { ...evidence, validatorPower: 1n })).toContain('validator power')
  })

  test('evidence: is known by its bytes where CometBFT validates, else by the offence', () => {
    const byBytes = history({ isCommitted: () => true })
    const byOffence = history({ isOffenceCommitted: (key) => key === offenceKey(evidence) })
    expect(check({ ...byBytes, evidenceRule: 'comet' })).toContain('committed before')
    expect(check({ ...byOffence, evidenceRule: 'comet' })).toBeNull()
    expect(check({ ...byBytes, evidenceRule: 'all' })).toBeNull()
    expect(check({ ...byOffence, evidenceRule: 'all' })).toContain('committed before')
  })

  test('evidence: expires only when it is too old in blocks and in time', () => {
    const params = { maxAgeNumBlocks: 2n, maxAgeDuration: 10n, maxBytes: 1n }
    const fault = { height: 5n, time: 100n }
    const at = (height: bigint, time: bigint): boolean =>
      isEvidenceExpired(fault, { height, time }, params)
    expect([at(7n, 111n), at(8n, 110n), at(8n, 111n)]).toEqual([false, false, true])
    const old = { lastBlockHeight: 8n, lastBlockTime: START + 11n, params }
    expect(check(old)).toContain('too old')
  })
})
