// What a committed block brings to the slashing module, and what the module makes of it.

import type { Time } from '../bytes/index.ts'
import type { FaultKind, PublicKey } from '../types/index.ts'
import type { SlashingState } from './state.ts'

/** An offence that a committed block proves. */
export interface Offence {
  readonly kind: FaultKind
  readonly address: Uint8Array
  /** Height of the fault; of a downtime the end of its window. */
  readonly height: bigint
  /** Block time of the fault. */
  readonly time: Time
  /** The validator's power at the fault. */
  readonly power: bigint
}

/** A validator with its power; as a change, power 0 removes. */
export interface ValidatorChange {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly power: bigint
}

/** A committed block. */
export interface SlashingBlock {
  readonly height: bigint
  readonly time: Time
  readonly offences: readonly Offence[]
  /** What the application wants of the validators, in its order; the last word on a key counts. */
  readonly changes: readonly ValidatorChange[]
}

/** A penalty that a block has brought. */
export interface Punishment {
  readonly kind: FaultKind
  /** Upper-case hex. */
  readonly address: string
  /** Height of the fault. */
  readonly height: bigint
  /** What this offence alone costs; more than there is takes what there is. */
  readonly cut: bigint
  /** The validator's own power after the block. */
  readonly power: bigint
  /** The height of the block that lets it return; 0 when it is not in jail. */
  readonly jailedUntil: bigint
  readonly tombstoned: boolean
}

/** What follows from a block. */
export interface SlashingOutcome {
  readonly state: SlashingState
  /** What the validator set must be told, by address; power 0 removes. */
  readonly updates: readonly ValidatorChange[]
  /** One per newly punished offence, by address, kind and height. */
  readonly punishments: readonly Punishment[]
  /** Addresses, in upper-case hex, of those who are back from jail. */
  readonly returned: readonly string[]
}
