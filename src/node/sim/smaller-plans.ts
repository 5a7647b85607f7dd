// Plans a little simpler than a given one: what the minimiser tries, group by group.

import { calmPlan } from '../../host/simulator/index.ts'
import type { NetworkPlan, Plan, ScriptEvent } from '../../host/simulator/index.ts'

/** Simpler plans, the boldest first; `violationMs` is when the promise was broken. */
export type Simplification = (plan: Plan, violationMs: number) => Iterable<Plan>

/** All kinds of simplification, those that save the most time of running first. */
export const SIMPLIFICATIONS: readonly Simplification[] = [
  cutShort,
  calmAll,
  dropScript,
  dropVillains,
  dropValidators,
  calmEach,
  roundNumbers,
]

const SECOND_MS = 1000

/**
 * From when on nothing of a script fails any more: the moment of its last event, or the end of the
 * run when a partition, crash or pause is never ended.
 */
export function healAfter(script: readonly ScriptEvent[], maxMs: number): number {
  const open = new Set<string>()
  let lastMs = 0
  for (const event of script.toSorted((a, b) => a.atMs - b.atMs)) {
    if (event.do === 'power' || event.do === 'params') continue
    lastMs = event.atMs
    if (event.do === 'partition') open.add('partition')
    if (event.do === 'heal') open.delete('partition')
    if (event.do === 'crash') open.add(`down ${event.node}`)
    if (event.do === 'restart') open.delete(`down ${event.node}`)
    if (event.do === 'pause') open.add(`still ${event.node}`)
    if (event.do === 'resume') open.delete(`still ${event.node}`)
  }
  return open.size > 0 ? maxMs : Math.min(lastMs, maxMs)
}

function* cutShort(plan: Plan, violationMs: number): Iterable<Plan> {
  const maxMs = Math.ceil((violationMs + 1) / SECOND_MS) * SECOND_MS
  if (maxMs >= plan.maxMs) return
  const script = plan.script.filter(({ atMs }) => atMs <= violationMs)
  yield { ...plan, heights: 0, maxMs, healMs: healAfter(script, maxMs), script }
  yield { ...plan, maxMs, healMs: Math.min(plan.healMs, maxMs), script }
}

function* calmAll(plan: Plan): Iterable<Plan> {
  const { validators, powers, heights, maxMs, healMs, byzantine, script } = plan
  const { lockRule, evidenceRule, downtime, evidenceAge } = plan
  const calm = calmPlan(plan.seed, { validators, heights, maxMs, healMs, byzantine, script })
  yield calm
  yield { ...calm, powers, lockRule, evidenceRule, downtime, evidenceAge }
}

// Delta debugging: halves, quarters and so on are left out while the rest still fails.
function* dropScript(plan: Plan): Iterable<Plan> {
  const { script } = plan
  for (let size = script.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < script.length; from += size) {
      yield { ...plan, script: script.toSpliced(from, size) }
    }
  }
}

function* dropVillains(plan: Plan): Iterable<Plan> {
  for (const [at, villain] of plan.byzantine.entries()) {
    yield { ...plan, byzantine: plan.byzantine.toSpliced(at, 1) }
    const { fromHeight, ...always } = villain
    if (fromHeight !== undefined) yield { ...plan, byzantine: plan.byzantine.with(at, always) }
  }
}

function* dropValidators(plan: Plan): Iterable<Plan> {
  for (let node = plan.validators - 1; node >= 0 && plan.validators > 1; node--) {
    const isVillain = plan.byzantine.some(({ index }) => index === node)
    const isFaulty = plan.script.some((event) => 'node' in event && event.node === node)
    const isLast = plan.powers.every((power, index) => index === node || power === 0)
    if (!isVillain && !isFaulty && !isLast) yield withoutValidator(plan, node)
  }
}

function withoutValidator(plan: Plan, node: number): Plan {
  const moved = (index: number): number => (index > node ? index - 1 : index)
  return {
    ...plan,
    validators: plan.validators - 1,
    powers: plan.powers.toSpliced(node, 1),
    skewMs: plan.skewMs.toSpliced(node, 1),
    byzantine: plan.byzantine.map((each) => ({ ...each, index: moved(each.index) })),
    script: plan.script.map((event) => {
      if ('node' in event) return { ...event, node: moved(event.node) }
      if (event.do !== 'partition') return event
      const groups = event.groups.map((group) => group.filter((each) => each !== node).map(moved))
      return { ...event, groups: groups.filter((group) => group.length > 0) }
    }),
  }
}

function* calmEach(plan: Plan): Iterable<Plan> {
  const calm = calmPlan(plan.seed, { validators: plan.validators })
  const { network, disk, times, skewMs, txsPerSecond, crypto, powers, lockRule } = calm
  const { evidenceRule, downtime, evidenceAge, skipTimeoutCommit, txBytes } = calm
  const parts: readonly Partial<Plan>[] = [
    { network },
    ...namesOf(network).map((name) => ({ network: { ...plan.network, [name]: network[name] } })),
    { disk },
    { times },
    { skipTimeoutCommit },
    { skewMs },
    { txsPerSecond },
    { txBytes },
    { crypto },
    { powers },
    { lockRule },
    { evidenceRule },
    { downtime },
    { evidenceAge },
  ]
  for (const part of parts) yield { ...plan, ...part }
}

function namesOf(network: NetworkPlan): readonly (keyof NetworkPlan)[] {
  return Object.keys(network) as (keyof NetworkPlan)[]
}

function* roundNumbers(plan: Plan): Iterable<Plan> {
  yield { ...plan, healMs: healAfter(plan.script, plan.maxMs) }
  for (const unit of [SECOND_MS, 100]) {
    const round = (ms: number): number => Math.round(ms / unit) * unit
    const script = plan.script.map((event) => ({ ...event, atMs: round(event.atMs) }))
    yield { ...plan, script, healMs: healAfter(script, plan.maxMs) }
    for (const [at, event] of plan.script.entries()) {
      const moved = plan.script.with(at, { ...event, atMs: round(event.atMs) })
      yield { ...plan, script: moved, healMs: healAfter(moved, plan.maxMs) }
    }
  }
}
