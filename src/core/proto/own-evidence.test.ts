// The kinds of evidence that CometBFT does not know: frozen bytes, and what CometBFT does not see.

import { describe, expect, test } from 'vitest'
import { concatBytes, toHex } from '../bytes/index.ts'
import { ProtoError, decodeEvidence, decodeEvidenceList, encodeEvidence } from './index.ts'
import type { DoubleProposalEvidence, DowntimeEvidence, DuplicateVoteEvidence } from './index.ts'

const fill = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const TIME = 1_795_305_600_000_000_001n

const proposalOf = (number: number): DoubleProposalEvidence['proposalA'] => ({
  type: 32,
  height: 7n,
  round: 2,
  polRound: -1,
  blockId: { hash: fill(32, number), partSetHeader: { total: 1, hash: fill(32, number + 1) } },
  timestamp: TIME,
  signature: fill(2, number),
})

const doubleProposal: DoubleProposalEvidence = {
  kind: 'double-proposal',
  validatorAddress: fill(20, 0xaa),
  proposalA: proposalOf(1),
  proposalB: proposalOf(3),
  totalVotingPower: 300n,
  validatorPower: 10n,
  timestamp: TIME,
}

const downtime: DowntimeEvidence = {
  kind: 'downtime',
  validatorAddress: fill(20, 0xbb),
  windowStart: 101n,
  windowEnd: 200n,
  missed: 51,
  totalVotingPower: 300n,
  validatorPower: 10n,
  timestamp: TIME,
}

const vote = {
  type: 1,
  height: 7n,
  round: 0,
  blockId: proposalOf(5).blockId,
  timestamp: TIME,
  validatorAddress: fill(20, 1),
  validatorIndex: 0,
  signature: fill(2, 1),
  extension: fill(0, 0),
  extensionSignature: fill(0, 0),
}
const duplicateVote: DuplicateVoteEvidence = {
  kind: 'duplicate-vote',
  voteA: vote,
  voteB: vote,
  totalVotingPower: 1n,
  validatorPower: 1n,
  timestamp: TIME,
}

describe('evidence of our own kinds', () => {
  test('evidence: a double proposal has frozen bytes behind field 101', () => {
    const proposalHex = (byte: string, next: string): string =>
      `08201007180220ffffffffffffffffff012a480a20${byte.repeat(32)}` +
      `122408011220${next.repeat(32)}32080880e188d80610013a02${byte.repeat(2)}`
    const hex =
      `aa06fb010a14${'aa'.repeat(20)}` +
      `1269${proposalHex('01', '02')}1a69${proposalHex('03', '04')}` +
      `20ac02280a32080880e188d8061001`
    expect(toHex(encodeEvidence(doubleProposal))).toBe(hex)
    expect(decodeEvidence(encodeEvidence(doubleProposal))).toEqual(doubleProposal)
  })

  test('evidence: downtime has frozen bytes behind field 102', () => {
    const hex = `b2062c0a14${'bb'.repeat(20)}106518c801203328ac02300a3a080880e188d8061001`
    expect(toHex(encodeEvidence(downtime))).toBe(hex)
    expect(decodeEvidence(encodeEvidence(downtime))).toEqual(downtime)
  })

  test('evidence: a kind that CometBFT knows is the whole message, wherever it stands', () => {
    const known = encodeEvidence(duplicateVote)
    const own = encodeEvidence(downtime)
    expect(decodeEvidence(concatBytes(known, own))).toEqual(duplicateVote)
    expect(decodeEvidence(concatBytes(own, known))).toEqual(duplicateVote)
    // Field 101 with one byte of garbage: CometBFT passes over it.
    const garbage = Uint8Array.of(0xaa, 0x06, 0x01, 0x07)
    expect(decodeEvidence(concatBytes(known, garbage))).toEqual(duplicateVote)
    expect(() => decodeEvidence(garbage)).toThrow(ProtoError)
  })

  test('evidence: field 101 as a number is unknown, as it is for CometBFT', () => {
    const number = Uint8Array.of(0xa8, 0x06, 0x01)
    const known = encodeEvidence(duplicateVote)
    expect(decodeEvidence(concatBytes(number, known))).toEqual(duplicateVote)
    expect(() => decodeEvidence(number)).toThrow(ProtoError)
  })

  test('evidence: a double proposal without a proposal is refused', () => {
    // Field 101 with only an address.
    expect(() => decodeEvidence(Uint8Array.of(0xaa, 0x06, 3, 0x0a, 1, 9))).toThrow('proposals')
    expect(() => decodeEvidenceList(Uint8Array.of(0x0a, 0))).toThrow('no known kind')
  })
})
