// The validator's key file, priv_validator_key.json in CometBFT's format.

import { equalBytes, fromHex, toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { PublicKey } from '../../core/types/index.ts'
import { JsonFile } from './json-file.ts'
import type { KeyPair } from './key-pair.ts'
import {
  checkPublicKey,
  formatPrivateKey,
  formatPublicKey,
  keyPairOf,
  readPrivateKey,
} from './key-pair.ts'

/** A validator's key. */
export interface ValidatorKey {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly seed: Uint8Array
}

/** The validator key of a 32-byte seed. */
export function validatorKeyOf(crypto: Crypto, seed: Uint8Array): ValidatorKey {
  return ofPair(crypto, keyPairOf(crypto, seed))
}

/**
 * Reads the file; `file` is its name for errors.
 * @throws PrivvalError `PRIVVAL_KEY_MALFORMED` naming the field, also when key and address do not
 * belong together.
 */
export function parseKeyFile(crypto: Crypto, file: string, bytes: Uint8Array): ValidatorKey {
  const json = JsonFile.parse(file, 'PRIVVAL_KEY_MALFORMED', bytes)
  const pair = readPrivateKey(crypto, json)
  checkPublicKey(json, pair)
  const key = ofPair(crypto, pair)
  const address = json.parsed('address', 'hexadecimal', fromHex)
  if (!equalBytes(address, key.address)) throw json.wrong('address', 'does not belong to priv_key')
  return key
}

/** The file of a key, as CometBFT writes it. */
export function formatKeyFile(crypto: Crypto, seed: Uint8Array): Uint8Array {
  const pair = keyPairOf(crypto, seed)
  const file = {
    address: toHexUpper(ofPair(crypto, pair).address),
    pub_key: formatPublicKey(pair),
    priv_key: formatPrivateKey(pair),
  }
  return toUtf8(JSON.stringify(file, null, 2))
}

function ofPair(crypto: Crypto, { seed, publicKey }: KeyPair): ValidatorKey {
  const pubKey: PublicKey = { type: 'ed25519', bytes: publicKey }
  return { address: addressOf(crypto, pubKey), pubKey, seed }
}
