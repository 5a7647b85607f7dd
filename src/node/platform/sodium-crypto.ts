// libsodium behind the interfaces of core/crypto where it is faster than Node's own: ed25519 and
// the sealing of frames.

import { nobleCrypto } from '../../core/crypto/index.ts'
import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import { nodeChannelCrypto, nodeCrypto } from './node-crypto.ts'
import type { Sodium } from './sodium.ts'

const PUBLIC_KEY_SIZE = 32
const SIGNATURE_SIZE = 64
const KEY_SIZE = 32
const NONCE_SIZE = 12
const TAG_SIZE = 16
/** 31 frames of the secret connection. */
const SLAB_SIZE = 32_768

/**
 * {@link Crypto} on libsodium: ed25519 takes 0.5 to 0.6 of the time of node:crypto. Hashing stays
 * Node's, which takes half the time of libsodium's.
 *
 * libsodium accepts only if s is reduced and R is, byte for byte, the encoding of [s]B - [h]A, for
 * keys and R not of small order: a subset of ZIP-215. So its acceptance is final. What it rejects
 * goes to the portable verifier at once; OpenSSL in between would add 0.11 ms to every bad
 * signature, and spare nothing that an honest signer makes.
 */
export const makeSodiumCrypto = (sodium: Sodium): Crypto => {
  /** A seed with its public key behind it, for as long as the owner holds the seed. */
  const secretKeys = new WeakMap<Uint8Array, Uint8Array>()

  const secretKeyOf = (seed: Uint8Array): Uint8Array => {
    const known = secretKeys.get(seed)
    if (known !== undefined) return known
    const key = new Uint8Array(64)
    sodium.crypto_sign_seed_keypair(new Uint8Array(PUBLIC_KEY_SIZE), key, seed)
    secretKeys.set(seed, key)
    return key
  }

  return {
    ...nodeCrypto,
    verifyEd25519: (pubKey, message, signature) => {
      if (pubKey.length !== PUBLIC_KEY_SIZE || signature.length !== SIGNATURE_SIZE) return false
      return (
        sodium.crypto_sign_verify_detached(signature, message, pubKey) ||
        nobleCrypto.verifyEd25519(pubKey, message, signature)
      )
    },
    signEd25519: (seed, message) => {
      const signature = new Uint8Array(SIGNATURE_SIZE)
      sodium.crypto_sign_detached(signature, message, secretKeyOf(seed))
      return signature
    },
    publicKeyEd25519: (seed) => secretKeyOf(seed).slice(32),
  }
}

/**
 * Gives out pieces of a larger area, each once. A piece that is held keeps its whole area: only for
 * what is soon let go, as sealed frames are.
 */
const makeSlab = (): ((length: number) => Uint8Array) => {
  let slab = new ArrayBuffer(SLAB_SIZE)
  let used = 0
  return (length) => {
    if (length > SLAB_SIZE) return new Uint8Array(length)
    if (used + length > SLAB_SIZE) {
      slab = new ArrayBuffer(SLAB_SIZE)
      used = 0
    }
    const piece = new Uint8Array(slab, used, length)
    used += length
    return piece
  }
}

/** {@link ChannelCrypto} on libsodium: frames at 3 to 4 times the speed; the rest stays Node's. */
export const makeSodiumChannelCrypto = (sodium: Sodium): ChannelCrypto => {
  const allocate = makeSlab()

  return {
    ...nodeChannelCrypto,
    seal: (key, nonce, plain) => {
      checkSizes(key, nonce)
      const sealed = allocate(plain.length + TAG_SIZE)
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plain, null, null, nonce, key)
      return sealed
    },
    open: (key, nonce, sealed) => {
      const length = sealed.length - TAG_SIZE
      if (length < 0) return null
      checkSizes(key, nonce)
      // An array of its own: views of what is opened are kept for as long as a message is.
      const plain = new Uint8Array(length)
      try {
        const opened = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
          plain,
          null,
          sealed,
          null,
          nonce,
          key,
        )
        return opened === length ? plain : null
      } catch {
        return null
      }
    },
  }
}

/** Apart from the tag, so that a mistake of the caller is never taken for an altered frame. */
const checkSizes = (key: Uint8Array, nonce: Uint8Array): void => {
  if (key.length !== KEY_SIZE) throw new RangeError(`a key of ${key.length} bytes`)
  if (nonce.length !== NONCE_SIZE) throw new RangeError(`a nonce of ${nonce.length} bytes`)
}
