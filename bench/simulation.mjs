// How fast the simulator plays: four honest validators with CometBFT's times on a usual network.

import { calmPlan, runSeeds } from '../dist/node/sim/index.js'

const RUN_MS = 60_000

/**
 * Virtual seconds per second of processor time, in one thread of a search, everything the process
 * does counted; compiled code only.
 */
export async function simulationSpeed({ warmUpRuns, runs }) {
  const to = warmUpRuns + runs - 1
  const planOf = (seed) => calmPlan(seed, { maxMs: RUN_MS })
  let started = process.cpuUsage()
  for await (const { seed, outcome } of runSeeds({ from: 0, to, planOf, workers: 1 })) {
    const [violation] = outcome.violations
    if (violation !== undefined) throw new Error(`seed ${seed}: ${violation.detail}`)
    if (seed === warmUpRuns - 1) started = process.cpuUsage()
  }
  const { user, system } = process.cpuUsage(started)
  return (runs * RUN_MS * 1000) / (user + system)
}
