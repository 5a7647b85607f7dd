// Draws what happens to a world: partitions, crashes, pauses, bad disks and clocks before it heals,
// and changes of the validators' power and of the parameters.

import type { Draws } from './draws.ts'
import type { ParamsPlan, ScriptAction, ScriptEvent } from './plan.ts'

/** What a kind of trouble is drawn from. */
interface Setting {
  readonly draws: Draws
  readonly validators: number
  /** Trouble begins before this. */
  readonly untilMs: number
}

type Trouble = (setting: Setting) => ScriptEvent[]

const TROUBLES: readonly Trouble[] = [drawPartition, drawFlapping, drawCrash, drawPause]
const RARE_TROUBLES: readonly Trouble[] = [drawDiskFault, drawSkew, drawBlackout]
/** How many times trouble begins in a run at most. */
const MAX_TROUBLES = 8
/** How many times somebody asks for another power at most. */
const MAX_POWER_CHANGES = 8
/** How many times somebody asks for other parameters at most. */
const MAX_PARAMS_CHANGES = 4

/** A script up to `untilMs`, in order of time. */
export function drawScript(draws: Draws, validators: number, untilMs: number): ScriptEvent[] {
  if (untilMs < 2 || draws.chance(0.15)) return []
  // Few kinds in one run, so that each can get far.
  const kinds = [draws.pick(TROUBLES), draws.pick(TROUBLES)]
  if (draws.chance(0.3)) kinds.push(draws.pick(RARE_TROUBLES))
  const events: ScriptEvent[] = []
  for (let left = draws.between(1, MAX_TROUBLES); left > 0; left--) {
    events.push(...draws.pick(kinds)({ draws, validators, untilMs }))
  }
  return events.filter(({ atMs }) => atMs < untilMs).toSorted((a, b) => a.atMs - b.atMs)
}

function drawPartition({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const atMs = draws.between(0, untilMs - 1)
  return [
    { atMs, ...drawCut(draws, validators) },
    { atMs: atMs + draws.between(100, 12_000), do: 'heal' },
  ]
}

function drawFlapping({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const cut = drawCut(draws, validators)
  const events: ScriptEvent[] = []
  let atMs = draws.between(0, untilMs - 1)
  for (let times = draws.between(2, 6); times > 0; times--) {
    events.push({ atMs, ...cut })
    atMs += draws.between(50, 1500)
    events.push({ atMs, do: 'heal' })
    atMs += draws.between(50, 1500)
  }
  return events
}

function drawCut(draws: Draws, validators: number): ScriptAction {
  const nodes = draws.shuffle(Array.from({ length: validators }, (_, index) => index))
  const groups: number[][] = []
  const sides = draws.chance(0.8) ? 2 : draws.between(2, Math.max(2, validators))
  for (let side = 0; side < sides; side++) groups.push([])
  nodes.forEach((node, i) => {
    const side = i < sides ? i : draws.between(0, sides - 1)
    groups[side]?.push(node)
  })
  return draws.chance(0.3) ? { do: 'partition', groups, oneWay: true } : { do: 'partition', groups }
}

function drawCrash({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const node = draws.between(0, validators - 1)
  const atMs = draws.between(0, untilMs - 1)
  const inWrite = draws.chance(0.5) ? { steps: draws.between(1, 30) } : {}
  return [
    { atMs, do: 'crash', node, ...inWrite },
    { atMs: atMs + draws.between(1, 6000), do: 'restart', node },
  ]
}

function drawPause({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const node = draws.between(0, validators - 1)
  const atMs = draws.between(0, untilMs - 1)
  return [
    { atMs, do: 'pause', node },
    { atMs: atMs + draws.between(10, 8000), do: 'resume', node },
  ]
}

function drawDiskFault({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const node = draws.between(0, validators - 1)
  const atMs = draws.between(0, untilMs - 1)
  const fault = draws.pick(['fail-sync', 'fail-write', 'bit-flip'] as const)
  return [
    { atMs, do: 'disk-fault', node, fault },
    // Damage shows when the log is read again.
    ...(fault === 'bit-flip'
      ? [{ atMs: atMs + draws.between(0, 500), do: 'crash', node } as const]
      : []),
    { atMs: atMs + draws.between(1000, 6000), do: 'restart', node },
  ]
}

function drawSkew({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const node = draws.between(0, validators - 1)
  return [
    { atMs: draws.between(0, untilMs - 1), do: 'skew', node, byMs: draws.between(-2000, 2000) },
  ]
}

// The power of the whole building goes.
function drawBlackout({ draws, validators, untilMs }: Setting): ScriptEvent[] {
  const atMs = draws.between(0, untilMs - 1)
  return Array.from({ length: validators }, (_, node) => [
    { atMs, do: 'crash', node } as const,
    { atMs: atMs + draws.between(1, 3000), do: 'restart', node } as const,
  ]).flat()
}

/** What changes of power are drawn from. */
interface Electorate {
  /** By index, as the chain begins. */
  readonly powers: readonly number[]
  readonly liars: readonly number[]
  readonly maxMs: number
}

/**
 * Changes of the validators' power, in some runs, and in all that have one who begins without; who
 * lies never gets more than at first. In whatever order they come true, and however few, those that
 * lie stay below a third.
 */
export function drawPowerChanges(
  draws: Draws,
  { powers, liars, maxMs }: Electorate,
): ScriptEvent[] {
  const honest = powers.flatMap((_, index) => (liars.includes(index) ? [] : [index]))
  const events = honest
    .filter((node) => powers[node] === 0)
    .map((node): ScriptEvent => {
      return { atMs: draws.between(0, maxMs - 1), do: 'power', node, power: draws.between(1, 30) }
    })
  if (honest.length === 0 || !draws.chance(0.3)) return events
  const lying = liars.reduce((sum, index) => sum + (powers[index] ?? 0), 0)
  const least = new Map(honest.map((index) => [index, powers[index] ?? 0]))
  for (let left = draws.between(1, MAX_POWER_CHANGES); left > 0; left--) {
    const atMs = draws.between(0, maxMs - 1)
    if (liars.length > 0 && draws.chance(0.3)) {
      const liar = draws.pick(liars)
      events.push({ atMs, do: 'power', node: liar, power: draws.between(0, powers[liar] ?? 0) })
      continue
    }
    const node = draws.pick(honest)
    const before = least.get(node) ?? 0
    const drawn = draws.chance(0.4) ? 0 : draws.between(1, 30)
    least.set(node, Math.min(before, drawn))
    const sum = [...least.values()].reduce((total, power) => total + power, 0)
    const areFew = 2 * lying < sum
    if (!areFew) least.set(node, before)
    const power = areFew ? drawn : (powers[node] ?? 0)
    events.push({ atMs, do: 'power', node, power })
  }
  return events
}

/** Changes of the consensus parameters, in some runs. */
export function drawParamsChanges(
  draws: Draws,
  { choice, maxMs }: { readonly choice: readonly ParamsPlan[]; readonly maxMs: number },
): ScriptEvent[] {
  if (!draws.chance(0.2)) return []
  return Array.from({ length: draws.between(1, MAX_PARAMS_CHANGES) }, () => {
    const atMs = draws.between(0, maxMs - 1)
    return { atMs, do: 'params', params: draws.pick(choice) }
  })
}
