// Each native backend answers as the portable one, also where its library alone would not.

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, toUtf8 } from '../../core/bytes/index.ts'
import { hex } from '../../core/crypto/vectors.fixture.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { nativeBackends } from './crypto-backends.fixture.ts'
import { nodeChannelCrypto } from './node-crypto.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe.for(nativeBackends)('hashing and signing of $name', ({ crypto }) => {
  test('sha256: equals the portable backend', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const digest = crypto.sha256(data)
        expect(digest.constructor).toBe(Uint8Array)
        expect(toHex(digest)).toBe(toHex(nobleCrypto.sha256(data)))
      }),
    )
  })

  test('ed25519: keys and signatures equal the portable backend', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 200 }), (seed, message) => {
        const pubKey = crypto.publicKeyEd25519(seed)
        expect(toHex(pubKey)).toBe(toHex(nobleCrypto.publicKeyEd25519(seed)))
        const signature = crypto.signEd25519(seed, message)
        expect(toHex(signature)).toBe(toHex(nobleCrypto.signEd25519(seed, message)))
        expect(crypto.verifyEd25519(pubKey, message, signature)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})

describe.for(nativeBackends)('keys of $name', ({ crypto }) => {
  const message = toUtf8('message')

  test('ed25519: a seed signs again with the key it was given first', () => {
    const seed = new Uint8Array(32).fill(8)
    const first = crypto.signEd25519(seed, message)
    const second = crypto.signEd25519(seed, message)
    expect(second).toEqual(first)
    expect(second.buffer).not.toBe(first.buffer)
    crypto.publicKeyEd25519(seed).fill(0)
    expect(crypto.signEd25519(seed, message)).toEqual(first)
    expect(crypto.verifyEd25519(crypto.publicKeyEd25519(seed), message, first)).toBe(true)
  })

  test('ed25519: a seed of a wrong length is refused by a throw', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(() => crypto.signEd25519(new Uint8Array(length), message)).toThrow(/./)
      expect(() => crypto.publicKeyEd25519(new Uint8Array(length))).toThrow(/./)
    }
  })

  test('ed25519: keys and signatures of a wrong length are refused without a throw', () => {
    const seed = new Uint8Array(32).fill(8)
    const pubKey = crypto.publicKeyEd25519(seed)
    const signature = crypto.signEd25519(seed, message)
    for (const length of [0, 31, 33, 63, 65, 128]) {
      const other = new Uint8Array(length)
      other.set(pubKey.subarray(0, length))
      expect(crypto.verifyEd25519(other, message, signature)).toBe(false)
      other.set(signature.subarray(0, length))
      expect(crypto.verifyEd25519(pubKey, message, other)).toBe(false)
    }
  })

  test('ed25519: an empty message and views into a larger array are judged as any other', () => {
    const seed = new Uint8Array(32).fill(8)
    const around = new Uint8Array(300).fill(1)
    for (const view of [new Uint8Array(0), around.subarray(300), around.subarray(7, 129)]) {
      const signature = crypto.signEd25519(seed, view)
      const pubKey = crypto.publicKeyEd25519(seed)
      expect(toHex(signature)).toBe(toHex(nobleCrypto.signEd25519(seed, view)))
      around.set(signature, 130)
      around.set(pubKey, 201)
      expect(crypto.verifyEd25519(around.subarray(201, 233), view, around.subarray(130, 194))).toBe(
        true,
      )
    }
  })
})

describe.for(nativeBackends)('verification of $name', ({ crypto }) => {
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
      const pubKey = crypto.publicKeyEd25519(seed)
      const signature = mixedSignature(seed, message)
      expect(crypto.verifyEd25519(pubKey, message, signature)).toBe(true)
      expect(crypto.verifyEd25519(pubKey, toUtf8('other'), signature)).toBe(false)
    }
  })

  test('ed25519: a scalar that is not reduced is refused', () => {
    const seed = new Uint8Array(32).fill(3)
    const message = toUtf8('malleable')
    const signature = crypto.signEd25519(seed, message)
    const s = littleEndian(signature.subarray(32)) + order
    const twin = concatBytes(signature.subarray(0, 32), toLittleEndian(s))
    expect(crypto.verifyEd25519(crypto.publicKeyEd25519(seed), message, twin)).toBe(false)
  })

  test('ed25519: damaged input of any size is judged as by the portable backend', () => {
    const seed = new Uint8Array(32).fill(4)
    const pubKey = crypto.publicKeyEd25519(seed)
    const message = toUtf8('damage')
    const signature = crypto.signEd25519(seed, message)
    const byte = fc.nat(95)
    fc.assert(
      fc.property(byte, fc.integer({ min: 1, max: 255 }), fc.nat(2), (at, flip, cut) => {
        const both = concatBytes(signature, pubKey)
        both[at] = both[at]! ^ flip
        const [s, p] = [both.slice(0, 64 - cut), both.slice(64)]
        const expected = nobleCrypto.verifyEd25519(p, message, s)
        expect(crypto.verifyEd25519(p, message, s)).toBe(expected)
        expect(expected).toBe(false)
      }),
      { numRuns: 30 },
    )
  })
})

describe.for(nativeBackends)('channel cryptography of $name', ({ channelCrypto }) => {
  test('x25519: a public key of small order is refused by a throw', () => {
    const seed = new Uint8Array(32).fill(6)
    expect(() => channelCrypto.x25519(seed, new Uint8Array(32))).toThrow(/deriv/)
  })

  test('chacha20-poly1305: the example of RFC 8439 without additional data opens again', () => {
    const key = new Uint8Array(32).map((_, i) => 0x80 + i)
    const nonce = hex('070000004041424344454647')
    const plain = toUtf8('Ladies and Gentlemen')
    const sealed = channelCrypto.seal(key, nonce, plain)
    // The cipher text is that of RFC 8439 2.8.2; the tag differs, for there is no additional data.
    expect(toHex(sealed.subarray(0, 20))).toBe('d31a8d34648e60db7b86afbc53ef7ec2a4aded51')
    expect(channelCrypto.open(key, nonce, sealed)).toEqual(plain)
  })

  test('chacha20-poly1305: a change of any bit does not open', () => {
    const key = new Uint8Array(32).fill(1)
    const nonce = new Uint8Array(12)
    const sealed = channelCrypto.seal(key, nonce, toUtf8('frame'))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      expect(channelCrypto.open(key, nonce, changed)).toBeNull()
    }
    expect(channelCrypto.open(key, nonce, sealed.subarray(0, 15))).toBeNull()
    expect(channelCrypto.open(key, nonce, sealed)).toEqual(toUtf8('frame'))
  })

  test('chacha20-poly1305: sealed bytes of all lengths equal those of OpenSSL', () => {
    const key = new Uint8Array(32).fill(2)
    const nonce = new Uint8Array(12).fill(3)
    for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 1028, 40_000]) {
      const plain = new Uint8Array(length).map((_, i) => i)
      const sealed = channelCrypto.seal(key, nonce, plain)
      expect(sealed.length).toBe(length + 16)
      expect(toHex(sealed)).toBe(toHex(nodeChannelCrypto.seal(key, nonce, plain)))
      const opened = channelCrypto.open(key, nonce, sealed)
      expect(opened?.constructor).toBe(Uint8Array)
      expect(toHex(opened!)).toBe(toHex(plain))
    }
  })

  test('chacha20-poly1305: no result is touched by later ones', () => {
    const key = new Uint8Array(32).fill(2)
    const plains = Array.from({ length: 100 }, (_, i) => new Uint8Array(1028).fill(i))
    const nonces = plains.map((_, i) => new Uint8Array(12).fill(i))
    const sealed = plains.map((plain, i) => channelCrypto.seal(key, nonces[i]!, plain))
    const opened = sealed.map((one, i) => channelCrypto.open(key, nonces[i]!, one))
    expect(opened).toEqual(plains)
    for (const one of sealed) one.fill(0)
    expect(opened).toEqual(plains)
  })

  test('chacha20-poly1305: keys and nonces of a wrong length are refused by a throw', () => {
    const { seal, open } = channelCrypto
    const key = new Uint8Array(32)
    const nonce = new Uint8Array(12)
    const frame = new Uint8Array(40)
    for (const length of [0, 8, 11, 13, 24, 31, 33]) {
      const wrong = new Uint8Array(length)
      expect(() => seal(wrong, nonce, frame)).toThrow(/./)
      expect(() => seal(key, wrong, frame)).toThrow(/./)
      expect(() => open(wrong, nonce, frame)).toThrow(/./)
      expect(() => open(key, wrong, frame)).toThrow(/./)
    }
  })

  test('chacha20-poly1305: what is too short for a tag does not open', () => {
    for (let length = 0; length < 17; length++) {
      const sealed = new Uint8Array(length)
      expect(channelCrypto.open(new Uint8Array(32), new Uint8Array(12), sealed)).toBeNull()
    }
  })
})
