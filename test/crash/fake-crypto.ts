// Signatures of one hash: real enough to tell keys and messages apart, and cheap.

import { bytesKey, concatBytes, equalBytes } from '../../src/core/bytes/index.ts'
import type { Crypto } from '../../src/core/crypto/index.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'

/** Verifies for keys whose public half was computed here. */
export function makeFakeCrypto(): Crypto {
  const seeds = new Map<string, Uint8Array>()
  const sha256 = (data: Uint8Array): Uint8Array => nativeCrypto.sha256(data)
  const sign = (seed: Uint8Array, message: Uint8Array): Uint8Array => {
    const half = sha256(concatBytes(seed, message))
    return concatBytes(half, half)
  }
  return {
    sha256,
    publicKeyEd25519: (seed) => {
      const key = sha256(seed)
      seeds.set(bytesKey(key), seed.slice())
      return key
    },
    signEd25519: sign,
    verifyEd25519: (publicKey, message, signature) => {
      const seed = seeds.get(bytesKey(publicKey))
      return seed !== undefined && equalBytes(sign(seed, message), signature)
    },
  }
}
