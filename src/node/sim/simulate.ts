// The laboratory in a few lines: a network of whole replicas in invented time, played by hand.

import { calmPlan } from '../../host/simulator/index.ts'
import type { World as HostWorld } from '../../host/simulator/index.ts'
import type { Outcome, Plan, SimEvent } from '../../host/simulator/index.ts'
import { SimError } from './errors.ts'
import { MAX_RUN_MS, readPlan } from './plan-check.ts'
import { makeWorld } from './run-plan.ts'
import { formatTraceEnd, formatTraceEvent, formatTraceStart } from './trace-form.ts'

const DEFAULT_MAX_MS = 60_000
const MS_PER_HEIGHT = 15_000

/** What a world is made of. */
export interface SimulateOptions {
  readonly validators: number
  /** By index; equal powers unless given. */
  readonly votingPowers?: readonly number[]
  /** The same seed, the same history. */
  readonly seed: number
  /** Shortest and longest time of a message on its way, in whole milliseconds. */
  readonly latencyMs?: readonly [number, number]
  /** Messages that never arrive, as a fraction. */
  readonly loss?: number
  /** Any other value of the plan. */
  readonly plan?: Partial<Plan>
}

/** How long a world runs. */
export interface RunOptions {
  /** Until every honest node that can has these. */
  readonly heights: number
  /** Virtual time after which it ends in any case; a minute and 15 s a height unless given. */
  readonly maxMs?: number
}

/** What came of it. */
export interface RunResult {
  /** The last height of every node. */
  readonly committed: readonly bigint[]
  /** Broken promises, a line each; `outcome` has them as data. */
  readonly violations: readonly string[]
  /** 16 hex digits over every event: equal digests, equal histories. */
  readonly digest: string
  /** JSON lines, as `quadrille sim --trace` writes and `--replay` reads them. */
  readonly trace: string
  readonly outcome: Outcome
}

/**
 * A network before and while it runs. Nodes are named by index. What is done before `run` holds
 * from the first moment on; what is done in a function given to `at`, from that moment on.
 */
export interface World {
  readonly seed: number
  /** Plays the world, once. Asynchronous, as replicas are. */
  run(options: RunOptions): Promise<RunResult>
  /** Calls a function at a moment of virtual time; one that has passed means now. */
  at(ms: number, act: () => void): void
  /** Cuts a node's power: what its disk has not synced may be lost. */
  crash(node: number): void
  /** Starts a node that is down, on what its disk has kept. */
  restart(node: number): void
  /** Separates groups of nodes, which share none; a node of no group is alone. */
  partition(...groups: number[][]): void
  /** Ends the partition. */
  heal(): void
  /** Makes a validator a villain, before `run`; `VILLAIN_NAMES` has their names. */
  byzantine(node: number, villain: string): void
}

/**
 * Makes a world in which only that fails which is made to fail, seeded and reproducible.
 * @throws SimError `SIM_BAD_PLAN` for options that no world can have
 */
export function simulate(options: SimulateOptions): World {
  const { validators, votingPowers, seed, latencyMs, loss, plan = {} } = options
  const calm = calmPlan(seed, { validators, ...plan })
  const network = {
    ...calm.network,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(loss === undefined ? {} : { loss }),
  }
  const powers = votingPowers ?? calm.powers
  return new PlayedWorld(readPlan({ ...calm, network, powers }), plan.healMs)
}

/** Remembers what is done before the run, whose length is known last. */
class PlayedWorld implements World {
  readonly #healMs: number | undefined
  readonly #acts: ((world: HostWorld) => void)[] = []
  #plan: Plan
  #world: HostWorld | null = null

  constructor(plan: Plan, healMs: number | undefined) {
    this.#plan = plan
    this.#healMs = healMs
  }

  get seed(): number {
    return this.#plan.seed
  }

  async run({ heights, maxMs }: RunOptions): Promise<RunResult> {
    this.#refuseAfterStart('a world runs once')
    const end = maxMs ?? DEFAULT_MAX_MS + heights * MS_PER_HEIGHT
    // Nobody knows what functions will do: progress is promised for no moment unless it is said.
    const plan = readPlan({ ...this.#plan, heights, maxMs: end, healMs: this.#healMs ?? end })
    const lines = [formatTraceStart(plan)]
    const onEvent = (event: SimEvent): number => lines.push(formatTraceEvent(event))
    const world = makeWorld(plan, onEvent)
    this.#world = world
    for (const act of this.#acts) act(world)
    const outcome = await world.run()
    lines.push(formatTraceEnd(outcome))
    return {
      committed: outcome.heights,
      violations: outcome.violations.map(({ rule, detail }) => `${rule}: ${detail}`),
      digest: outcome.digest,
      trace: `${lines.join('\n')}\n`,
      outcome,
    }
  }

  at(ms: number, act: () => void): void {
    if (!(ms >= 0 && ms <= MAX_RUN_MS)) {
      throw new SimError(
        'SIM_MISUSE',
        `at: expected milliseconds from 0 to ${MAX_RUN_MS}, got ${ms}`,
      )
    }
    this.#perform((world) => world.at(ms, act))
  }

  crash(node: number): void {
    this.#check(node)
    this.#perform((world) => world.crash(node))
  }

  restart(node: number): void {
    this.#check(node)
    this.#perform((world) => world.restart(node))
  }

  partition(...groups: number[][]): void {
    const named = groups.flat()
    for (const node of named) this.#check(node)
    if (new Set(named).size < named.length) {
      const got = JSON.stringify(groups)
      throw new SimError('SIM_MISUSE', `partition: expected each node once, got ${got}`)
    }
    this.#perform((world) => world.partition(...groups))
  }

  heal(): void {
    this.#perform((world) => world.heal())
  }

  byzantine(node: number, villain: string): void {
    this.#refuseAfterStart('villains are named before the run')
    const others = this.#plan.byzantine.filter(({ index }) => index !== node)
    this.#plan = readPlan({ ...this.#plan, byzantine: [...others, { index: node, villain }] })
  }

  #perform(act: (world: HostWorld) => void): void {
    if (this.#world === null) this.#acts.push(act)
    else act(this.#world)
  }

  #check(node: number): void {
    const { validators } = this.#plan
    if (Number.isInteger(node) && node >= 0 && node < validators) return
    throw new SimError('SIM_MISUSE', `expected a node from 0 to ${validators - 1}, got ${node}`)
  }

  #refuseAfterStart(reason: string): void {
    if (this.#world !== null) throw new SimError('SIM_MISUSE', reason)
  }
}
