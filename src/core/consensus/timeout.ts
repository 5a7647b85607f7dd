// Timeouts as data: what they are tagged with and how long they last.

import type { TimeoutConfig } from './config.ts'

/** The step whose waiting a timeout ends. */
export type TimeoutStep = 'new-height' | 'propose' | 'prevote' | 'precommit'

/** A timeout is for one (height, round, step) and is ignored once the machine has left it. */
export interface Timeout {
  readonly height: bigint
  readonly round: number
  readonly step: TimeoutStep
}

/**
 * How long `timeout` lasts, in milliseconds: linear in the round, capped, from zero at each height.
 */
export function timeoutMs(timeout: Timeout, config: TimeoutConfig): number {
  switch (timeout.step) {
    case 'new-height':
      return config.commitMs
    case 'propose':
      return grown(config.proposeMs, config.proposeDeltaMs * timeout.round, config.maxMs)
    case 'prevote':
      return grown(config.prevoteMs, config.prevoteDeltaMs * timeout.round, config.maxMs)
    case 'precommit':
      return grown(config.precommitMs, config.precommitDeltaMs * timeout.round, config.maxMs)
  }
}

// Without the cap the pause after a long partition would grow with the length of the partition.
function grown(firstMs: number, growthMs: number, maxMs: number): number {
  return Math.max(firstMs, Math.min(firstMs + growthMs, maxMs))
}
