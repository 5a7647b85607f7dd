// How fast the simulator plays: four honest validators with CometBFT's times on a usual network.

import { calmPlan, runPlan } from '../dist/node/sim/index.js'

const RUN_MS = 60_000

/** Virtual seconds per second of processor time, all threads counted; compiled code only. */
export async function simulationSpeed({ warmUpRuns, runs }) {
  for (let seed = 0; seed < warmUpRuns; seed++) await play(seed)
  const started = process.cpuUsage()
  for (let seed = 0; seed < runs; seed++) await play(1000 + seed)
  const { user, system } = process.cpuUsage(started)
  return (runs * RUN_MS * 1000) / (user + system)
}

async function play(seed) {
  const { violations } = await runPlan(calmPlan(seed, { maxMs: RUN_MS }))
  if (violations.length > 0) throw new Error(`seed ${seed}: ${violations[0].detail}`)
}
