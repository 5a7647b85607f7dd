// The native backends pass the public vectors of ed25519, the portable verifier judging what their
// libraries refuse, and derive the keys of CometBFT's secret connection.

import { expect } from 'vitest'
import { toHex } from '../../core/bytes/index.ts'
import { testEd25519Vectors } from '../../core/crypto/ed25519.fixture.ts'
import { hex, testVectors } from '../../core/crypto/vectors.fixture.ts'
import { nativeChannelCrypto } from './crypto.ts'
import { nativeBackends } from './crypto-backends.fixture.ts'

for (const { name, crypto } of nativeBackends) testEd25519Vectors(name, crypto)

interface Side {
  readonly eph_priv: string
  readonly eph_pub: string
  readonly dh_secret: string
  readonly send_key: string
  readonly recv_key: string
}

const checkKeys = ({ a, b }: { readonly a: Side; readonly b: Side }): void => {
  const info = 'TENDERMINT_SECRET_CONNECTION_KEY_AND_CHALLENGE_GEN'
  const sides = [
    { own: a, other: b },
    { own: b, other: a },
  ]
  for (const { own, other } of sides) {
    expect(toHex(nativeChannelCrypto.x25519PublicKey(hex(own.eph_priv)))).toBe(own.eph_pub)
    const secret = nativeChannelCrypto.x25519(hex(own.eph_priv), hex(other.eph_pub))
    expect(toHex(secret)).toBe(own.dh_secret)
    const keys = toHex(nativeChannelCrypto.hkdfSha256(secret, info, 96))
    const halves = [keys.slice(0, 64), keys.slice(64, 128)]
    expect(halves.toSorted()).toEqual([own.recv_key, own.send_key].toSorted())
  }
}

testVectors('secret_connection.json', 'shared secrets and keys are equal', checkKeys)
