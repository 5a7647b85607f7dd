// What the judges know before a run begins.

import type { Time } from '../../core/bytes/index.ts'
import type { TimeoutConfig } from '../../core/consensus/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { ConsensusParamsUpdate, ValidatorUpdate } from '../../core/proto/index.ts'
import type { Genesis } from '../../core/types/index.ts'

/**
 * The application's answers to Info and InitChain; the key-value store's are version 1 and a hash
 * of eight zero bytes.
 */
export interface ChainStart {
  readonly appVersion: bigint
  /** Not empty: in place of those of the genesis. */
  readonly validators?: readonly ValidatorUpdate[]
  readonly consensusParams?: ConsensusParamsUpdate | null
  /** Not empty: in place of that of the genesis. */
  readonly appHash?: Uint8Array
}

/** What the judges know before a run begins. */
export interface Setting {
  readonly crypto: Crypto
  readonly genesis: Genesis
  readonly chainStart: ChainStart
  /**
   * The validator address of each node by index, null where a node has no key. The copies of a twin
   * have one address; the first index with an address names the validator.
   */
  readonly addresses: readonly (Uint8Array | null)[]
  /** The nodes that lie, by index; all others are honest. */
  readonly villains: readonly number[]
  /** Wall time of moment 0 of the run. */
  readonly startTime: Time
  /** By how much the clock of each node goes ahead at first, by index; behind when negative. */
  readonly skewMs: readonly number[]
  readonly timeouts: TimeoutConfig
  /**
   * Within which time, once healed, all members of the core have what one of them has, repairs of
   * lost messages included.
   */
  readonly gossipMs: number
}
