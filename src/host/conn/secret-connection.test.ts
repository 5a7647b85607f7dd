// The secret connection opens with honest bytes in any pieces, and closes with a typed fault for
// any others.

import { describe, expect, test } from 'vitest'
import { concatBytes, toHex } from '../../core/bytes/index.ts'
import { encodeAuthSigMessage, encodeBytesValue, encodeDelimited } from '../../core/proto/index.ts'
import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import { SEALED_FRAME_SIZE, deriveSessionKeys } from './index.ts'
import { makeOpenPair, makeSecretOptions, makeSide, pass } from './pair.fixture.ts'
import type { Side } from './pair.fixture.ts'
import { FrameOpener, FrameSealer } from './sealed-frames.ts'

const options = makeSecretOptions(2)
const remoteEphemeral = nativeChannelCrypto.x25519PublicKey(options.ephemeralSeed)
const hello = (key: Uint8Array): Uint8Array => encodeDelimited(encodeBytesValue(key))

/** A side that has our hello, and the sealer by which an attacker speaks to it. */
function makeVictim(): { victim: Side; sealer: FrameSealer; challenge: Uint8Array } {
  const victim = makeSide(makeSecretOptions(1))
  const own = nativeChannelCrypto.x25519PublicKey(makeSecretOptions(1).ephemeralSeed)
  const secret = nativeChannelCrypto.x25519(options.ephemeralSeed, own)
  const keys = deriveSessionKeys(nativeChannelCrypto, secret, remoteEphemeral, own)
  expect(victim.connection.receive(hello(remoteEphemeral))).toBeNull()
  const sealer = new FrameSealer(nativeChannelCrypto, keys.sendKey)
  return { victim, sealer, challenge: keys.challenge }
}

function sealed(sealer: FrameSealer, data: Uint8Array): Uint8Array {
  sealer.data.set(data)
  return sealer.seal(data.length)!
}

function auth(challenge: Uint8Array): Uint8Array {
  const bytes = nativeCrypto.publicKeyEd25519(options.nodeKeySeed)
  const sig = nativeCrypto.signEd25519(options.nodeKeySeed, challenge)
  return encodeDelimited(encodeAuthSigMessage({ pubKey: { type: 'ed25519', bytes }, sig }))
}

describe('secret connection', () => {
  test('handshake: opens with the key of the other side, whatever pieces the bytes come in', () => {
    for (const size of [1, 7, 35, 36, 1000, 5000]) {
      const a = makeSide(makeSecretOptions(1))
      const b = makeSide(makeSecretOptions(2))
      pass(b, a)
      const bytes = concatBytes(...a.wire)
      for (let at = 0; at < bytes.length; at += size) {
        expect(b.connection.receive(bytes.subarray(at, at + size))).toBeNull()
      }
      expect(b.connection.phase).toBe('open')
      expect(b.remotePubKey).toEqual(
        nativeCrypto.publicKeyEd25519(makeSecretOptions(1).nodeKeySeed),
      )
    }
  })

  test('data: bytes behind the proof of identity in the same frame are data', () => {
    const { victim, sealer, challenge } = makeVictim()
    const frame = sealed(sealer, concatBytes(auth(challenge), Uint8Array.of(7, 8)))
    expect(victim.connection.receive(frame)).toBeNull()
    expect(victim.received.map(toHex)).toEqual(['0708'])
  })

  test('data: writes of every size around a frame arrive whole, pieces of any size', () => {
    const { a, b } = makeOpenPair()
    for (const size of [0, 1, 1023, 1024, 1025, 2048, 5000]) {
      const data = Uint8Array.from({ length: size }, (_, i) => i * 31)
      a.connection.write(data)
      const wire = concatBytes(...a.wire.splice(0))
      expect(wire.length).toBe(Math.ceil(size / 1024) * SEALED_FRAME_SIZE)
      for (let at = 0; at < wire.length; at += 777) {
        b.connection.receive(wire.subarray(at, at + 777))
      }
      expect(concatBytes(...b.received.splice(0))).toEqual(data)
    }
  })

  test('hello: an ephemeral key that is not 32 bytes is refused', () => {
    for (const size of [0, 31]) {
      const a = makeSide(makeSecretOptions(1))
      expect(a.connection.receive(hello(new Uint8Array(size)))?.code).toBe('CONN_BAD_HELLO')
      expect(a.connection.phase).toBe('closed')
    }
  })

  test('hello: a longer message, a never-ending prefix and text are refused at once', () => {
    for (const bytes of [
      hello(new Uint8Array(33)),
      new Uint8Array(20).fill(0xff),
      new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'),
    ]) {
      const a = makeSide(makeSecretOptions(1))
      expect(a.connection.receive(bytes)?.code).toBe('CONN_BAD_HELLO')
    }
  })

  test('hello: ephemeral keys of low order are refused', () => {
    const one = new Uint8Array(32)
    one[0] = 1
    for (const key of [new Uint8Array(32), one]) {
      const a = makeSide(makeSecretOptions(1))
      expect(a.connection.receive(hello(key))?.code).toBe('CONN_ZERO_SECRET')
    }
  })

  test('auth: the signature must be of this challenge', () => {
    const { victim, sealer } = makeVictim()
    const frame = sealed(sealer, auth(new Uint8Array(32)))
    expect(victim.connection.receive(frame)?.code).toBe('CONN_BAD_AUTH')
    expect(victim.remotePubKey).toBeNull()
  })

  test('auth: a node key of low order is refused although its signature verifies', () => {
    const { victim, sealer, challenge } = makeVictim()
    const bytes = new Uint8Array(32)
    bytes[0] = 1
    const sig = new Uint8Array(64)
    sig[0] = 1
    expect(nativeCrypto.verifyEd25519(bytes, challenge, sig)).toBe(true)
    const message = encodeAuthSigMessage({ pubKey: { type: 'ed25519', bytes }, sig })
    const frame = sealed(sealer, encodeDelimited(message))
    expect(victim.connection.receive(frame)?.code).toBe('CONN_LOW_ORDER_KEY')
  })

  test('auth: other key types, garbage and long messages are refused', () => {
    const pubKey = { type: 'secp256k1', bytes: new Uint8Array(33).fill(2) } as const
    const wrongType = encodeAuthSigMessage({ pubKey, sig: new Uint8Array(64) })
    const codes = [
      encodeDelimited(wrongType),
      Uint8Array.of(2, 0xff, 0xff),
      Uint8Array.of(0xff, 0x7f),
    ].map((data) => {
      const { victim, sealer } = makeVictim()
      return victim.connection.receive(sealed(sealer, data))?.code
    })
    expect(codes).toEqual(['CONN_BAD_AUTH', 'CONN_BAD_AUTH', 'CONN_OVERSIZED_PACKET'])
  })

  test('frames: one flipped bit, a repeated and a left-out frame close the connection', () => {
    const { a, b } = makeOpenPair()
    a.connection.write(new Uint8Array(10))
    const [frame] = a.wire.splice(0)
    const flipped = Uint8Array.from(frame!)
    flipped[500]! ^= 1
    expect(b.connection.receive(flipped)?.code).toBe('CONN_BAD_FRAME')
    expect(b.connection.phase).toBe('closed')
    expect(b.connection.receive(frame!)).toBeNull()
    expect(b.received).toEqual([])

    const repeated = makeOpenPair()
    repeated.a.connection.write(new Uint8Array(10))
    const again = concatBytes(...repeated.a.wire, ...repeated.a.wire)
    expect(repeated.b.connection.receive(again)?.code).toBe('CONN_BAD_FRAME')
    expect(repeated.b.received).toHaveLength(1)
  })

  test('frames: a length beyond 1,024 is refused', () => {
    const { victim, sealer, challenge } = makeVictim()
    victim.connection.receive(sealed(sealer, auth(challenge)))
    expect(victim.connection.receive(sealer.seal(1025)!)?.code).toBe('CONN_BAD_FRAME')
    expect(victim.received).toEqual([])
  })

  test('frames: the last of 2^64 nonces is used, none is used twice', () => {
    const key = new Uint8Array(32).fill(5)
    const last = 2n ** 64n - 1n
    const sealer = new FrameSealer(nativeChannelCrypto, key, last)
    const opener = new FrameOpener(nativeChannelCrypto, key, last)
    const frame = sealer.seal(3)
    expect(opener.read(frame!, 0).data).toHaveLength(3)
    expect(sealer.seal(3)).toBeNull()
    expect(opener.read(frame!, 0).error?.code).toBe('CONN_NONCE_EXHAUSTED')
  })

  test('frames: the counter carries from its lower to its upper half', () => {
    const key = new Uint8Array(32).fill(5)
    const sealer = new FrameSealer(nativeChannelCrypto, key, 2n ** 32n - 1n)
    sealer.seal(1)
    const expected = new FrameSealer(nativeChannelCrypto, key, 2n ** 32n).seal(1)
    expect(sealer.seal(1)).toEqual(expected)
  })

  test('close: a closed connection neither reads nor writes', () => {
    const { a, b } = makeOpenPair()
    a.connection.write(new Uint8Array(10))
    b.connection.close()
    expect(pass(a, b)).toBeNull()
    expect(b.connection.write(new Uint8Array(10))).toBeNull()
    expect([b.received, b.wire]).toEqual([[], []])
  })
})
