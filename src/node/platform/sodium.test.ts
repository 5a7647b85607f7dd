// libsodium is used when it can be loaded, and never accepts what ZIP-215 rejects.

import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { hex, loadVectors } from '../../core/crypto/vectors.fixture.ts'
import { nativeChannelCrypto, nativeCrypto } from './crypto.ts'
import { nodeChannelCrypto, nodeCrypto } from './node-crypto.ts'
import { loadSodium } from './sodium.ts'

const installed = loadSodium()

describe('loading of libsodium', () => {
  test('sodium: a package that is missing or has no binary here is no failure', () => {
    const fail = (): never => {
      throw new Error('ADDON_NOT_FOUND')
    }
    expect(loadSodium(fail)).toBeNull()
  })

  test('sodium: the native backend is libsodium exactly when it can be loaded', () => {
    expect(nativeCrypto === nodeCrypto).toBe(installed === null)
    expect(nativeChannelCrypto === nodeChannelCrypto).toBe(installed === null)
  })
})

const { Point } = ed25519
const order = Point.Fn.ORDER

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`)
const toLittleEndian = (value: bigint): Uint8Array =>
  hex(value.toString(16).padStart(64, '0')).toReversed()
const sha512 = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha512')
    .update(concatBytes(...parts))
    .digest()

interface Secret {
  readonly scalar: bigint
  readonly encoding: Uint8Array
}

/** The 14 encodings of the eight points of small order: eight canonical, six not. */
const smallEncodings = [
  ...new Set((loadVectors('ed25519/zip215.json') as [string, string][]).map(([key]) => key)),
].map(hex)

const torsion = Array.from({ length: 8 }, (_, i) => {
  const generator = Point.fromBytes(
    hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    true,
  )
  return i === 0 ? Point.ZERO : generator.multiplyUnsafe(BigInt(i))
})

/** Points of known scalar, each with every torsion part added. */
const mixed = (label: string, count: number): Secret[] =>
  Array.from({ length: count }, (_, i) => {
    const seed = sha512(new TextEncoder().encode(`${label} ${i}`))
    const scalar = littleEndian(seed) % order
    const point = Point.BASE.multiply(scalar)
    return torsion.map((part) => ({ scalar, encoding: point.add(part).toBytes() }))
  }).flat()

/** Points of small order, their scalar being zero up to torsion. */
const small: Secret[] = smallEncodings.map((encoding) => ({ scalar: 0n, encoding }))

interface Case {
  readonly pubKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** What the cofactored equation says by construction. */
  readonly isValid: boolean
}

const signedBy = (key: Secret, nonce: Secret, message: Uint8Array): Case[] => {
  const challenge = littleEndian(sha512(nonce.encoding, key.encoding, message)) % order
  const s = (nonce.scalar + challenge * key.scalar) % order
  const withScalar = (scalar: bigint, isValid: boolean): Case => ({
    pubKey: key.encoding,
    message,
    signature: concatBytes(nonce.encoding, toLittleEndian(scalar)),
    isValid,
  })
  // s + 8 L and more still fit into 256 bits: each names the same scalar and must be refused.
  const lifts = [1n, 2n, 7n, 8n, 15n].map((times) => withScalar(s + times * order, false))
  return [withScalar(s, true), withScalar((s + 1n) % order, false), ...lifts]
}

const casesOf = (keys: readonly Secret[], nonces: readonly Secret[]): Case[] =>
  keys.flatMap((key, i) =>
    nonces.flatMap((nonce, j) => signedBy(key, nonce, new Uint8Array((i * j) % 130).fill(i ^ j))),
  )

describe.for(installed === null ? [] : [installed])('acceptance of libsodium', (sodium) => {
  const keys = mixed('key', 3)
  const nonces = mixed('nonce', 3)
  const cases = [
    ...casesOf(keys, nonces),
    ...casesOf(small, small),
    ...casesOf(small, nonces),
    ...casesOf(keys, small),
  ]

  test(`sodium: accepts nothing that ZIP-215 rejects in ${cases.length} hostile cases`, () => {
    let accepted = 0
    for (const { pubKey, message, signature, isValid } of cases) {
      if (!sodium.crypto_sign_verify_detached(signature, message, pubKey)) continue
      accepted++
      expect(isValid).toBe(true)
      expect(nobleCrypto.verifyEd25519(pubKey, message, signature)).toBe(true)
    }
    expect(accepted).toBeGreaterThan(keys.length)
  })

  test('sodium: with the second judgement the verdict is that of ZIP-215', () => {
    for (const { pubKey, message, signature, isValid } of cases.filter((_, i) => i % 19 === 0)) {
      expect(nobleCrypto.verifyEd25519(pubKey, message, signature)).toBe(isValid)
      expect(nativeCrypto.verifyEd25519(pubKey, message, signature)).toBe(isValid)
    }
  })
})
