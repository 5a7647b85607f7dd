// The native backends that this machine has, so that each passes the same tests.

import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import { nodeChannelCrypto, nodeCrypto } from './node-crypto.ts'
import { loadSodium } from './sodium.ts'
import { makeSodiumChannelCrypto, makeSodiumCrypto } from './sodium-crypto.ts'

/** One backend under the name of its library. */
export interface NativeBackend {
  readonly name: string
  readonly crypto: Crypto
  readonly channelCrypto: ChannelCrypto
}

const node: NativeBackend = { name: 'node', crypto: nodeCrypto, channelCrypto: nodeChannelCrypto }

const sodium = loadSodium()

/** Node's own, and libsodium where it can be loaded. */
export const nativeBackends: readonly NativeBackend[] =
  sodium === null
    ? [node]
    : [
        node,
        {
          name: 'sodium',
          crypto: makeSodiumCrypto(sodium),
          channelCrypto: makeSodiumChannelCrypto(sodium),
        },
      ]
