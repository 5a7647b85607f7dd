// Every recorded input comes back from its bytes as it was; foreign bytes are not a record.
import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { Input } from '../../core/consensus/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { makeBlock, makeBlockId, NIL_BLOCK_ID, EMPTY_COMMIT } from '../../core/types/index.ts'
import type { Proposal, Vote } from '../../core/types/index.ts'
import { decodeRecord, encodeRecord, recordHeight } from './log-record.ts'

const hash = new Uint8Array(32).fill(3)
const blockId = { hash, partSetHeader: { total: 1, hash } }
const vote: Vote = {
  type: 1,
  height: 9n,
  round: 2,
  blockId,
  timestamp: 1_700_000_000_123_456_789n,
  validatorAddress: new Uint8Array(20).fill(4),
  validatorIndex: 3,
  signature: new Uint8Array(64).fill(5),
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
}
const proposal: Proposal = {
  type: 32,
  height: 9n,
  round: 2,
  polRound: -1,
  blockId,
  timestamp: 5n,
  signature: new Uint8Array(64).fill(6),
}
const block = makeBlock(nobleCrypto, {
  header: {
    version: { block: 11n, app: 1n },
    chainId: 'c',
    height: 9n,
    time: 7n,
    lastBlockId: NIL_BLOCK_ID,
    validatorsHash: hash,
    nextValidatorsHash: hash,
    consensusHash: hash,
    appHash: EMPTY_BYTES,
    lastResultsHash: EMPTY_BYTES,
    proposerAddress: new Uint8Array(20),
  },
  txs: [Uint8Array.of(1, 2, 3)],
  evidence: [],
  lastCommit: EMPTY_COMMIT,
})
const { blockId: builtId, partSet } = makeBlockId(nobleCrypto, block)
const part = partSet.get(0)
if (part === null) throw new Error('a block has a first part')

const INPUTS: readonly Exclude<Input, { kind: 'start-height' }>[] = [
  { kind: 'proposal', proposal },
  { kind: 'signed-proposal', proposal },
  { kind: 'vote', vote },
  { kind: 'signed-vote', vote: { ...vote, type: 2, blockId: NIL_BLOCK_ID } },
  { kind: 'block-part', height: 9n, round: 2, part },
  { kind: 'timeout', timeout: { height: 9n, round: 2, step: 'precommit' } },
  { kind: 'block-built', height: 9n, round: 2, block: { blockId: builtId, partSet } },
  { kind: 'block-built', height: 9n, round: 2, block: null },
  { kind: 'block-validity', height: 9n, blockId, valid: true },
  { kind: 'block-validity', height: 9n, blockId, valid: false },
  { kind: 'sign-refused', height: 9n, round: 2, what: 'prevote' },
  { kind: 'txs-available', height: 9n },
]

describe('log record', () => {
  test.each(INPUTS.map((input) => [input.kind, input] as const))(
    'encodeRecord: %s comes back as it was',
    (_kind, input) => {
      const record = encodeRecord(input)
      expect(recordHeight(record)).toBe(9n)
      const decoded = decodeRecord(nobleCrypto, record)
      if (input.kind === 'block-built' && input.block !== null) {
        expect(decoded).toMatchObject({ kind: 'block-built', block: { blockId: builtId } })
      } else {
        expect(decoded).toEqual(input)
      }
    },
  )

  test('encodeRecord: the start of a height keeps how it began', () => {
    const start = {
      kind: 'start-height',
      height: 9n,
      waitForTxs: true,
      immediately: false,
    } as Input
    expect(decodeRecord(nobleCrypto, encodeRecord(start))).toEqual({
      kind: 'height-start',
      height: 9n,
      waitForTxs: true,
      immediately: false,
    })
  })

  test('decodeRecord: bytes that are no record answer null', () => {
    const good = encodeRecord({ kind: 'vote', vote })
    const unknownKind = good.slice()
    unknownKind[0] = 99
    const otherKind = good.slice()
    otherKind[0] = 0
    for (const bytes of [EMPTY_BYTES, good.subarray(0, 12), unknownKind, otherKind]) {
      expect(decodeRecord(nobleCrypto, bytes)).toBeNull()
    }
  })
})
