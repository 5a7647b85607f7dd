// Finds a simpler plan that breaks the same promise: what can be left out is left out.

import type { Outcome, Plan, Violation } from '../../host/simulator/index.ts'
import { SIMPLIFICATIONS } from './smaller-plans.ts'
import type { Simplification } from './smaller-plans.ts'

/** Runs that are tried before the best plan so far has to do. */
export const MINIMISER_RUNS = 250

/** What may be said of a minimiser. */
export interface MinimiserOptions {
  /** How a plan is run. */
  readonly run: (plan: Plan) => Promise<Outcome>
  readonly maxRuns: number
  /** Called after every run, with how many there were. */
  readonly onRun?: (runs: number) => void
}

/** The simplest plan found, and how it ends. */
export interface Minimised {
  readonly plan: Plan
  readonly outcome: Outcome
  /** How many were run to find it. */
  readonly runs: number
}

/**
 * A plan as simple as `maxRuns` runs allow, with a violation of the same rule as the first one of
 * `outcome`, which must have one. Deterministic: the same plan leads to the same simple one.
 */
export async function minimise(
  plan: Plan,
  outcome: Outcome,
  options: MinimiserOptions,
): Promise<Minimised> {
  const search = new Minimiser(plan, outcome, options)
  for (;;) {
    const before = search.best.plan
    for (const simplification of SIMPLIFICATIONS) await search.exhaust(simplification)
    if (search.best.plan === before || search.isOver) return search.best
  }
}

class Minimiser {
  readonly #options: MinimiserOptions
  readonly #rule: string
  // A plan that was tried once gives the same answer again.
  readonly #tried = new Set<string>()
  #best: Minimised

  constructor(plan: Plan, outcome: Outcome, options: MinimiserOptions) {
    this.#options = options
    this.#rule = outcome.violations[0]?.rule ?? ''
    this.#best = { plan, outcome, runs: 0 }
    this.#tried.add(JSON.stringify(plan))
  }

  get best(): Minimised {
    return this.#best
  }

  get isOver(): boolean {
    return this.#best.runs >= this.#options.maxRuns
  }

  /** Begins anew with every plan that is better, until none is. */
  async exhaust(simplification: Simplification): Promise<void> {
    while (await this.#improve(simplification));
  }

  async #improve(simplification: Simplification): Promise<boolean> {
    const atMs = this.#broken(this.#best.outcome)?.atMs ?? this.#best.plan.maxMs
    for (const plan of simplification(this.#best.plan, atMs)) {
      if (this.isOver) return false
      if (await this.#isBetter(plan)) return true
    }
    return false
  }

  async #isBetter(plan: Plan): Promise<boolean> {
    const text = JSON.stringify(plan)
    if (this.#tried.has(text)) return false
    this.#tried.add(text)
    const outcome = await this.#options.run(plan)
    const runs = this.#best.runs + 1
    this.#options.onRun?.(runs)
    const isBetter = this.#broken(outcome) !== undefined
    this.#best = isBetter ? { plan, outcome, runs } : { ...this.#best, runs }
    return isBetter
  }

  #broken({ violations }: Outcome): Violation | undefined {
    return violations.find(({ rule }) => rule === this.#rule)
  }
}
