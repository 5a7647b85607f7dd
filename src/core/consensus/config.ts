// What one node brings to the algorithm and keeps while it runs: identity, lock rule, timeouts.

import type { Crypto } from '../crypto/index.ts'
import type { LockRule } from '../types/index.ts'

/**
 * Timeouts in milliseconds: `xMs` in round 0, `xDeltaMs` more for each later round, never above
 * `maxMs`.
 */
export interface TimeoutConfig {
  readonly proposeMs: number
  readonly proposeDeltaMs: number
  readonly prevoteMs: number
  readonly prevoteDeltaMs: number
  readonly precommitMs: number
  readonly precommitDeltaMs: number
  /** How long late precommits of the height before are collected before round 0 starts. */
  readonly commitMs: number
  /** Growth stops here; a first timeout that is already longer stays as it is. */
  readonly maxMs: number
}

/** What one node brings to the algorithm. `self` is its validator address, null for an observer. */
export interface ConsensusContext {
  readonly chainId: string
  readonly crypto: Crypto
  /**
   * `paper`: a lock is never given up. `comet-legacy`: CometBFT 0.34 to 0.40. The rule of the
   * network, from genesis, never a setting of one node: mixed, one faulty validator of four forks
   * the chain.
   */
  readonly lockRule: LockRule
  readonly self: Uint8Array | null
  readonly timeouts: TimeoutConfig
  /** Start round 0 as soon as every precommit of the height before is in. */
  readonly skipTimeoutCommit: boolean
}
