// What votes, proposals, commits and evidence must look like before anything is verified.

import { expect, test } from 'vitest'
import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import {
  CHAIN_ID,
  blockIdOfNumber,
  keyOf,
  setOfPowers,
  signCommit,
  signVote,
} from './chain.fixture.ts'
import {
  ABSENT_COMMIT_SIG,
  EMPTY_COMMIT,
  MAX_BLOCK_PARTS,
  NIL_BLOCK_ID,
  SignedMsgType,
  validateCommit,
  validateDuplicateVoteEvidence,
  validateProposal,
  validateVote,
  verifyVote,
  verifyVoteExtension,
  voteExtensionSignBytes,
} from './index.ts'
import type { DuplicateVoteEvidence, Proposal, Vote } from './index.ts'

const block = blockIdOfNumber(1)
const precommit = signVote(keyOf(1), { blockId: block })
const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(1)
const noHash = { ...block, hash: EMPTY_BYTES }

test('vote: each structural rule refuses alone', () => {
  const refused: readonly Partial<Vote>[] = [
    { type: SignedMsgType.proposal },
    { type: 0 },
    { height: 0n },
    { height: -1n },
    { round: -1 },
    { blockId: { ...block, hash: bytes(31) } },
    { blockId: { ...block, partSetHeader: { total: 1, hash: bytes(33) } } },
    { blockId: noHash },
    { blockId: { ...block, partSetHeader: { total: 0, hash: bytes(32) } } },
    { validatorAddress: bytes(19) },
    { validatorIndex: -1 },
    { signature: EMPTY_BYTES },
    { signature: bytes(65) },
    { extension: bytes(1) },
    { extensionSignature: bytes(65) },
    { blockId: NIL_BLOCK_ID, extensionSignature: bytes(64) },
    { type: SignedMsgType.prevote, extension: bytes(1), extensionSignature: bytes(64) },
  ]
  expect(validateVote(precommit)).toBeNull()
  expect(refused.filter((change) => validateVote({ ...precommit, ...change }) === null)).toEqual([])
})

test('vote: nil, prevotes, extensions and old times are well formed', () => {
  const accepted: readonly Partial<Vote>[] = [
    { blockId: NIL_BLOCK_ID },
    { type: SignedMsgType.prevote },
    { extension: bytes(9), extensionSignature: bytes(64) },
    { extensionSignature: bytes(64) },
    { timestamp: ZERO_TIME },
    { signature: bytes(1) },
  ]
  for (const change of accepted) expect(validateVote({ ...precommit, ...change })).toBeNull()
})

test('vote: verifies only under the address of the key that signed it', () => {
  const { pubKey, address } = keyOf(1)
  const verdict = (change: Partial<Vote>): boolean =>
    verifyVote(crypto, CHAIN_ID, { ...precommit, ...change }, pubKey)
  expect(verdict({})).toBe(true)
  // The address is not signed, so it must be compared.
  expect(verdict({ validatorAddress: keyOf(2).address })).toBe(false)
  expect(verdict({ validatorAddress: address.subarray(1) })).toBe(false)
  expect(verdict({ round: 1 })).toBe(false)
  expect(verifyVote(crypto, 'other chain', precommit, pubKey)).toBe(false)
})

test('vote extension: only a precommit for a block has one that verifies', () => {
  const { seed, pubKey } = keyOf(1)
  const extended = { ...precommit, extension: bytes(3) }
  const signBytes = voteExtensionSignBytes(CHAIN_ID, extended)
  const signed = { ...extended, extensionSignature: crypto.signEd25519(seed, signBytes) }
  const verdict = (vote: Vote): boolean => verifyVoteExtension(crypto, CHAIN_ID, vote, pubKey)
  expect(verdict(signed)).toBe(true)
  expect(verdict({ ...signed, extension: bytes(2) })).toBe(false)
  expect(verdict({ ...signed, blockId: NIL_BLOCK_ID })).toBe(false)
  expect(verdict({ ...signed, type: SignedMsgType.prevote })).toBe(false)
  expect(verdict(precommit)).toBe(false)
})

test('proposal: each structural rule refuses alone', () => {
  const proposal: Proposal = {
    type: SignedMsgType.proposal,
    height: 1n,
    round: 0,
    polRound: -1,
    blockId: block,
    timestamp: 0n,
    signature: bytes(64),
  }
  const parts = (total: number) => ({ ...block, partSetHeader: { total, hash: bytes(32) } })
  const refused: readonly Partial<Proposal>[] = [
    { type: 1 },
    { height: -1n },
    { round: -1 },
    { polRound: -2 },
    { blockId: NIL_BLOCK_ID },
    { blockId: noHash },
    { blockId: { ...block, hash: bytes(5) } },
    { blockId: parts(MAX_BLOCK_PARTS + 1) },
    { signature: EMPTY_BYTES },
    { signature: bytes(65) },
  ]
  expect(validateProposal(proposal)).toBeNull()
  expect(validateProposal({ ...proposal, blockId: parts(MAX_BLOCK_PARTS) })).toBeNull()
  const passed = refused.filter((change) => validateProposal({ ...proposal, ...change }) === null)
  expect(passed).toEqual([])
})

test('commit: each structural rule refuses alone', () => {
  const keyed = setOfPowers(1n, 1n)
  const commit = signCommit(keyed, 3n, block, ['block', 'absent'])
  const [entry] = commit.signatures
  const withEntry = (change: object) => ({ ...commit, signatures: [{ ...entry!, ...change }] })
  const withAbsent = (change: object) => ({
    ...commit,
    signatures: [{ ...ABSENT_COMMIT_SIG, ...change }],
  })
  expect(validateCommit(commit)).toBeNull()
  expect(validateCommit(EMPTY_COMMIT)).toBeNull()
  const refused = [
    { ...commit, height: -1n },
    { ...commit, round: -1 },
    { ...commit, blockId: NIL_BLOCK_ID },
    { ...commit, blockId: { ...block, hash: bytes(3) } },
    { ...commit, signatures: [] },
    withEntry({ blockIdFlag: 0 }),
    withEntry({ blockIdFlag: 4 }),
    withEntry({ validatorAddress: bytes(21) }),
    withEntry({ signature: EMPTY_BYTES }),
    withEntry({ signature: bytes(65) }),
    withAbsent({ timestamp: 0n }),
    withAbsent({ signature: bytes(1) }),
    withAbsent({ validatorAddress: bytes(20) }),
    { ...withEntry({ blockIdFlag: 0 }), height: 0n },
  ]
  expect(refused.filter((one) => validateCommit(one) === null)).toEqual([])
})

test('evidence: its votes are well formed and stand in one order', () => {
  const voteA = signVote(keyOf(1), { blockId: blockIdOfNumber(1) })
  const voteB = signVote(keyOf(1), { blockId: blockIdOfNumber(2) })
  const evidence: DuplicateVoteEvidence = {
    kind: 'duplicate-vote',
    voteA,
    voteB,
    totalVotingPower: 1n,
    validatorPower: 1n,
    timestamp: 0n,
  }
  expect(validateDuplicateVoteEvidence(evidence)).toBeNull()
  const check = (change: Partial<DuplicateVoteEvidence>) =>
    validateDuplicateVoteEvidence({ ...evidence, ...change })
  expect(check({ voteA: voteB, voteB: voteA })).toContain('order')
  expect(check({ voteB: voteA })).toContain('order')
  expect(check({ voteA: { ...voteA, round: -1 } })).toContain('vote A')
  expect(check({ voteB: { ...voteB, height: 0n } })).toContain('vote B')
})
