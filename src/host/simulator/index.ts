// Door of host/simulator: whole replicas on invented time, network and disks.
//
// Promises: one plan gives one history, to the last bit of its digest, on every machine; the
// replicas are those of production; nothing of the world but time, messages and bytes is invented.
// Must never: use the real clock or real randomness, change a replica's code, or keep a key that
// is worth something.
// Counterpart in CometBFT: none; its e2e runner and the maverick node came nearest.

export { makeCheapCrypto, makeSharedCrypto } from './cheap-crypto.ts'
export { calmPlan, DEFAULT_TIMES, drawFewVillains, drawPlan } from './draw-plan.ts'
export type { SimEvent, SimEventKind } from './event.ts'
export type { Outcome, Violation, WorldRule } from './outcome.ts'
export type {
  ByzantinePlan,
  DiskFault,
  DiskPlan,
  DowntimePlan,
  EvidenceAgePlan,
  NetworkPlan,
  ParamsPlan,
  Plan,
  RangeMs,
  ScriptAction,
  ScriptEvent,
} from './plan.ts'
export { MAX_VALIDATORS, MIN_BLOCK_BYTES, PlanError, validatePlan } from './plan-error.ts'
export { World } from './world.ts'
export type { WorldHost } from './world-host.ts'
