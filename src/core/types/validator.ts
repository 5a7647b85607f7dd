// One validator of a set, and its structural rules.

import { equalBytes } from '../bytes/index.ts'
import { addressOf, isWholePublicKey } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { PublicKey } from '../proto/index.ts'

/** A member of a validator set. `votingPower` is positive, `proposerPriority` an int64. */
export interface Validator {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly votingPower: bigint
  readonly proposerPriority: bigint
}

/** What makes a validator set: a key with its power. */
export interface ValidatorPower {
  readonly pubKey: PublicKey
  readonly votingPower: bigint
}

/** Structure of a validator that came from outside. Null when it is well formed. */
export const validateValidator = (crypto: Crypto, validator: Validator): string | null => {
  if (validator.votingPower < 0n) return `voting power ${validator.votingPower}`
  if (!isWholePublicKey(validator.pubKey)) return 'public key of a wrong size'
  const address = addressOf(crypto, validator.pubKey)
  return equalBytes(address, validator.address) ? null : 'address is not that of the public key'
}
