// Public keys of validators and nodes: addresses, signature verification by key type, low-order
// keys.

import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { concatBytes } from '../bytes/index.ts'
import type { PublicKey } from '../proto/index.ts'
import type { Crypto } from './crypto.ts'

/** Bytes of an address. */
export const ADDRESS_SIZE = 20
/** Bytes of a public key, by type. */
export const PUBLIC_KEY_SIZE = { ed25519: 32, secp256k1: 33 } as const

/**
 * True when the key has the size of its type; whether it is a point of the curve is seen when it
 * verifies.
 */
export const isWholePublicKey = (pubKey: PublicKey): boolean =>
  pubKey.bytes.length === PUBLIC_KEY_SIZE[pubKey.type]

/** First 20 bytes of SHA-256 (ed25519), or RIPEMD-160 of SHA-256 (secp256k1). */
export const addressOf = (crypto: Crypto, pubKey: PublicKey): Uint8Array => {
  const digest = crypto.sha256(pubKey.bytes)
  return pubKey.type === 'ed25519' ? digest.slice(0, ADDRESS_SIZE) : ripemd160(digest)
}

const secp256k1Order = secp256k1.Point.Fn.ORDER

const toScalar = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  // The reference reduces both halves before it looks at them; a strict parser here would refuse
  // what it accepts.
  return value % secp256k1Order
}

const fromScalar = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(32)
  for (let i = 31; i >= 0; i--) {
    bytes[i] = Number(value & 0xffn)
    value >>= 8n
  }
  return bytes
}

const verifySecp256k1 = (
  digest: Uint8Array,
  pubKey: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (pubKey.length !== PUBLIC_KEY_SIZE.secp256k1 || signature.length !== 64) return false
  const r = toScalar(signature.subarray(0, 32))
  const s = toScalar(signature.subarray(32))
  const reduced = concatBytes(fromScalar(r), fromScalar(s))
  try {
    // Zero values and an S in the upper half are refused in here.
    return secp256k1.verify(reduced, digest, pubKey, { prehash: false, lowS: true })
  } catch {
    return false
  }
}

/**
 * True when the signature is good: ed25519 by ZIP-215, secp256k1 as R and S of 32 bytes each over
 * SHA-256 of the message, S in the lower half of the order. Never throws.
 */
export const verifySignature = (
  crypto: Crypto,
  pubKey: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean =>
  pubKey.type === 'ed25519'
    ? crypto.verifyEd25519(pubKey.bytes, message, signature)
    : verifySecp256k1(crypto.sha256(message), pubKey.bytes, signature)

/**
 * True for the ed25519 keys of order 1, 2, 4 or 8, in any encoding that verification would accept.
 * One signature under such a key fits every message, so it identifies nobody: refuse it as an
 * identity (wire.md 2.1).
 */
export const isLowOrderEd25519 = (pubKey: Uint8Array): boolean => {
  if (pubKey.length !== PUBLIC_KEY_SIZE.ed25519) return false
  try {
    return ed25519.Point.fromBytes(pubKey, true).isSmallOrder()
  } catch {
    return false
  }
}
