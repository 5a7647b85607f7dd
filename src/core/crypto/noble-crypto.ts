// The portable backend on @noble/curves and @noble/hashes: the same in Node, in a browser and in
// the simulator.

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Crypto } from './crypto.ts'

const verify = (pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  if (pubKey.length !== 32 || signature.length !== 64) return false
  try {
    return ed25519.verify(signature, message, pubKey, { zip215: true })
  } catch {
    // An encoding outside the curve is a wrong signature, not a failure of the program.
    return false
  }
}

/**
 * {@link Crypto} without any native code. Verification takes about 1.5 ms, ten times the native
 * backend.
 */
export const nobleCrypto: Crypto = {
  sha256: (data) => sha256(data),
  verifyEd25519: verify,
  signEd25519: (seed, message) => ed25519.sign(message, seed),
  publicKeyEd25519: (seed) => ed25519.getPublicKey(seed),
}
