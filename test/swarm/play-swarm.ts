// Plays drawn plans in the order of their seeds.

import { drawPlan, runSeeds } from '../../src/node/sim/index.ts'
import type { Outcome, SeedRun } from '../../src/node/sim/index.ts'
import { verdictOf } from '../../src/host/simulator/world.fixture.ts'

/** Seeds, both ends meant, and how long each world goes on. */
export interface Swarm {
  readonly from: number
  readonly to: number
  readonly maxMs: number
  /** How many are played at once. */
  readonly workers: number
}

/** A run that is over. */
export interface SwarmRun {
  readonly seed: number
  readonly outcome: Outcome
  /** The broken promise and the command that repeats it; empty when all were kept. */
  readonly verdict: string
}

/** Whoever stops taking runs stops the swarm. */
export async function* playSwarm({ from, to, maxMs, workers }: Swarm): AsyncGenerator<SwarmRun> {
  const planOf = (seed: number): SeedRun['plan'] => drawPlan(seed, { maxMs })
  for await (const { seed, plan, outcome } of runSeeds({ from, to, planOf, workers })) {
    yield { seed, outcome, verdict: verdictOf(plan, outcome) }
  }
}
