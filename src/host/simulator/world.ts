// A whole network of replicas in virtual time, as whoever plays with it holds it.

import { assert } from '../../core/bytes/index.ts'
import type { Outcome } from './outcome.ts'
import type { Plan, ScriptAction } from './plan.ts'
import { Run } from './run.ts'
import type { WorldHost } from './world-host.ts'

/** One run of one plan, and a hand in it. */
export class World {
  readonly #host: WorldHost
  readonly #acts: { readonly atMs: number; readonly act: () => void }[] = []
  #plan: Plan
  #run: Run | null = null

  constructor(plan: Plan, host: WorldHost) {
    this.#plan = plan
    this.#host = host
  }

  /** The plan as it is run; what is done by hand is not in it. */
  get plan(): Plan {
    return this.#plan
  }

  /**
   * Plays the plan to its end; once. Rejects with {@link PlanError} when the plan contradicts
   * itself.
   */
  async run(): Promise<Outcome> {
    assert(this.#run === null, 'a world runs once')
    const run = new Run(this.#plan, this.#host)
    this.#run = run
    for (const { atMs, act } of this.#acts) run.at(atMs, act)
    return run.play()
  }

  /** Calls `act` at a moment of virtual time; moments that have passed mean now. */
  at(ms: number, act: () => void): void {
    if (this.#run === null) this.#acts.push({ atMs: ms, act })
    else this.#run.at(ms, act)
  }

  /** Cuts a node's power. */
  crash(node: number): void {
    this.#perform({ do: 'crash', node })
  }

  /** Starts a node that is down. */
  restart(node: number): void {
    this.#perform({ do: 'restart', node })
  }

  /** Separates groups of nodes from each other. */
  partition(...groups: number[][]): void {
    this.#perform({ do: 'partition', groups })
  }

  /** Ends the partition. */
  heal(): void {
    this.#perform({ do: 'heal' })
  }

  /** Makes a validator a villain; before `run`. */
  byzantine(index: number, villain: string): void {
    assert(this.#run === null, 'villains are named before the run')
    const others = this.#plan.byzantine.filter((each) => each.index !== index)
    this.#plan = { ...this.#plan, byzantine: [...others, { index, villain }] }
  }

  #perform(action: ScriptAction): void {
    if (this.#run === null) this.at(0, () => this.#run?.perform(action))
    else this.#run.perform(action)
  }
}
