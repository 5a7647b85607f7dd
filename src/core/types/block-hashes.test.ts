// Hashes that no golden vector holds: evidence of light client attacks, and headers without
// validators.

import { expect, test } from 'vitest'
import { EMPTY_BYTES, ZERO_TIME, concatBytes, toHex } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { blockIdOfNumber } from './chain.fixture.ts'
import { evidenceByteSize, evidenceHash, evidenceHeight, hashHeader } from './index.ts'
import type { Header, LightClientAttackEvidence } from './index.ts'

const hash = new Uint8Array(32).fill(7)
const header: Header = {
  version: { block: 11n, app: 0n },
  chainId: 'test-chain',
  height: 9n,
  time: ZERO_TIME,
  lastBlockId: blockIdOfNumber(1),
  lastCommitHash: hash,
  dataHash: hash,
  validatorsHash: hash,
  nextValidatorsHash: hash,
  consensusHash: hash,
  appHash: EMPTY_BYTES,
  lastResultsHash: hash,
  evidenceHash: hash,
  proposerAddress: new Uint8Array(20),
}

const attackAt = (commonHeight: bigint): LightClientAttackEvidence => ({
  kind: 'light-client-attack',
  conflictingBlock: { signedHeader: { header, commit: null }, validatorSet: null },
  commonHeight,
  byzantineValidators: [],
  totalVotingPower: 1n,
  timestamp: ZERO_TIME,
})

test('evidence hash: of a light client attack covers a hash cut short and the height', () => {
  const named = hashHeader(crypto, header).slice()
  named[31] = 0
  const heights = [
    [1n, [2]],
    [63n, [126]],
    [64n, [0x80, 1]],
    [300n, [0xd8, 4]],
  ] as const
  for (const [height, varint] of heights) {
    const expected = crypto.sha256(concatBytes(named, Uint8Array.from(varint)))
    expect(toHex(evidenceHash(crypto, attackAt(height)))).toBe(toHex(expected))
  }
})

test('evidence: height and size are those that the limits count', () => {
  expect(evidenceHeight(attackAt(4n))).toBe(4n)
  expect(evidenceByteSize([])).toBe(0n)
  const one = evidenceByteSize([attackAt(4n)])
  expect(evidenceByteSize([attackAt(4n), attackAt(4n)])).toBe(2n * one)
})

test('header hash: a header without a validators hash has none', () => {
  expect(hashHeader(crypto, { ...header, validatorsHash: EMPTY_BYTES })).toEqual(EMPTY_BYTES)
})

test('header hash: every field counts', () => {
  const other = new Uint8Array(32).fill(8)
  const changes: readonly Partial<Header>[] = [
    { version: { block: 11n, app: 1n } },
    { version: { block: 12n, app: 0n } },
    { chainId: 'other' },
    { height: 10n },
    { time: 0n },
    { lastBlockId: blockIdOfNumber(2) },
    { lastCommitHash: other },
    { dataHash: other },
    { validatorsHash: other },
    { nextValidatorsHash: other },
    { consensusHash: other },
    { appHash: other },
    { lastResultsHash: other },
    { evidenceHash: other },
    { proposerAddress: new Uint8Array(20).fill(1) },
  ]
  const hashes = changes.map((change) => toHex(hashHeader(crypto, { ...header, ...change })))
  expect(new Set([...hashes, toHex(hashHeader(crypto, header))]).size).toBe(changes.length + 1)
})
