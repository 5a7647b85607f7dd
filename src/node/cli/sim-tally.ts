// What runs came to, added up: for one line to people, and one to programs.
import { createHash } from 'node:crypto'
import type { Outcome, Plan } from '../sim/index.ts'
import { topHeight } from './sim-lines.ts'

const DIGEST_CHARS = 16

interface BrokenPromise {
  readonly rule: string
  readonly detail: string
  readonly culprits: readonly number[]
}

/** A violation as the line for programs has it. */
interface SeedViolation extends BrokenPromise {
  readonly seed: number
}

/** Adds up runs, in the order of their seeds. */
export class SimTally {
  readonly #startedAt = performance.now()
  readonly #violations: SeedViolation[] = []
  readonly #digests: string[] = []
  #heights = 0
  #virtualMs = 0
  #realMs = 0

  /** Adds a run that is over. */
  add({ seed }: Plan, outcome: Outcome): void {
    this.#heights += topHeight(outcome)
    this.#virtualMs += outcome.virtualMs
    this.#realMs = performance.now() - this.#startedAt
    this.#digests.push(outcome.digest)
    for (const violation of outcome.violations) this.addViolation(seed, violation)
  }

  /** Adds a violation that no judge of a world could see. */
  addViolation(seed: number, { rule, detail, culprits }: BrokenPromise): void {
    this.#violations.push({ seed, rule, detail, culprits })
  }

  get violations(): number {
    return this.#violations.length
  }

  /** Of one run its own; of several a hash over theirs. */
  get digest(): string {
    const [first = '', ...others] = this.#digests
    if (others.length === 0) return first
    const hash = createHash('sha256').update(this.#digests.join('\n'))
    return hash.digest('hex').slice(0, DIGEST_CHARS)
  }

  /** Invented seconds that pass in a real one. */
  get speed(): number {
    return this.#virtualMs / Math.max(1, this.#realMs)
  }

  /** The line for people. */
  get line(): string {
    const seeds = this.#digests.length
    const found = this.violations
    return [
      ...(seeds === 1 ? [] : [`${seeds} seeds`]),
      this.#heights === 1 ? '1 height' : `${this.#heights} heights`,
      `${(this.#virtualMs / 1000).toFixed(1)} virtual seconds`,
      `digest ${this.digest}`,
      found === 0 ? 'no violation' : found === 1 ? '1 violation' : `${found} violations`,
      `took ${(this.#realMs / 1000).toFixed(1)} s ` +
        `(${this.speed.toFixed(0)} virtual seconds per second)`,
    ].join(', ')
  }

  /** The line for programs. */
  get json(): string {
    return JSON.stringify({
      seeds: this.#digests.length,
      heights: this.#heights,
      virtualSeconds: this.#virtualMs / 1000,
      digest: this.digest,
      violations: this.#violations,
    })
  }
}
