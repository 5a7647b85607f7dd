// A broken promise, and the names of the promises.

/** The promises that are judged; the table of `index.ts` says what each means. */
export type RuleName =
  | 'agreement'
  | 'validity'
  | 'double-sign'
  | 'lock'
  | 'proposer'
  | 'block-time'
  | 'app-hash'
  | 'memory'
  | 'progress'
  | 'accountability'
  | 'evidence'
  | 'halted'

/** A broken promise. */
export interface Violation {
  readonly rule: RuleName
  /** One line for people. */
  readonly detail: string
  /** Who is to blame, by index, ascending; the nodes that show the fault when nobody is known. */
  readonly culprits: readonly number[]
  readonly atMs: number
}

/** How a judge reports. */
export type Report = (violation: Violation) => void
