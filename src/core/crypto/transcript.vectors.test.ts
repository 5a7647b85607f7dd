// The handshake's challenge of the secret connection is CometBFT's.

import { expect } from 'vitest'
import { compareBytes, toHex } from '../bytes/index.ts'
import { Transcript, nobleCrypto, verifySignature } from './index.ts'
import { hex, testVectors } from './vectors.fixture.ts'

interface Side {
  readonly eph_pub: string
  readonly dh_secret: string
  readonly challenge: string
  readonly node_pub: string
  readonly signature: string
}

const checkHandshake = ({ a, b }: { readonly a: Side; readonly b: Side }): void => {
  const keys = [hex(a.eph_pub), hex(b.eph_pub)].toSorted(compareBytes)
  for (const side of [a, b]) {
    const transcript = new Transcript('TENDERMINT_SECRET_CONNECTION_TRANSCRIPT_HASH')
    transcript.append('EPHEMERAL_LOWER_PUBLIC_KEY', keys[0]!)
    transcript.append('EPHEMERAL_UPPER_PUBLIC_KEY', keys[1]!)
    transcript.append('DH_SECRET', hex(side.dh_secret))
    const challenge = transcript.challenge('SECRET_CONNECTION_MAC', 32)
    expect(toHex(challenge)).toBe(side.challenge)
    const pubKey = { type: 'ed25519', bytes: hex(side.node_pub) } as const
    expect(verifySignature(nobleCrypto, pubKey, challenge, hex(side.signature))).toBe(true)
  }
}

testVectors('secret_connection.json', 'challenges and their signatures are equal', checkHandshake)
