// One run for each seed of a range, told in the order of the seeds however many threads run them.

import type { Outcome, Plan } from '../../host/simulator/index.ts'
import { SeedWorkers } from './seed-workers.ts'
import { runPlan } from './run-plan.ts'

/** Runs that a thread has ready before the one that is waited for: long ones hold nobody up. */
const AHEAD_PER_WORKER = 2

/** What to run. */
export interface SeedRange {
  readonly from: number
  /** The last one. */
  readonly to: number
  readonly planOf: (seed: number) => Plan
  /** Threads to use; 0 for the calling one. */
  readonly workers: number
}

/** A run that is over. */
export interface SeedRun {
  readonly seed: number
  readonly plan: Plan
  readonly outcome: Outcome
}

/** Runs seeds. Whoever stops taking runs stops the search: runs under way are given up. */
export async function* runSeeds(range: SeedRange): AsyncGenerator<SeedRun, void, undefined> {
  const workers = range.workers > 0 ? new SeedWorkers(range.workers) : null
  const ahead: Promise<SeedRun>[] = []
  const most = Math.max(1, range.workers * AHEAD_PER_WORKER)
  let next = range.from
  try {
    for (;;) {
      while (ahead.length < most && next <= range.to) {
        const run = runSeed(next, range.planOf(next), workers)
        // A failure is told when its turn comes, or never when the search has stopped before.
        run.catch(() => undefined)
        ahead.push(run)
        next += 1
      }
      const first = ahead.shift()
      if (first === undefined) return
      yield await first
    }
  } finally {
    await workers?.close()
  }
}

async function runSeed(seed: number, plan: Plan, workers: SeedWorkers | null): Promise<SeedRun> {
  const outcome = await (workers === null ? runPlan(plan) : workers.run(plan))
  return { seed, plan, outcome }
}
