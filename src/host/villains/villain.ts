// Who lies, with which key, and from when.

import type { ReplicaOptions } from '../replica/index.ts'

/** The villains by what they do. */
export type VillainName =
  | 'equivocator'
  | 'double-proposer'
  | 'amnesiac'
  | 'withholder'
  | 'silent'
  | 'flooder'
  | 'impersonator'
  | 'invalid-proposer'
  | 'stale-lock'
  | 'twins'

/** One faulty validator. */
export interface Villain {
  readonly name: VillainName
  /** The ed25519 seed with which it signs. */
  readonly keySeed: Uint8Array
  /** Honest before this height; a villain from the first one when left out. */
  readonly fromHeight?: bigint
  /**
   * Twins only, and required there: the options of the copy of this number (1 for the second),
   * with ports, stores and node key of its own.
   */
  readonly copy?: (index: number) => ReplicaOptions
}
