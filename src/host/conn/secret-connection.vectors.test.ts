// Handshakes and frames are CometBFT's byte for byte, from both sides.

import { expect } from 'vitest'
import { concatBytes, toHex } from '../../core/bytes/index.ts'
import { hex, testVectors } from '../../core/crypto/vectors.fixture.ts'
import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import { deriveSessionKeys } from './index.ts'
import type { SecretConnectionOptions } from './index.ts'
import { makeSide, pass } from './pair.fixture.ts'
import type { Side } from './pair.fixture.ts'

interface VectorSide {
  readonly challenge: string
  readonly dh_secret: string
  readonly eph_msg_delimited: string
  readonly eph_priv: string
  readonly eph_pub: string
  readonly loc_is_least: boolean
  readonly node_priv_seed: string
  readonly node_pub: string
  readonly recv_key: string
  readonly send_key: string
  readonly signature: string
  readonly wire_after: string
  readonly wire_handshake: string
}

interface VectorCase {
  readonly a: VectorSide
  readonly b: VectorSide
  readonly a_writes: readonly string[]
}

const optionsOf = (side: VectorSide): SecretConnectionOptions => ({
  crypto: nativeCrypto,
  channelCrypto: nativeChannelCrypto,
  nodeKeySeed: hex(side.node_priv_seed),
  ephemeralSeed: hex(side.eph_priv),
})

const checkKeys = (own: VectorSide, other: VectorSide): void => {
  const secret = nativeChannelCrypto.x25519(hex(own.eph_priv), hex(other.eph_pub))
  expect(toHex(secret)).toBe(own.dh_secret)
  const local = hex(own.eph_pub)
  const keys = deriveSessionKeys(nativeChannelCrypto, secret, local, hex(other.eph_pub))
  expect(toHex(keys.receiveKey)).toBe(own.recv_key)
  expect(toHex(keys.sendKey)).toBe(own.send_key)
  expect(toHex(keys.challenge)).toBe(own.challenge)
  const signature = nativeCrypto.signEd25519(hex(own.node_priv_seed), keys.challenge)
  expect(toHex(signature)).toBe(own.signature)
}

const said = (side: Side): string => toHex(concatBytes(...side.wire))

const checkHandshake = ({ a, b, a_writes }: VectorCase): void => {
  checkKeys(a, b)
  checkKeys(b, a)
  const ours = makeSide(optionsOf(a))
  const theirs = makeSide(optionsOf(b))
  expect(said(ours)).toBe(a.eph_msg_delimited)
  expect(ours.connection.receive(hex(b.wire_handshake))).toBeNull()
  expect(said(ours)).toBe(a.wire_handshake)
  expect(pass(ours, theirs)).toBeNull()
  expect(said(theirs)).toBe(b.wire_handshake)
  expect(toHex(ours.remotePubKey!)).toBe(b.node_pub)
  expect(toHex(theirs.remotePubKey!)).toBe(a.node_pub)
  for (const write of a_writes) expect(ours.connection.write(hex(write))).toBeNull()
  expect(said(ours)).toBe(a.wire_after)
  expect(pass(ours, theirs)).toBeNull()
  expect(toHex(concatBytes(...theirs.received))).toBe(a_writes.join(''))
}

testVectors('secret_connection.json', 'both sides say and understand the bytes', checkHandshake)
