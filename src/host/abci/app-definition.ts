// How an application is written in TypeScript: a state, and a function that a transaction applies
// to it.

import { parseSlashingPolicy } from '../../core/types/index.ts'
import type { FaultKind, SlashingPolicyText } from '../../core/types/index.ts'

/**
 * A proven offence of a validator, as an application sees it. `validator` is the address in
 * upper-case hex.
 */
export interface Fault {
  readonly kind: FaultKind
  readonly validator: string
  readonly height: bigint
  readonly votingPower: bigint
}

/** What an application sees while a block executes; the same on every node. */
export interface Ctx {
  /** Height of the block; in `check` that of the next one. */
  readonly height: bigint
  /** Time of the block, never the time now; in `check` that of the last one. */
  readonly time: Date
  /** Address of the block's proposer in upper-case hex; empty in `check`. */
  readonly proposer: string
  /**
   * A number in [0, 1), seeded from the block's hash and the transaction's index, so every node
   * draws the same.
   */
  random(): number
  /**
   * Tells the world; the receipt carries it. Forgotten when the transaction fails, and in `check`.
   */
  emit(type: string, attributes: Record<string, string | number | bigint>): void
  /**
   * The offences proven by this block. They are punished by the application's policy; with
   * `slashing: false` by nobody but the application.
   */
  readonly faults: readonly Fault[]
  /**
   * Changes the power of a validator from the height after the next; `pubKey` is ed25519 in base64,
   * power 0 removes. The jailed get it when they return, the tombstoned never.
   */
  updateValidator(pubKey: string, votingPower: bigint): void
}

/**
 * The common interface of schema libraries (standardschema.dev), version 1. Only synchronous ones
 * can be used.
 */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    validate(
      value: unknown,
    ): { readonly value: T } | { readonly issues: readonly { readonly message: string }[] }
    readonly types?: { readonly input: unknown; readonly output: T }
  }
}

/**
 * An application. `check` looks, `apply` changes; both must depend on nothing but their arguments.
 * Before `apply`, `check` is asked again with the state as it then is. A throw in either makes a
 * failed receipt and changes nothing.
 */
export interface AppDef<S, T> {
  /** Names the application in receipts and in the store; letters, digits, `-`, `_` and `.`. */
  readonly name: string
  /**
   * The state before the first block. Plain objects, arrays, maps, sets, dates, bytes and primitive
   * values.
   */
  readonly state: S | (() => S)
  /**
   * What faults cost: rows and fields that replace those of the default policy, or false to punish
   * by `ctx.faults` and `updateValidator` alone. Fixed when a chain begins, like the rest of its
   * genesis; a policy in the genesis file comes first.
   */
  readonly slashing?: SlashingPolicyText | false
  /** Decides what is a transaction; without it every canonical JSON value is. */
  readonly tx?: StandardSchema<T>
  check?(state: Readonly<S>, tx: T, ctx: Ctx): void
  apply(state: S, tx: T, ctx: Ctx): void
  /** Runs after the transactions of each block; a throw changes nothing. */
  endBlock?(state: S, ctx: Ctx): void
}

/** A defined application; what it holds is between `defineApp` and the node. */
export interface App<S, T> {
  readonly name: string
  readonly '~def': AppDef<S, T>
  readonly '~s'?: S
  readonly '~t'?: T
}

/**
 * Defines an application. Throws a `TypeError` when the name cannot be used, and when the slashing
 * policy is wrong: it names the field, and how it would be right.
 */
export function defineApp<S, T>(def: AppDef<S, T>): App<S, T> {
  if (!/^[\w.-]{1,64}$/u.test(def.name)) {
    throw new TypeError(
      `the application name "${def.name}" has other signs than letters, digits, - _ .`,
    )
  }
  const policy = parseSlashingPolicy(def.slashing === false ? {} : (def.slashing ?? {}))
  if (!policy.ok) {
    const field = ['slashing', policy.error.field].filter((step) => step !== '').join('.')
    throw new TypeError(`the application "${def.name}": ${field} ${policy.error.reason}`)
  }
  return { name: def.name, '~def': def }
}
