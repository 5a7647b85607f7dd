// The validators of a height with their proposer priorities: an immutable set, one object per
// height and round.

import { assert, bytesKey, equalBytes, err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { addressOf, isWholePublicKey, merkleRoot } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeSimpleValidator } from '../proto/index.ts'
import type { ValidatorUpdate } from '../proto/index.ts'
import { MAX_TOTAL_VOTING_POWER } from './limits.ts'
import { incrementPriorities, indexOfHighest } from './proposer-priority.ts'
import { applyChanges } from './validator-updates.ts'
import { validateValidator } from './validator.ts'
import type { Validator, ValidatorPower } from './validator.ts'

/**
 * What does not change when only priorities move; shared by all rounds and heights of one
 * membership.
 */
interface Membership {
  readonly totalVotingPower: bigint
  readonly indexes: ReadonlyMap<string, number>
  hash: Uint8Array | null
}

const totalOf = (validators: readonly { readonly votingPower: bigint }[]): bigint =>
  validators.reduce((sum, validator) => sum + validator.votingPower, 0n)

const membershipOf = (validators: readonly Validator[]): Membership => ({
  totalVotingPower: totalOf(validators),
  indexes: new Map(validators.map((validator, i) => [bytesKey(validator.address), i])),
  hash: null,
})

/**
 * An immutable validator set in the order of the chain: power descending, address ascending. More
 * than two thirds of its power decide. The empty set exists only until the application names
 * validators at the start of a chain.
 */
export class ValidatorSet {
  readonly validators: readonly Validator[]
  readonly #proposer: Validator | null
  readonly #membership: Membership

  private constructor(
    validators: readonly Validator[],
    proposer: Validator | null,
    membership: Membership,
  ) {
    this.validators = validators
    this.#proposer = proposer
    this.#membership = membership
  }

  /** The set without validators; it has no proposer. */
  static readonly empty: ValidatorSet = new ValidatorSet([], null, membershipOf([]))

  /**
   * The first set of a chain. The list must be valid: see {@link ValidatorSet.tryMake} for one from
   * outside.
   */
  static make(crypto: Crypto, validators: readonly ValidatorPower[]): ValidatorSet {
    const made = ValidatorSet.tryMake(crypto, validators)
    assert(made.ok, made.ok ? '' : `validator set: ${made.error}`)
    return made.value
  }

  /** The first set of a chain: all powers positive, no key twice, the total within the limit. */
  static tryMake(
    crypto: Crypto,
    validators: readonly ValidatorPower[],
  ): Result<ValidatorSet, string> {
    if (validators.length === 0) return ok(ValidatorSet.empty)
    if (validators.some((validator) => validator.votingPower === 0n)) {
      return err('a first set cannot contain a validator without voting power')
    }
    const members = changeMembers(crypto, [], validators)
    if (!members.ok) return members
    return ok(ValidatorSet.#of(members.value, null).withPriorityIncremented(1))
  }

  /**
   * A set as it was stored: order and priorities are kept. Without a proposer the highest priority
   * proposes. Asserts what {@link ValidatorSet.validate} checks but the addresses.
   */
  static restore(validators: readonly Validator[], proposer: Validator | null): ValidatorSet {
    const set = ValidatorSet.#of(validators, proposer)
    assert(set.totalVotingPower <= MAX_TOTAL_VOTING_POWER, 'the total voting power is in range')
    assert(set.#membership.indexes.size === validators.length, 'no validator stands twice in a set')
    return set
  }

  /**
   * A set as it was stored, when the bytes may be damaged; the error says why they are no set. The
   * addresses are not compared with the keys.
   */
  static tryRestore(
    validators: readonly Validator[],
    proposer: Validator | null,
  ): Result<ValidatorSet, string> {
    if (validators.length === 0) {
      return proposer === null ? ok(ValidatorSet.empty) : err('a proposer without validators')
    }
    const wrong = validators.findIndex(
      ({ pubKey, votingPower }) => votingPower <= 0n || !isWholePublicKey(pubKey),
    )
    if (wrong >= 0) return err(`validator ${wrong} has no power or no whole key`)
    const set = ValidatorSet.#of(validators, proposer)
    const { indexes } = set.#membership
    if (set.totalVotingPower > MAX_TOTAL_VOTING_POWER) return err('total voting power out of range')
    if (indexes.size !== validators.length) return err('a validator stands twice in the set')
    const isMember = proposer === null || indexes.has(bytesKey(proposer.address))
    return isMember ? ok(set) : err('the proposer is not in the set')
  }

  /**
   * Checks a list that came from outside before {@link ValidatorSet.restore}. Null when it is well
   * formed.
   */
  static validate(
    crypto: Crypto,
    validators: readonly Validator[],
    proposer: Validator,
  ): string | null {
    if (validators.length === 0) return 'no validators'
    for (const [i, validator] of validators.entries()) {
      const reason = validateValidator(crypto, validator)
      if (reason !== null) return `validator ${i}: ${reason}`
    }
    if (totalOf(validators) > MAX_TOTAL_VOTING_POWER) return 'total voting power out of range'
    const { indexes } = membershipOf(validators)
    if (indexes.size !== validators.length) return 'a validator stands twice in the set'
    return indexes.has(bytesKey(proposer.address)) ? null : 'the proposer is not in the set'
  }

  static #of(validators: readonly Validator[], proposer: Validator | null): ValidatorSet {
    return new ValidatorSet(validators, proposer, membershipOf(validators))
  }

  /** Number of validators. */
  get size(): number {
    return this.validators.length
  }

  /** Sum of all voting powers, at most {@link MAX_TOTAL_VOTING_POWER}. */
  get totalVotingPower(): bigint {
    return this.#membership.totalVotingPower
  }

  /** Who proposes in the round that this set stands for. The set must not be empty. */
  get proposer(): Validator {
    if (this.#proposer !== null) return this.#proposer
    const priorities = this.validators.map((validator) => validator.proposerPriority)
    const highest = this.validators[indexOfHighest(this.validators, priorities)]
    assert(highest !== undefined, 'an empty validator set has no proposer')
    return highest
  }

  /** The index of an address, -1 when it is not in the set. */
  indexOf(address: Uint8Array): number {
    return this.#membership.indexes.get(bytesKey(address)) ?? -1
  }

  /** The validator at an index, null outside. */
  get(index: number): Validator | null {
    return this.validators[index] ?? null
  }

  /** The validator with an address, null when there is none. */
  find(address: Uint8Array): Validator | null {
    return this.get(this.indexOf(address))
  }

  /** The set after one increment of `times` steps (0 gives this set). It must not be empty. */
  withPriorityIncremented(times: number): ValidatorSet {
    assert(this.size > 0, 'an empty validator set has no rounds')
    assert(Number.isSafeInteger(times) && times >= 0, 'rounds are counted forward')
    if (times === 0) return this
    const priorities = this.validators.map((validator) => validator.proposerPriority)
    const chosen = incrementPriorities(this.validators, priorities, this.totalVotingPower, times)
    const validators = this.validators.map((validator, i) => ({
      ...validator,
      proposerPriority: priorities[i] as bigint,
    }))
    return new ValidatorSet(validators, validators[chosen] ?? null, this.#membership)
  }

  /**
   * The set of a round `rounds` after the one that this set stands for, step by step: who went
   * through the rounds and who skipped them have the same proposer. One increment of many steps
   * brings the priorities within their window only once, which is another sequence after newcomers
   * joined.
   */
  withRoundsPassed(rounds: number): ValidatorSet {
    assert(Number.isSafeInteger(rounds) && rounds >= 0, 'rounds are counted forward')
    let set = this.withPriorityIncremented(0)
    for (let round = 0; round < rounds; round++) set = set.withPriorityIncremented(1)
    return set
  }

  /**
   * The set after the application's changes: power 0 removes, a known key changes, an unknown one
   * joins. The proposer stays until the next increment. Refused changes leave a reason.
   */
  withUpdates(crypto: Crypto, updates: readonly ValidatorUpdate[]): Result<ValidatorSet, string> {
    if (updates.length === 0) return ok(this)
    const changes = updates.map(({ pubKey, power }) => ({ pubKey, votingPower: power }))
    const members = changeMembers(crypto, this.validators, changes)
    if (!members.ok) return members
    return ok(ValidatorSet.#of(members.value, this.#proposer))
  }

  /** Merkle root over keys and powers, in order; computed once per membership. */
  hash(crypto: Crypto): Uint8Array {
    this.#membership.hash ??= merkleRoot(crypto, this.validators.map(encodeSimpleValidator))
    return this.#membership.hash
  }

  /** True when `power` is more than two thirds of the total. */
  hasTwoThirds(power: bigint): boolean {
    return 3n * power > 2n * this.totalVotingPower
  }

  /** True when `power` is more than one third of the total. */
  hasOneThird(power: bigint): boolean {
    return 3n * power > this.totalVotingPower
  }

  /** True when both sets have the same members, powers and priorities, in the same order. */
  equals(other: ValidatorSet): boolean {
    if (this === other) return true
    return (
      this.size === other.size &&
      this.validators.every((validator, i) => equalValidator(validator, other.get(i)))
    )
  }
}

const changeMembers = (
  crypto: Crypto,
  members: readonly Validator[],
  changes: readonly ValidatorPower[],
): Result<readonly Validator[], string> => {
  if (!changes.every(({ pubKey }) => isWholePublicKey(pubKey))) {
    return err('public key of a wrong size')
  }
  const validators = changes.map(({ pubKey, votingPower }) => ({
    address: addressOf(crypto, pubKey),
    pubKey,
    votingPower,
    proposerPriority: 0n,
  }))
  return applyChanges(members, validators)
}

const equalValidator = (a: Validator, b: Validator | null): boolean =>
  b !== null &&
  a.votingPower === b.votingPower &&
  a.proposerPriority === b.proposerPriority &&
  a.pubKey.type === b.pubKey.type &&
  equalBytes(a.pubKey.bytes, b.pubKey.bytes)
