// What the penalties of the past leave for the blocks to come; part of the replicated state.

import type { Time } from '../bytes/index.ts'
import type { FaultKind, PublicKey } from '../types/index.ts'

/** A validator, or somebody who was one and owes a penalty. */
export interface ValidatorRecord {
  /** Upper-case hex. */
  readonly address: string
  /** Null while only its offence is known. */
  readonly pubKey: PublicKey | null
  /** Its own power after all cuts; what it returns with from jail. */
  readonly power: bigint
  /** The power the chain was told last; 0 when it is not in the set. */
  readonly presentPower: bigint
  /** The height of the block that lets it return; 0 when it is not in jail. */
  readonly jailedUntil: bigint
  readonly tombstoned: boolean
}

/** An offence that has had its penalty. */
export interface PunishedOffence {
  readonly kind: FaultKind
  /** Upper-case hex. */
  readonly address: string
  readonly height: bigint
  /** Block time of the fault. */
  readonly time: Time
}

/** How old evidence may be: it has expired when both limits are passed. */
export interface EvidenceAge {
  readonly blocks: bigint
  /** Nanoseconds. */
  readonly duration: bigint
}

/**
 * Plain data with one form: validators by address, offences by address, kind and height, each once.
 * Offences are kept while evidence of them may still come, those of the tombstoned not at all.
 */
export interface SlashingState {
  readonly evidenceAge: EvidenceAge
  readonly validators: readonly ValidatorRecord[]
  readonly punished: readonly PunishedOffence[]
}
