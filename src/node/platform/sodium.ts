// libsodium by the optional package sodium-native: the five functions used here, and its loading.

import { createRequire } from 'node:module'

/**
 * What is used of sodium-native. Results go to the first argument; an argument of a wrong length is
 * answered with an AssertionError.
 */
export interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ): boolean
  /** Sealed, plain, no additional data, no secret nonce, nonce, key. Returns the sealed length. */
  crypto_aead_chacha20poly1305_ietf_encrypt(
    ...args: readonly [Uint8Array, Uint8Array, null, null, Uint8Array, Uint8Array]
  ): number
  /**
   * Plain, no secret nonce, sealed, no additional data, nonce, key. Returns the plain length;
   * throws when the tag does not fit.
   */
  crypto_aead_chacha20poly1305_ietf_decrypt(
    ...args: readonly [Uint8Array, null, Uint8Array, null, Uint8Array, Uint8Array]
  ): number
}

/**
 * The package, or null: it may not be installed, and it has no binary for every platform (none for
 * musl, for one).
 */
export const loadSodium = (
  load: (name: string) => unknown = createRequire(import.meta.url),
): Sodium | null => {
  try {
    return load('sodium-native') as Sodium
  } catch {
    return null
  }
}
