// Addresses and signatures by key type, and keys that identify nobody.

import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, toUtf8 } from '../bytes/index.ts'
import {
  addressOf,
  isLowOrderEd25519,
  isWholePublicKey,
  nobleCrypto as crypto,
  verifySignature,
} from './index.ts'
import { hex, loadVectors } from './vectors.fixture.ts'

const message = toUtf8('a message')

describe('ed25519 keys', () => {
  const seed = new Uint8Array(32).fill(7)
  const pubKey = { type: 'ed25519', bytes: crypto.publicKeyEd25519(seed) } as const
  const signature = crypto.signEd25519(seed, message)

  test('signature: verifies for its message and no other', () => {
    expect(verifySignature(crypto, pubKey, message, signature)).toBe(true)
    expect(verifySignature(crypto, pubKey, toUtf8('b message'), signature)).toBe(false)
  })

  test('signature: wrong sizes are refused without a throw', () => {
    expect(verifySignature(crypto, pubKey, message, signature.subarray(1))).toBe(false)
    expect(verifySignature(crypto, pubKey, message, new Uint8Array(0))).toBe(false)
    const short = { ...pubKey, bytes: pubKey.bytes.subarray(1) }
    expect(verifySignature(crypto, short, message, signature)).toBe(false)
    expect(isWholePublicKey(short)).toBe(false)
    expect(isWholePublicKey(pubKey)).toBe(true)
  })

  test('low order: all eight points in all accepted encodings are found, others are not', () => {
    const cases = (loadVectors('ed25519/zip215.json') ?? []) as readonly [string, string][]
    for (const [key] of cases) expect(isLowOrderEd25519(hex(key))).toBe(true)
    expect(new Set(cases.map(([key]) => key)).size).toBe(14)
    expect(isLowOrderEd25519(pubKey.bytes)).toBe(false)
    expect(isLowOrderEd25519(new Uint8Array(31))).toBe(false)
    expect(isLowOrderEd25519(new Uint8Array(32).fill(2))).toBe(false)
  })
})

describe('secp256k1 keys', () => {
  const secret = new Uint8Array(32).fill(9)
  const pubKey = { type: 'secp256k1', bytes: secp256k1.getPublicKey(secret) } as const
  const signature = secp256k1.sign(message, secret)
  const order = secp256k1.Point.Fn.ORDER
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)
  const bytes = (value: bigint): Uint8Array => hex(value.toString(16).padStart(64, '0'))
  const r = signature.subarray(0, 32)
  const s = signature.subarray(32)

  test('address: is RIPEMD-160 of SHA-256', () => {
    const generator = hex('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
    const address = addressOf(crypto, { type: 'secp256k1', bytes: generator })
    expect(toHex(address)).toBe('751e76e8199196d454941c45d1b3a323f1433bd6')
  })

  test('signature: verifies over SHA-256 of the message', () => {
    expect(verifySignature(crypto, pubKey, message, signature)).toBe(true)
    expect(verifySignature(crypto, pubKey, toUtf8('b message'), signature)).toBe(false)
  })

  test('signature: the twin with S in the upper half is refused', () => {
    const high = concatBytes(r, bytes(order - number(s)))
    expect(secp256k1.verify(high, message, pubKey.bytes, { lowS: false })).toBe(true)
    expect(verifySignature(crypto, pubKey, message, high)).toBe(false)
  })

  test('signature: an R that is not reduced is taken as its remainder', () => {
    // The key that fits a signature with the point R of x = 1: R = r + order is then 32 bytes long.
    const { Point } = secp256k1
    const point = Point.fromBytes(hex(`02${'1'.padStart(64, '0')}`))
    const z = number(crypto.sha256(message)) % order
    const fitting = point.multiply(5n).subtract(Point.BASE.multiply(z)).toBytes()
    const key = { type: 'secp256k1', bytes: fitting } as const
    expect(verifySignature(crypto, key, message, concatBytes(bytes(1n), bytes(5n)))).toBe(true)
    const unreduced = concatBytes(bytes(order + 1n), bytes(5n))
    expect(verifySignature(crypto, key, message, unreduced)).toBe(true)
  })

  test('signature: zero and broken values are refused without a throw', () => {
    expect(verifySignature(crypto, pubKey, message, concatBytes(r, bytes(0n)))).toBe(false)
    expect(verifySignature(crypto, pubKey, message, concatBytes(bytes(order), s))).toBe(false)
    expect(verifySignature(crypto, pubKey, message, signature.subarray(1))).toBe(false)
    const noPoint = { ...pubKey, bytes: new Uint8Array(33).fill(5) }
    expect(verifySignature(crypto, noPoint, message, signature)).toBe(false)
  })
})
