// Refuses plans that cannot be played, with one line that says why.

import { MAX_BLOCK_BYTES, MAX_DOWNTIME_WINDOW } from '../../core/types/index.ts'
import { VILLAINS } from '../villains/index.ts'
import type { EvidenceAgePlan, ParamsPlan, Plan, ScriptEvent } from './plan.ts'

/** A plan that contradicts itself. The message names the field and what was expected. */
export class PlanError extends Error {
  readonly code = 'SIMULATOR_BAD_PLAN'

  constructor(message: string) {
    super(message)
    this.name = 'PlanError'
  }
}

/** The most validators of a run: each pair of nodes costs a connection. */
export const MAX_VALIDATORS = 40

/** The smallest blocks that a chain may ask for: one must hold a commit of all validators. */
export const MIN_BLOCK_BYTES = 10_000

/** In nanoseconds it must be a signed number of 64 bits. */
const MAX_AGE_MS = 9_223_372_036_854

/** Throws {@link PlanError} for the first thing that is wrong. */
export function validatePlan(plan: Plan): void {
  const { validators, powers, skewMs, byzantine, script, maxMs } = plan
  expectWhole('validators', validators, 1)
  expectWhole('maxMs', maxMs, 1)
  expectWhole('healMs', plan.healMs, 0)
  expectWhole('heights', plan.heights, 0)
  expectWhole('seed', plan.seed, 0)
  const { window, minSigned } = plan.downtime
  expectWhole('downtime.window', window, 1)
  expectWhole('downtime.minSigned', minSigned, 0)
  if (window > MAX_DOWNTIME_WINDOW || minSigned > window) {
    const most = `a window of at most ${MAX_DOWNTIME_WINDOW} and minSigned not above it`
    throw new PlanError(`downtime: expected ${most}, not ${minSigned} of ${window}`)
  }
  expectAge('evidenceAge', plan.evidenceAge)
  if (validators > MAX_VALIDATORS) {
    throw new PlanError(`validators: expected at most ${MAX_VALIDATORS}, not ${validators}`)
  }
  if (powers.length !== validators || skewMs.length !== validators) {
    throw new PlanError(`powers, skewMs: expected one of each for ${validators} validators`)
  }
  for (const power of powers) expectWhole('powers', power, 0)
  if (powers.every((power) => power === 0)) {
    throw new PlanError('powers: expected one above 0: no chain begins without a validator')
  }
  for (const [name, [least, most]] of rangesOf(plan)) {
    expectWhole(name, least, 0)
    if (most < least) throw new PlanError(`${name}: expected at least ${least}, not ${most}`)
  }
  const isNode = (node: number): boolean => Number.isInteger(node) && node >= 0 && node < validators
  for (const { index, villain } of byzantine) {
    if (!isNode(index)) throw new PlanError(noSuchNode('byzantine', index, validators))
    if (VILLAINS.some(({ name }) => name === villain)) continue
    const names = VILLAINS.map(({ name }) => name).join(', ')
    throw new PlanError(`byzantine: unknown villain ${villain}, expected one of ${names}`)
  }
  for (const event of script) {
    expectWhole('script: atMs', event.atMs, 0)
    if (event.do === 'power') expectWhole('script: power', event.power, 0)
    if (event.do === 'params') expectParams(event.params)
    const stranger = nodesOf(event).find((node) => !isNode(node))
    if (stranger !== undefined) throw new PlanError(noSuchNode('script', stranger, validators))
  }
}

function expectWhole(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new PlanError(`${what}: expected a whole number of at least ${least}, not ${value}`)
}

function rangesOf({
  network,
  disk,
  txBytes,
}: Plan): readonly [string, readonly [number, number]][] {
  return [
    ['network.latencyMs', network.latencyMs],
    ['network.reconnectMs', network.reconnectMs],
    ['disk.syncMs', disk.syncMs],
    ['txBytes', txBytes],
  ]
}

function expectAge(what: string, { blocks, ms }: EvidenceAgePlan): void {
  expectWhole(`${what}.blocks`, blocks, 1)
  expectWhole(`${what}.ms`, ms, 1)
  if (ms > MAX_AGE_MS) throw new PlanError(`${what}.ms: expected at most ${MAX_AGE_MS}, not ${ms}`)
}

function expectParams({ blockBytes, evidenceAge }: ParamsPlan): void {
  expectWhole('script: blockBytes', blockBytes, MIN_BLOCK_BYTES)
  if (blockBytes > MAX_BLOCK_BYTES) {
    throw new PlanError(
      `script: blockBytes: expected at most ${MAX_BLOCK_BYTES}, not ${blockBytes}`,
    )
  }
  expectAge('script: evidenceAge', evidenceAge)
}

function noSuchNode(where: string, node: number, validators: number): string {
  return `${where}: there is no node ${node}, expected 0 to ${validators - 1}`
}

function nodesOf(event: ScriptEvent): readonly number[] {
  if (event.do === 'partition') return event.groups.flat()
  return 'node' in event ? [event.node] : []
}
