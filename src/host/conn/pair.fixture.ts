// Two sides of a secret connection joined in memory, for tests.

import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import { SecretConnection } from './index.ts'
import type { ConnError, SecretConnectionOptions } from './index.ts'

/** One side and everything it has said. */
export interface Side {
  readonly connection: SecretConnection
  /** Bytes it has put on the wire and nobody has taken yet. */
  readonly wire: Uint8Array[]
  /** What the other side's writes have become here. */
  readonly received: Uint8Array[]
  /** The node key the other side has proved. */
  remotePubKey: Uint8Array | null
}

/** Options with keys made of one repeated byte. */
export function makeSecretOptions(byte: number): SecretConnectionOptions {
  return {
    crypto: nativeCrypto,
    channelCrypto: nativeChannelCrypto,
    nodeKeySeed: new Uint8Array(32).fill(byte),
    ephemeralSeed: new Uint8Array(32).fill(byte + 100),
  }
}

/** A side that has sent its ephemeral key. */
export function makeSide(options: SecretConnectionOptions): Side {
  const wire: Uint8Array[] = []
  const received: Uint8Array[] = []
  const connection = new SecretConnection(options, {
    write: (bytes) => void wire.push(bytes),
    onOpen: (pubKey) => {
      side.remotePubKey = pubKey
      return null
    },
    onData: (data) => {
      received.push(new Uint8Array(data))
      return null
    },
  })
  const side: Side = { connection, wire, received, remotePubKey: null }
  connection.start()
  return side
}

/** Gives everything one side has said to the other; the first fault, or null. */
export function pass(from: Side, to: Side): ConnError | null {
  for (const bytes of from.wire.splice(0)) {
    const error = to.connection.receive(bytes)
    if (error !== null) return error
  }
  return null
}

/** Two sides whose handshake is done. */
export function makeOpenPair(): { a: Side; b: Side } {
  const a = makeSide(makeSecretOptions(1))
  const b = makeSide(makeSecretOptions(2))
  pass(a, b)
  pass(b, a)
  pass(a, b)
  return { a, b }
}
