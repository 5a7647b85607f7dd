// How a run ended.

import type { Violation as JudgedViolation, RuleName } from '../judges/index.ts'

/**
 * Rules of the world itself, beside those of the judges. `lost-block`: a committed block is there
 * after a restart. `blame`: no honest node ends a connection with another for breaking the rules.
 * `spin`: a moment ends.
 */
export type WorldRule = 'lost-block' | 'blame' | 'spin'

/** A promise that was broken. */
export interface Violation extends Omit<JudgedViolation, 'rule'> {
  readonly rule: RuleName | WorldRule
}

/** What is left of a run. */
export interface Outcome {
  /** Last committed height by node; 0 for villains. */
  readonly heights: readonly bigint[]
  readonly virtualMs: number
  /** 16 hex digits over every event of the run. */
  readonly digest: string
  /** How many events were folded into the digest. */
  readonly events: number
  /** In order of time; empty when every promise was kept. */
  readonly violations: readonly Violation[]
}
