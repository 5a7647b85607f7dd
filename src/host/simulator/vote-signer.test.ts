// The signer of an encoded vote is that of the decoded one.

import { expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { encodeConsensusMessage } from '../../core/proto/index.ts'
import { NIL_BLOCK_ID } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { signerOfVote } from './vote-signer.ts'

const hash = new Uint8Array(32).fill(0x42)
const vote: Vote = {
  type: 1,
  height: 7n,
  round: 0,
  blockId: { hash, partSetHeader: { total: 1, hash } },
  timestamp: 1_795_305_600_000_000_000n,
  validatorAddress: Uint8Array.from({ length: 20 }, (_, i) => 0x38 + i),
  validatorIndex: 0,
  signature: new Uint8Array(64).fill(0x38),
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
}

const signerOf = (change: Partial<Vote>): Uint8Array | null =>
  signerOfVote(encodeConsensusMessage({ kind: 'vote', vote: { ...vote, ...change } }))

test('signer of a vote: is read from its bytes, whatever its number and value', () => {
  for (const validatorIndex of [0, 1, 56, 127, 128, 9999]) {
    expect(signerOf({ validatorIndex })).toEqual(vote.validatorAddress)
    expect(signerOf({ validatorIndex, blockId: NIL_BLOCK_ID, round: 300 })).toEqual(
      vote.validatorAddress,
    )
  }
})

test('signer of a vote: is not told of anything else', () => {
  expect(signerOf({ extensionSignature: new Uint8Array(64) })).toBeNull()
  expect(signerOf({ signature: new Uint8Array(63) })).toBeNull()
  expect(signerOf({ validatorAddress: new Uint8Array(19) })).toBeNull()
  expect(signerOfVote(EMPTY_BYTES)).toBeNull()
})
