// The kvstore's validator transactions: `val=` key type `!` key in base64 `!` power.

import { bytesKey, fromBase64 } from '../../core/bytes/index.ts'
import type { ValidatorUpdate } from '../../core/proto/index.ts'

const PREFIX = 'val='
const MAX_INT64 = 2n ** 63n - 1n
const KEY_BYTES: Readonly<Record<string, number>> = { ed25519: 32, secp256k1: 33 }

/** Whether the transaction is meant to change the validator set. */
export function isValidatorTx(tx: Uint8Array): boolean {
  return tx[0] === 0x76 && tx[1] === 0x61 && tx[2] === 0x6c && tx[3] === 0x3d
}

/**
 * Reads a validator transaction; null when it is malformed. CometBFT's kvstore accepts unknown key
 * types and keys of any length here and then halts on them; they are refused at the door instead.
 */
export function parseValidatorTx(tx: Uint8Array): ValidatorUpdate | null {
  const [keyType, key, power, ...rest] = bytesKey(tx.subarray(PREFIX.length)).split('!')
  if (keyType === undefined || key === undefined || power === undefined || rest.length > 0) {
    return null
  }
  const type = keyType === '' ? 'ed25519' : keyType
  // Go's decoder passes over line ends.
  const bytes = fromBase64(key.replace(/[\r\n]/gu, ''))
  if (bytes === null || bytes.length !== KEY_BYTES[type]) return null
  if (!/^[+-]?[0-9]{1,64}$/u.test(power)) return null
  const value = BigInt(power.replace('+', ''))
  if (value < 0n || value > MAX_INT64) return null
  return { pubKey: { type: type === 'ed25519' ? type : 'secp256k1', bytes }, power: value }
}
