// How a run ended.

/** A promise that was broken. */
export interface Violation {
  /** Kebab-case: `agreement`, `validity`, `double-sign` and so on. */
  readonly rule: string
  readonly detail: string
  /** The nodes to blame. */
  readonly culprits: readonly number[]
  readonly atMs: number
}

/** What is left of a run. */
export interface Outcome {
  /** Last committed height by node. */
  readonly heights: readonly bigint[]
  readonly virtualMs: number
  /** 16 hex digits over every event of the run. */
  readonly digest: string
  /** How many events were folded into the digest. */
  readonly events: number
  readonly violations: readonly Violation[]
}
