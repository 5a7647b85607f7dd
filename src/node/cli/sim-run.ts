// Does what `quadrille sim` is asked to do, and tells it.
import { access, constants } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import {
  minimise,
  MINIMISER_RUNS,
  recordTrace,
  replayTrace,
  runPlan,
  runSeeds,
} from '../sim/index.ts'
import { SimError } from '../sim/index.ts'
import type { Difference, Outcome, Plan, SeedRun, SimEvent } from '../sim/index.ts'
import { BadInput, badFlag } from './bad-input.ts'
import { commandOf } from './sim-command-line.ts'
import { isMessage, planLines, TRACE_HEADING, traceLine, violationLine } from './sim-lines.ts'
import { SimProgress } from './sim-progress.ts'
import { SimTally } from './sim-tally.ts'
import { readTask } from './sim-task.ts'
import type { SimFlags, SimTask } from './sim-task.ts'

const MAX_DIFFERENCE_CHARS = 200

/** How it is told. */
interface Telling {
  /** End with one line for programs, and leave out the trace. */
  readonly json: boolean
  /** Every message too. */
  readonly messages: boolean
}

type SeedsTask = Extract<SimTask, { readonly planOf: unknown }>

/**
 * Does what the flags say and answers the exit code: 0 no violation, 1 a violation.
 * @throws BadInput for what cannot be meant
 */
export async function runSim(flags: SimFlags): Promise<number> {
  const task = readTask(flags, availableParallelism())
  const telling = { json: flags.json === true, messages: flags.messages === true }
  if (flags.trace !== undefined) await assertPlaceFor(flags.trace)
  const tally = await asBadInput(() => perform(task, telling))
  print(telling.json ? tally.json : tally.line)
  return tally.violations > 0 ? 1 : 0
}

// Before the search, not after what it has found.
async function assertPlaceFor(trace: string): Promise<void> {
  try {
    await access(dirname(trace), constants.W_OK)
  } catch {
    throw badFlag('--trace', 'a file in a folder that can be written', trace)
  }
}

function perform(task: SimTask, telling: Telling): Promise<SimTally> {
  if (task.kind === 'run') return runOne(task.plan, task.trace, telling)
  if (task.kind === 'replay') return replay(task.file, telling)
  return runMany(task, telling)
}

// A file that is no trace, or cannot be written, is what the user typed.
async function asBadInput<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof SimError) || error.code === 'SIM_WORKER') throw error
    throw new BadInput(error.message)
  }
}

async function runOne(plan: Plan, trace: string | null, telling: Telling): Promise<SimTally> {
  const tally = new SimTally()
  const onEvent = tellPlan(plan, telling)
  const outcome = await (trace === null
    ? runPlan(plan, onEvent)
    : recordTrace(plan, trace, onEvent))
  tally.add(plan, outcome)
  if (!telling.json) tellViolations(plan, outcome)
  return tally
}

async function replay(file: string, telling: Telling): Promise<SimTally> {
  const tally = new SimTally()
  let onEvent: ((event: SimEvent) => void) | undefined
  const { plan, outcome, difference } = await replayTrace(
    file,
    (plan) => (onEvent = tellPlan(plan, telling)),
    (event) => onEvent?.(event),
  )
  tally.add(plan, outcome)
  if (difference !== null) {
    const detail = differenceText(file, difference)
    tally.addViolation(plan.seed, { rule: 'replay', detail, culprits: [] })
    if (!telling.json) print(`VIOLATION replay: ${detail}`)
  } else if (!telling.json) {
    print(`replayed ${file}: every event and the digest are the same`)
  }
  if (!telling.json) tellViolations(plan, outcome)
  return tally
}

function differenceText(file: string, { line, traced, happened }: Difference): string {
  const short = (text: string | null): string =>
    text === null ? 'nothing' : text.slice(0, MAX_DIFFERENCE_CHARS)
  return `${file}:${line}: the trace has ${short(traced)}, the run has ${short(happened)}`
}

async function runMany(task: SeedsTask, telling: Telling): Promise<SimTally> {
  const tally = new SimTally()
  const progress = new SimProgress()
  const { from, to } = task.seeds
  for await (const run of runSeeds({ ...task, from, to })) {
    tally.add(run.plan, run.outcome)
    const speed = `${tally.speed.toFixed(0)} virtual seconds per second`
    const found = tally.violations === 0 ? '' : `, ${tally.violations} violations`
    progress.show(run.seed - from + 1, to - from + 1, `seeds, ${speed}${found}`)
    if (run.outcome.violations.length === 0) continue
    progress.clear()
    if (task.kind === 'find' || !telling.json) {
      tellViolations(run.plan, run.outcome, `seed ${run.seed}: `)
    }
    if (task.kind === 'seeds') continue
    await tellSmallest(run, task.trace, progress)
    break
  }
  progress.clear()
  return tally
}

async function tellSmallest(
  { plan, outcome }: SeedRun,
  trace: string | null,
  progress: SimProgress,
): Promise<void> {
  const small = await minimise(plan, outcome, {
    run: (each) => runPlan(each),
    maxRuns: MINIMISER_RUNS,
    onRun: (runs) => progress.show(runs, MINIMISER_RUNS, 'runs to make it small'),
  })
  progress.clear()
  print(`made small in ${small.runs} runs:`)
  for (const line of planLines(small.plan)) print(`  ${line}`)
  tellViolations(small.plan, small.outcome, '  ')
  print('run it again:')
  print(`  ${commandOf(small.plan)}`)
  if (trace === null) return
  await recordTrace(small.plan, trace)
  print(`recorded in ${trace}`)
}

/** Tells the plan; the answer tells the events, and is undefined when they are not to be told. */
function tellPlan(plan: Plan, telling: Telling): ((event: SimEvent) => void) | undefined {
  if (telling.json) return undefined
  for (const line of planLines(plan)) print(line)
  print(TRACE_HEADING)
  return (event) => {
    if (telling.messages || !isMessage(event)) print(traceLine(event, plan))
  }
}

function tellViolations(plan: Plan, { violations }: Outcome, prefix = ''): void {
  for (const violation of violations) print(`${prefix}${violationLine(violation, plan)}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
