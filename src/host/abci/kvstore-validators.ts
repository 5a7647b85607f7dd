// The kvstore's own copy of the validator set, and the test that a block's changes to it are
// possible.

import { bytesKey, concatBytes, equalBytes } from '../../core/bytes/index.ts'
import { addressOf, type Crypto } from '../../core/crypto/index.ts'
import {
  decodeValidatorUpdate,
  encodeDelimited,
  encodeValidatorUpdate,
  readUvarint,
} from '../../core/proto/index.ts'
import type { PublicKey, ValidatorUpdate } from '../../core/proto/index.ts'
import { MAX_TOTAL_VOTING_POWER } from '../../core/types/index.ts'
import type { Misbehavior } from './application.ts'
import { isValidatorTx, parseValidatorTx } from './validator-tx.ts'

/** The validators after the changes of all committed blocks, by address. */
export class KvStoreValidators {
  readonly #crypto: Crypto
  readonly #byAddress = new Map<string, ValidatorUpdate>()
  #total = 0n
  /** As `encode` gave them, until they change. */
  #encoded: Uint8Array | null = null

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** All of them with their power. */
  get all(): ValidatorUpdate[] {
    return [...this.#byAddress.values()]
  }

  /** Adds, changes or (power 0) removes a validator. */
  apply(update: ValidatorUpdate): void {
    const key = this.#keyOf(update.pubKey)
    this.#encoded = null
    this.#total += update.power - this.#powerAt(key)
    if (update.power === 0n) this.#byAddress.delete(key)
    else this.#byAddress.set(key, update)
  }

  /** All of them as bytes. */
  encode(): Uint8Array {
    this.#encoded ??= concatBytes(
      ...this.all.map((update) => encodeDelimited(encodeValidatorUpdate(update))),
    )
    return this.#encoded
  }

  /** Adds those that `encode` gave. */
  restore(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const length = readUvarint(bytes, at)
      if (length === null) return
      at = length.next + length.value
      this.apply(decodeValidatorUpdate(bytes.subarray(length.next, at)))
    }
  }

  /** The validator behind a raw public key, or null. */
  find(publicKey: Uint8Array): ValidatorUpdate | null {
    return this.all.find(({ pubKey }) => equalBytes(pubKey.bytes, publicKey)) ?? null
  }

  /** The key behind an address, or null. */
  keyAt(address: Uint8Array): PublicKey | null {
    return this.#byAddress.get(bytesKey(address))?.pubKey ?? null
  }

  /** Why the validators as they are now cannot change in this way; null when they can. */
  refusal(update: ValidatorUpdate): string | null {
    return refusalOf(update, this.#powerAt(this.#keyOf(update.pubKey)), this.#total)
  }

  /** A fresh trial of one block, whose offenders already change by their offence. */
  trial(misbehavior: readonly Misbehavior[]): ValidatorTrial {
    const powers = new Map<string, bigint>()
    for (const [address, { power }] of this.#byAddress) powers.set(address, power)
    const changed = new Set(misbehavior.map(({ validator }) => bytesKey(validator.address)))
    return new ValidatorTrial((pubKey) => this.#keyOf(pubKey), powers, changed)
  }

  #powerAt(key: string): bigint {
    return this.#byAddress.get(key)?.power ?? 0n
  }

  #keyOf(pubKey: PublicKey): string {
    return bytesKey(addressOf(this.#crypto, pubKey))
  }
}

/**
 * Tries a block's validator transactions one after the other. Two changes of one key, the removal
 * of a stranger, an empty set and too much power in total halt every node once such a block is
 * decided, so they are kept out of blocks.
 */
export class ValidatorTrial {
  readonly #keyOf: (pubKey: PublicKey) => string
  readonly #powers: Map<string, bigint>
  readonly #changed: Set<string>
  #total: bigint

  constructor(
    keyOf: (pubKey: PublicKey) => string,
    powers: Map<string, bigint>,
    changed: Set<string>,
  ) {
    this.#keyOf = keyOf
    this.#powers = powers
    this.#changed = changed
    this.#total = [...powers.values()].reduce((sum, power) => sum + power, 0n)
  }

  /**
   * Whether the transaction may stand in the block after those admitted before it; true for all
   * other kinds.
   */
  admits(tx: Uint8Array): boolean {
    if (!isValidatorTx(tx)) return true
    const update = parseValidatorTx(tx)
    if (update === null) return false
    const key = this.#keyOf(update.pubKey)
    const power = this.#powers.get(key) ?? 0n
    if (this.#changed.has(key)) return false
    if (refusalOf(update, power, this.#total) !== null) return false
    this.#changed.add(key)
    this.#powers.set(key, update.power)
    this.#total += update.power - power
    return true
  }
}

/** Why a key of this power cannot change so among validators of this total; null when it can. */
function refusalOf(update: ValidatorUpdate, power: bigint, total: bigint): string | null {
  if (update.power === 0n && power === 0n) return 'the key to remove is of no validator'
  const changed = total - power + update.power
  if (changed <= 0n) return 'the last validator cannot be removed'
  if (changed <= MAX_TOTAL_VOTING_POWER) return null
  return `the total voting power would be ${changed}, above ${MAX_TOTAL_VOTING_POWER}`
}
