// How fast the simulator plays: four honest validators with CometBFT's times on a usual network.
//
// Runs in a process of its own, whose garbage is collected by the thread that makes it: a search
// has a thread on every core, and no core to spare beside it.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { calmPlan, runSeeds } from '../dist/node/sim/index.js'

const FILE = fileURLToPath(import.meta.url)
const NODE_FLAGS = ['--single-threaded-gc']
const RUN_MS = 60_000
/** Until then the compiler takes a sixth of the time. */
const WARM_UP_RUNS = 100
const RUNS = 60

/**
 * Virtual seconds per second of processor time, in one thread of a search, everything the process
 * does counted; compiled code only.
 */
export function simulationSpeed() {
  return Number(execFileSync(process.execPath, [...NODE_FLAGS, FILE], { encoding: 'utf8' }))
}

async function measure() {
  const to = WARM_UP_RUNS + RUNS - 1
  const planOf = (seed) => calmPlan(seed, { maxMs: RUN_MS })
  let started = process.cpuUsage()
  for await (const { seed, outcome } of runSeeds({ from: 0, to, planOf, workers: 1 })) {
    const [violation] = outcome.violations
    if (violation !== undefined) throw new Error(`seed ${seed}: ${violation.detail}`)
    if (seed === WARM_UP_RUNS - 1) started = process.cpuUsage()
  }
  const { user, system } = process.cpuUsage(started)
  return (RUNS * RUN_MS * 1000) / (user + system)
}

if (process.argv[1] === FILE) console.log(await measure())
