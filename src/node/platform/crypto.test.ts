// The native backend answers as the portable one, also where OpenSSL alone would not.

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, toUtf8 } from '../../core/bytes/index.ts'
import { hex } from '../../core/crypto/vectors.fixture.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { nativeChannelCrypto, nativeCrypto } from './crypto.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('native hashing and signing', () => {
  test('sha256: equals the portable backend', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const digest = nativeCrypto.sha256(data)
        expect(digest.constructor).toBe(Uint8Array)
        expect(toHex(digest)).toBe(toHex(nobleCrypto.sha256(data)))
      }),
    )
  })

  test('ed25519: keys and signatures equal the portable backend', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 200 }), (seed, message) => {
        const pubKey = nativeCrypto.publicKeyEd25519(seed)
        expect(toHex(pubKey)).toBe(toHex(nobleCrypto.publicKeyEd25519(seed)))
        const signature = nativeCrypto.signEd25519(seed, message)
        expect(toHex(signature)).toBe(toHex(nobleCrypto.signEd25519(seed, message)))
        expect(nativeCrypto.verifyEd25519(pubKey, message, signature)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})

describe('native verification', () => {
  const { Point } = ed25519
  const order = Point.Fn.ORDER
  const small = Point.fromBytes(
    hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    true,
  )

  const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`)
  const toLittleEndian = (value: bigint): Uint8Array =>
    hex(value.toString(16).padStart(64, '0')).toReversed()

  /** A signature of an ordinary key whose R has a part of order eight: good by ZIP-215 only. */
  const mixedSignature = (seed: Uint8Array, message: Uint8Array): Uint8Array => {
    const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(seed)
    const nonce = (littleEndian(sha512(concatBytes(seed, message))) % (order - 1n)) + 1n
    const r = Point.BASE.multiply(nonce).add(small).toBytes()
    const challenge = littleEndian(sha512(concatBytes(r, pointBytes, message))) % order
    return concatBytes(r, toLittleEndian((nonce + challenge * scalar) % order))
  }

  test('ed25519: signatures with a torsion part are accepted', () => {
    const message = toUtf8('torsion')
    for (let i = 1; i <= 20; i++) {
      const seed = new Uint8Array(32).fill(i)
      const pubKey = nativeCrypto.publicKeyEd25519(seed)
      const signature = mixedSignature(seed, message)
      expect(nativeCrypto.verifyEd25519(pubKey, message, signature)).toBe(true)
      expect(nativeCrypto.verifyEd25519(pubKey, toUtf8('other'), signature)).toBe(false)
    }
  })

  test('ed25519: a scalar that is not reduced is refused', () => {
    const seed = new Uint8Array(32).fill(3)
    const message = toUtf8('malleable')
    const signature = nativeCrypto.signEd25519(seed, message)
    const s = littleEndian(signature.subarray(32)) + order
    const twin = concatBytes(signature.subarray(0, 32), toLittleEndian(s))
    expect(nativeCrypto.verifyEd25519(nativeCrypto.publicKeyEd25519(seed), message, twin)).toBe(
      false,
    )
  })

  test('ed25519: damaged input of any size is judged as by the portable backend', () => {
    const seed = new Uint8Array(32).fill(4)
    const pubKey = nativeCrypto.publicKeyEd25519(seed)
    const message = toUtf8('damage')
    const signature = nativeCrypto.signEd25519(seed, message)
    const byte = fc.nat(95)
    fc.assert(
      fc.property(byte, fc.integer({ min: 1, max: 255 }), fc.nat(2), (at, flip, cut) => {
        const both = concatBytes(signature, pubKey)
        both[at] = both[at]! ^ flip
        const [s, p] = [both.slice(0, 64 - cut), both.slice(64)]
        const expected = nobleCrypto.verifyEd25519(p, message, s)
        expect(nativeCrypto.verifyEd25519(p, message, s)).toBe(expected)
        expect(expected).toBe(false)
      }),
      { numRuns: 30 },
    )
  })
})

describe('native channel cryptography', () => {
  test('x25519: a public key of small order is refused by a throw', () => {
    const seed = new Uint8Array(32).fill(6)
    expect(() => nativeChannelCrypto.x25519(seed, new Uint8Array(32))).toThrow(/deriv/)
  })

  test('chacha20-poly1305: the example of RFC 8439 without additional data opens again', () => {
    const key = new Uint8Array(32).map((_, i) => 0x80 + i)
    const nonce = hex('070000004041424344454647')
    const plain = toUtf8('Ladies and Gentlemen')
    const sealed = nativeChannelCrypto.seal(key, nonce, plain)
    // The cipher text is that of RFC 8439 2.8.2; the tag differs, for there is no additional data.
    expect(toHex(sealed.subarray(0, 20))).toBe('d31a8d34648e60db7b86afbc53ef7ec2a4aded51')
    expect(nativeChannelCrypto.open(key, nonce, sealed)).toEqual(plain)
  })

  test('chacha20-poly1305: a change of any bit does not open', () => {
    const key = new Uint8Array(32).fill(1)
    const nonce = new Uint8Array(12)
    const sealed = nativeChannelCrypto.seal(key, nonce, toUtf8('frame'))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      expect(nativeChannelCrypto.open(key, nonce, changed)).toBeNull()
    }
    expect(nativeChannelCrypto.open(key, nonce, sealed.subarray(0, 15))).toBeNull()
    expect(nativeChannelCrypto.open(key, nonce, sealed)).toEqual(toUtf8('frame'))
  })
})
