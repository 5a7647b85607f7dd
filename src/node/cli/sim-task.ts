// Which of its things `quadrille sim` is asked to do.
import { MAX_SEED } from '../sim/index.ts'
import type { Plan } from '../sim/index.ts'
import { badFlag, BadInput } from './bad-input.ts'
import { readPlanFlags } from './sim-plan.ts'
import type { PlanFlags } from './sim-plan.ts'
import { readSeeds, readWhole } from './sim-values.ts'
import type { NumberRange } from './sim-values.ts'

/** The texts of all flags of the command. */
export interface SimFlags extends PlanFlags {
  readonly seed?: string
  readonly seeds?: string
  readonly find?: string
  readonly trace?: string
  readonly replay?: string
  readonly messages?: boolean
  readonly json?: boolean
  readonly workers?: string
}

/** One run, many, a search, or a run that was recorded. */
export type SimTask =
  | { readonly kind: 'run'; readonly plan: Plan; readonly trace: string | null }
  | {
      readonly kind: 'seeds' | 'find'
      readonly seeds: NumberRange
      readonly planOf: (seed: number) => Plan
      readonly workers: number
      /** Where the minimised run of a search is recorded. */
      readonly trace: string | null
    }
  | { readonly kind: 'replay'; readonly file: string }

const DEFAULT_SEED = 1
/** How far a search goes that is given no seeds. */
const SEARCHED: NumberRange = { from: 1, to: 1000 }
const MAX_WORKERS = 64
/** Threads take a moment to start: for fewer runs they are not worth it. */
const RUNS_FOR_WORKERS = 4
/** Flags that may stand beside `--replay`: they say how it is told. */
const TELLING = new Set(['replay', 'json', 'messages'])

/**
 * Reads the flags.
 * @throws BadInput with one line
 */
export function readTask(flags: SimFlags, processors: number): SimTask {
  for (const flag of ['trace', 'replay'] as const) {
    if (flags[flag] === '') throw badFlag(`--${flag}`, 'the name of a file', '')
  }
  if (flags.replay !== undefined) return readReplay(flags, flags.replay)
  if (flags.seed !== undefined && flags.seeds !== undefined) {
    throw new BadInput('--seed and --seeds: expected one of them')
  }
  const planOf = readPlanFlags(flags)
  const trace = flags.trace ?? null
  const workers = readWorkers(flags.workers, processors)
  const isSearch = flags.find !== undefined
  if (isSearch && flags.find !== 'violation') {
    throw badFlag('--find', 'violation, which is all that can be found', flags.find)
  }
  if (flags.seeds === undefined && !(isSearch && flags.seed === undefined)) {
    const seed = readSeed(flags.seed)
    const plan = planOf(seed)
    if (!isSearch) return { kind: 'run', plan, trace }
    return { kind: 'find', seeds: { from: seed, to: seed }, planOf, workers: 0, trace }
  }
  const seeds = flags.seeds === undefined ? SEARCHED : readSeeds('--seeds', flags.seeds, MAX_SEED)
  // What is wrong with a plan is said before the first of many is run.
  planOf(seeds.from)
  if (trace !== null && !isSearch) {
    throw new BadInput('--trace: expected one run to record: --seed, or --find violation')
  }
  const few = seeds.to - seeds.from + 1 < RUNS_FOR_WORKERS
  return { kind: isSearch ? 'find' : 'seeds', seeds, planOf, workers: few ? 0 : workers, trace }
}

function readSeed(text: string | undefined): number {
  return text === undefined ? DEFAULT_SEED : readWhole('--seed', text, { from: 0, to: MAX_SEED })
}

function readWorkers(text: string | undefined, processors: number): number {
  if (text === undefined) return Math.min(processors, MAX_WORKERS)
  return readWhole('--workers', text, { from: 1, to: MAX_WORKERS })
}

function readReplay(flags: SimFlags, file: string): SimTask {
  const other = Object.keys(flags).find((name) => !TELLING.has(name))
  if (other === undefined) return { kind: 'replay', file }
  const flag = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new BadInput(`--${flag}: expected nothing beside --replay that says what is run`)
}
