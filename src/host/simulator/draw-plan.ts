// The swarm: a seed draws the options of a whole run, each run bold in a few respects only.

import type { TimeoutConfig } from '../../core/consensus/index.ts'
import { Draws } from './draws.ts'
import type { Plan } from './plan.ts'

/** CometBFT's defaults: about 0.8 blocks a second where messages take less than 0.1 s. */
export const DEFAULT_TIMES: TimeoutConfig = {
  proposeMs: 3000,
  proposeDeltaMs: 500,
  prevoteMs: 1000,
  prevoteDeltaMs: 500,
  precommitMs: 1000,
  precommitDeltaMs: 500,
  commitMs: 1000,
  maxMs: 10_000,
}

/** A run in which nothing fails: four honest validators on a good network. */
export function calmPlan(seed: number, wish: Partial<Plan> = {}): Plan {
  const validators = wish.validators ?? wish.powers?.length ?? 4
  const all = Array.from({ length: validators }, (_, index) => index)
  return {
    seed,
    validators,
    powers: all.map(() => 10),
    heights: 0,
    maxMs: 60_000,
    healMs: 0,
    lockRule: 'comet-legacy',
    crypto: 'cheap',
    times: DEFAULT_TIMES,
    network: {
      latencyMs: [20, 100],
      loss: 0,
      duplicate: 0,
      reorder: 0,
      whenCut: 'hold',
      reconnectMs: [1000, 5000],
      queueBytes: 5 * 1024 * 1024,
    },
    disk: { syncMs: [1, 5], kept: 0.5, torn: 0.1 },
    skewMs: all.map(() => 0),
    txsPerSecond: 2,
    byzantine: [],
    script: [],
    ...wish,
  }
}

/** The plan of a seed; what is wished for stays as it is, and everything else is drawn around it. */
export function drawPlan(seed: number, wish: Partial<Plan> = {}): Plan {
  const draws = new Draws(seed, 'plan')
  return calmPlan(seed, { crypto: draws.chance(0.1) ? 'ed25519' : 'cheap', ...wish })
}
