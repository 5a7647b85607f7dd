// The interface of a cryptographic backend, so that a faster native one can be passed in as an
// object.

/**
 * Hashing and ed25519. One object of this kind is handed from the edge of the program to every
 * function that hashes or verifies; there is no global backend. All backends must give the same
 * answers for all inputs.
 */
export interface Crypto {
  /** SHA-256, 32 bytes. */
  sha256(data: Uint8Array): Uint8Array
  /**
   * Verifies by ZIP-215 (cofactored, permissive point encodings, s below the group order). Never
   * throws.
   */
  verifyEd25519(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** RFC 8032 signature (64 bytes) with a 32-byte seed. */
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array
  /** The 32-byte public key of a 32-byte seed. */
  publicKeyEd25519(seed: Uint8Array): Uint8Array
}

/** What the secret connection needs beside {@link Crypto}; implemented on the node floor only. */
export interface ChannelCrypto {
  /** X25519 of two 32-byte values. Throws when the result is all zero. */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array
  /** The X25519 public key of a private key. */
  x25519PublicKey(privateKey: Uint8Array): Uint8Array
  /** HKDF with SHA-256 and an empty salt. */
  hkdfSha256(ikm: Uint8Array, info: string, length: number): Uint8Array
  /**
   * ChaCha20-Poly1305 with a 32-byte key and a 12-byte nonce; the 16-byte tag follows the
   * ciphertext.
   */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array
  /** The plaintext, or null when the tag does not fit. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null
}
