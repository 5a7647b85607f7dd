// An ed25519 key as CometBFT's JSON files hold it: 64 bytes, the seed and the public key behind it.

import { concatBytes, equalBytes, fromBase64, toBase64 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { JsonFile } from './json-file.ts'

export const PRIVATE_KEY_TYPE = 'tendermint/PrivKeyEd25519'
export const PUBLIC_KEY_TYPE = 'tendermint/PubKeyEd25519'
const SEED_BYTES = 32
const PUBLIC_KEY_BYTES = 32

/** A private key as its seed, with the public key that belongs to it. */
export interface KeyPair {
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

/** The key pair of a 32-byte seed. */
export function keyPairOf(crypto: Crypto, seed: Uint8Array): KeyPair {
  return { seed, publicKey: crypto.publicKeyEd25519(seed) }
}

/** Reads `{type, value}` under `priv_key`. */
export function readPrivateKey(crypto: Crypto, file: JsonFile): KeyPair {
  const key = file.object('priv_key')
  const type = key.text('type')
  if (type !== PRIVATE_KEY_TYPE) {
    throw key.wrong('type', `is not ${PRIVATE_KEY_TYPE}, the only kind that this node signs with`)
  }
  const bytes = key.parsed('value', 'base64', fromBase64)
  if (bytes.length !== SEED_BYTES + PUBLIC_KEY_BYTES) {
    throw key.wrong('value', `holds ${bytes.length} bytes, not 64`)
  }
  const pair = keyPairOf(crypto, bytes.slice(0, SEED_BYTES))
  if (!equalBytes(pair.publicKey, bytes.subarray(SEED_BYTES))) {
    throw key.wrong('value', 'ends with a public key that does not belong to its seed')
  }
  return pair
}

/** Checks `{type, value}` under `pub_key` against the private key. */
export function checkPublicKey(file: JsonFile, pair: KeyPair): void {
  const key = file.object('pub_key')
  const type = key.text('type')
  if (type !== PUBLIC_KEY_TYPE) throw key.wrong('type', `is not ${PUBLIC_KEY_TYPE}`)
  const bytes = key.parsed('value', 'base64', fromBase64)
  if (!equalBytes(bytes, pair.publicKey)) throw key.wrong('value', 'does not belong to priv_key')
}

/** `{type, value}` of the private key. */
export function formatPrivateKey({ seed, publicKey }: KeyPair): { type: string; value: string } {
  return { type: PRIVATE_KEY_TYPE, value: toBase64(concatBytes(seed, publicKey)) }
}

/** `{type, value}` of the public key. */
export function formatPublicKey({ publicKey }: KeyPair): { type: string; value: string } {
  return { type: PUBLIC_KEY_TYPE, value: toBase64(publicKey) }
}
