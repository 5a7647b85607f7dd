// Door of node/sim, and the package `quadrille/sim`: consensus in a laboratory.
//
// Promises: whole replicas of production in invented time; a plan or a trace gives the same run on
// every machine; a broken promise is found, made small, and can be run again.
// Must never: touch a network, a key or a home of the real world, or write any file but the trace
// that it was asked for.
// Counterpart in CometBFT: none; its e2e tests with perturbations ask some of the same questions.

export { calmPlan, drawFewVillains, drawPlan, MAX_VALIDATORS } from '../../host/simulator/index.ts'
export type {
  ByzantinePlan,
  Outcome,
  Plan,
  ScriptEvent,
  SimEvent,
  Violation,
} from '../../host/simulator/index.ts'
export type { VillainName } from '../../host/villains/index.ts'
export { SimError } from './errors.ts'
export type { SimErrorCode } from './errors.ts'
export { minimise, MINIMISER_RUNS } from './minimise.ts'
export type { Minimised, MinimiserOptions } from './minimise.ts'
export { MAX_HEIGHTS, MAX_POWER, MAX_RUN_MS, MAX_SEED, MAX_TXS_PER_SECOND } from './plan-check.ts'
export { readPlan, VILLAIN_NAMES } from './plan-check.ts'
export { recordTrace, replayTrace } from './replay.ts'
export type { Difference, Replay } from './replay.ts'
export { runPlan } from './run-plan.ts'
export { runSeeds } from './run-seeds.ts'
export type { SeedRange, SeedRun } from './run-seeds.ts'
export { simulate } from './simulate.ts'
export type { RunOptions, RunResult, SimulateOptions, World } from './simulate.ts'
export { healAfter } from './smaller-plans.ts'
