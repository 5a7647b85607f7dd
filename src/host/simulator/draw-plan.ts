// The swarm: a seed draws the options of a whole run, each run bold in a few respects only.

import type { TimeoutConfig } from '../../core/consensus/index.ts'
import { VILLAINS } from '../villains/index.ts'
import { drawParamsChanges, drawPowerChanges, drawScript } from './draw-script.ts'
import { Draws } from './draws.ts'
import type { ByzantinePlan, DiskPlan, DowntimePlan, EvidenceAgePlan } from './plan.ts'
import type { NetworkPlan, ParamsPlan, Plan, RangeBytes, RangeMs, ScriptEvent } from './plan.ts'
import { USUAL_BLOCK_BYTES } from './seats.ts'

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

const QUICK_TIMES: TimeoutConfig = {
  proposeMs: 800,
  proposeDeltaMs: 200,
  prevoteMs: 400,
  prevoteDeltaMs: 200,
  precommitMs: 400,
  precommitDeltaMs: 200,
  commitMs: 500,
  maxMs: 10_000,
}

const CALM_NETWORK: NetworkPlan = {
  latencyMs: [20, 100],
  loss: 0,
  duplicate: 0,
  reorder: 0,
  whenCut: 'hold',
  reconnectMs: [200, 2000],
  queueBytes: 5 * 1024 * 1024,
}

/** Latencies from a rack to a bad satellite; the usual one several times. */
const LATENCIES: readonly RangeMs[] = [
  [2, 20],
  [20, 100],
  [20, 100],
  [20, 100],
  [50, 300],
  [50, 300],
  [10, 800],
]

/** That of a chain without a policy, and windows that a short run completes several times. */
const DOWNTIMES: readonly DowntimePlan[] = [
  { window: 100, minSigned: 5 },
  { window: 4, minSigned: 1 },
  { window: 5, minSigned: 3 },
  { window: 12, minSigned: 6 },
]

/** CometBFT's default: nothing expires in a run. */
const DEFAULT_AGE: EvidenceAgePlan = { blocks: 100_000, ms: 172_800_000 }

/**
 * That of most chains, and ages that a run is longer than. The blocks take longer than the time, so
 * it is they that count, as for the peers to whom a node still offers a piece.
 */
const AGES: readonly EvidenceAgePlan[] = [
  DEFAULT_AGE,
  DEFAULT_AGE,
  { blocks: 8, ms: 1000 },
  { blocks: 15, ms: 5000 },
]

/** Short most of the time; with long ones a block has several parts. */
const TX_BYTES: readonly RangeBytes[] = [
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 20_000],
]

/** Parameters that a chain changes to; smaller blocks have no room for all that was accepted. */
const PARAMS: readonly ParamsPlan[] = AGES.flatMap((evidenceAge) =>
  [USUAL_BLOCK_BYTES, 100_000, 12_000].map((blockBytes) => ({ blockBytes, evidenceAge })),
)

const USUAL_MS = 60_000
/** Runs in which nobody lies. */
const NO_VILLAINS = 0.4

/** A run in which nothing fails: four honest validators on a good network. */
export function calmPlan(seed: number, wish: Partial<Plan> = {}): Plan {
  const validators = wish.validators ?? wish.powers?.length ?? 4
  const all = Array.from({ length: validators }, (_, index) => index)
  return {
    seed,
    validators,
    powers: all.map(() => 10),
    heights: 0,
    maxMs: USUAL_MS,
    healMs: 0,
    lockRule: 'comet-legacy',
    evidenceRule: 'comet',
    downtime: { window: 100, minSigned: 5 },
    evidenceAge: DEFAULT_AGE,
    crypto: 'cheap',
    times: DEFAULT_TIMES,
    skipTimeoutCommit: false,
    network: CALM_NETWORK,
    disk: { syncMs: [1, 5], kept: 0.5, torn: 0.1 },
    skewMs: all.map(() => 0),
    txsPerSecond: 2,
    txBytes: [0, 0],
    byzantine: [],
    script: [],
    ...wish,
  }
}

/**
 * The plan of a seed: what is wished for stays as it is, and the rest is drawn. Each option has a
 * stream of its own, so a wish leaves the other draws alone.
 */
export function drawPlan(seed: number, wish: Partial<Plan> = {}): Plan {
  const stream = (name: string): Draws => new Draws(seed, `plan ${name}`)
  const validators = wish.validators ?? wish.powers?.length ?? drawSize(stream('validators'))
  const drawn = drawPowers(stream('powers'), validators)
  const wished = wish.byzantine?.map(({ index }) => index) ?? []
  const powers = wish.powers ?? withNewcomer(stream('newcomer'), drawn, wished)
  const maxMs = wish.maxMs ?? USUAL_MS
  const healMs = wish.healMs ?? Math.floor((maxMs * stream('heal').between(30, 55)) / 100)
  const draws = stream('options')
  const byzantine = wish.byzantine ?? drawByzantine(stream('byzantine'), powers)
  const network = drawNetwork(stream('network'))
  const liars = byzantine.map(({ index }) => index)
  const script = [
    ...drawScript(stream('script'), validators, healMs),
    ...drawPowerChanges(stream('power changes'), { powers, liars, maxMs }),
    ...drawParamsChanges(stream('params changes'), { choice: PARAMS, maxMs }),
  ]
  return {
    seed,
    validators,
    powers,
    heights: 0,
    maxMs,
    healMs,
    lockRule: draws.pick(['comet-legacy', 'paper']),
    evidenceRule: stream('evidence').pick(['comet', 'all']),
    downtime: stream('downtime').pick(DOWNTIMES),
    evidenceAge: stream('evidence age').pick(AGES),
    crypto: draws.chance(0.1) ? 'ed25519' : 'cheap',
    times: draws.chance(0.2) ? QUICK_TIMES : DEFAULT_TIMES,
    skipTimeoutCommit: !mayBeAlone(powers, script) && stream('skip').chance(0.06),
    txsPerSecond: draws.pick([0, 1, 2, 3, 8]),
    // Through a narrow network large ones take longer than progress allows for.
    txBytes: isNarrow(network) ? [0, 0] : stream('tx bytes').pick(TX_BYTES),
    network,
    disk: drawDisk(stream('disk')),
    skewMs: drawSkews(stream('skew'), validators),
    byzantine,
    script: script.toSorted((a, b) => a.atMs - b.atMs),
    ...wish,
  }
}

function drawSize(draws: Draws): number {
  if (draws.chance(0.8)) return 4
  return draws.pick([1, 2, 3, 5, 5, 6, 7])
}

function drawPowers(draws: Draws, validators: number): number[] {
  const isEqual = draws.chance(0.7)
  return Array.from({ length: validators }, () => (isEqual ? 10 : draws.between(1, 30)))
}

// Somebody who joins later has none at first; who lies never gets more, so it would never join.
function withNewcomer(
  draws: Draws,
  powers: readonly number[],
  liars: readonly number[],
): readonly number[] {
  if (powers.length === 1 || !draws.chance(0.1)) return powers
  const index = draws.between(0, powers.length - 1)
  return liars.includes(index) ? powers : powers.with(index, 0)
}

function drawNetwork(draws: Draws): NetworkPlan {
  const rarely = (most: number): number => (draws.chance(0.4) ? draws.between(1, most) / 1000 : 0)
  return {
    latencyMs: draws.pick(LATENCIES),
    loss: rarely(30),
    duplicate: rarely(100),
    reorder: rarely(200),
    whenCut: draws.pick(['hold', 'drop']),
    reconnectMs: [200, draws.between(500, 5000)],
    queueBytes: draws.chance(0.2) ? draws.between(2000, 40_000) : CALM_NETWORK.queueBytes,
  }
}

// A validator alone would never wait for anybody.
function mayBeAlone(powers: readonly number[], script: readonly ScriptEvent[]): boolean {
  if (powers.filter((power) => power > 0).length < 2) return true
  return script.some((event) => event.do === 'power' && event.power === 0)
}

function isNarrow({ queueBytes }: NetworkPlan): boolean {
  return queueBytes < CALM_NETWORK.queueBytes
}

function drawDisk(draws: Draws): DiskPlan {
  return {
    syncMs: draws.pick<RangeMs>([
      [0, 0],
      [1, 5],
      [2, 50],
    ]),
    kept: draws.pick([0, 0.5, 1]),
    torn: draws.pick([0, 0.2]),
  }
}

function drawSkews(draws: Draws, validators: number): number[] {
  const most = draws.pick([0, 0, 50, 500, 5000])
  return Array.from({ length: validators }, () => draws.between(-most, most))
}

function drawByzantine(draws: Draws, powers: readonly number[]): ByzantinePlan[] {
  return draws.chance(NO_VILLAINS) ? [] : drawVillains(draws, powers)
}

/**
 * The villains of a seed, as `drawPlan` has them where it has any: below a third of the power, so
 * within what the algorithm promises to bear. Where the first one drawn has too much, the weakest
 * validator lies; nobody does where that has a third, as among three of one power.
 */
export function drawFewVillains(seed: number, powers: readonly number[]): ByzantinePlan[] {
  const draws = new Draws(seed, 'plan byzantine')
  draws.chance(NO_VILLAINS)
  const drawn = drawVillains(draws, powers)
  const least = Math.min(...powers.filter((power) => power > 0))
  const total = powers.reduce((sum, power) => sum + power, 0)
  if (drawn.length > 0 || 3 * least >= total) return drawn
  return [{ index: powers.indexOf(least), villain: draws.pick(VILLAINS).name }]
}

function drawVillains(draws: Draws, powers: readonly number[]): ByzantinePlan[] {
  const total = powers.reduce((sum, power) => sum + power, 0)
  const kind = draws.pick(VILLAINS).name
  const isMixed = draws.chance(0.5)
  const chosen: ByzantinePlan[] = []
  let power = 0
  const all = powers.flatMap((each, index) => (each === 0 ? [] : [index]))
  for (const index of draws.shuffle(all)) {
    power += powers[index] ?? 0
    if (3 * power >= total) break
    const villain = isMixed ? draws.pick(VILLAINS).name : kind
    chosen.push(
      draws.chance(0.2) ? { index, villain, fromHeight: draws.between(2, 8) } : { index, villain },
    )
  }
  return chosen
}
