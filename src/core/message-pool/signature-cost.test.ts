// What peers may cost in signature checks: the dearest forgery, and the slow path of what only
// ZIP-215 accepts.

import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { ValidatorSet, VoteType } from '../types/index.ts'
import { MAX_CHECKS } from './bounds.ts'
import { MessagePool } from './message-pool.ts'
import { CHAIN_ID, crypto, decidedAt, makeValidators, signVote } from './signers.fixture.ts'

const validatorSet = makeValidators([1, 1, 1, 1])
const PEER = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)

describe('signature checks', () => {
  test('checks: the dearest forgery is a false extension under a good vote', () => {
    const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
    const lastPrecommits = decidedAt(validatorSet, 4n)
    pool.startHeight({ height: 5n, validatorSet, lastPrecommits, voteExtensions: true })
    const extension = Uint8Array.of(1)
    const signed = signVote(validatorSet, { index: 0, type: VoteType.precommit, extension })
    const before = crypto.verified
    const vote = { ...signed, extensionSignature: new Uint8Array(64) }
    expect(pool.admitVote(vote, PEER).kind).toBe('refused')
    expect(crypto.verified - before).toBe(MAX_CHECKS)
    expect(pool.size).toBe(0)
  })
})

/** As the native backends: what the machine's own verifier refuses is judged by ZIP-215. */
class TwoSpeedCrypto implements Crypto {
  slow = 0

  sha256(data: Uint8Array): Uint8Array {
    return nobleCrypto.sha256(data)
  }
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
    return nobleCrypto.signEd25519(seed, message)
  }
  publicKeyEd25519(seed: Uint8Array): Uint8Array {
    return nobleCrypto.publicKeyEd25519(seed)
  }
  verifyEd25519(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (isSignedForOpenssl(pubKey, message, signature)) return true
    this.slow += 1
    return nobleCrypto.verifyEd25519(pubKey, message, signature)
  }
}

function isSignedForOpenssl(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(key).toString('base64url')
  const pubKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, message, pubKey, signature)
}

test('ZIP-215: a vote that only the slow path accepts is admitted, and costs it once', () => {
  const twoSpeed = new TwoSpeedCrypto()
  // A key of order 4 and the negative zero: s = 0 fits every message, and OpenSSL refuses it.
  const bytes = new Uint8Array(32)
  const signature = new Uint8Array(64)
  signature.set([1], 0)
  signature[31] = 0x80
  const odd = { pubKey: { type: 'ed25519' as const, bytes }, votingPower: 1n }
  const set = ValidatorSet.make(twoSpeed, [odd])
  const pool = new MessagePool({ crypto: twoSpeed, chainId: CHAIN_ID })
  pool.startHeight({ height: 5n, validatorSet: set, lastPrecommits: null })
  const vote = { ...signVote(set, { index: 0 }), signature }
  expect(pool.admitVote(vote, PEER)).toEqual({ kind: 'admitted' })
  expect(twoSpeed.slow).toBe(1)
  for (let times = 0; times < 50; times += 1) pool.admitVote({ ...vote }, OTHER)
  const later = { ...vote, timestamp: vote.timestamp + 1n }
  expect(pool.admitVote(later, OTHER).kind).toBe('ignored')
  expect(twoSpeed.slow).toBe(1)
  // Nobody else's forgery is taken for one of these: it costs its peer the connection.
  const bad = { ...vote, round: 1, signature: signature.map((byte, i) => (i === 40 ? 7 : byte)) }
  expect(pool.admitVote(bad, OTHER).kind).toBe('refused')
  expect(twoSpeed.slow).toBe(2)
})
