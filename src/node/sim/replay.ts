// A trace written and played again: the plan of its first line is run, and every line compared.

import type { Outcome, Plan, SimEvent } from '../../host/simulator/index.ts'
import { runPlan } from './run-plan.ts'
import { SimError } from './errors.ts'
import { formatTraceEnd, formatTraceEvent, formatTraceStart, isTraceEnd } from './trace-form.ts'
import { parseTraceStart } from './trace-form.ts'
import { LineWriter, readLines } from './trace-lines.ts'

/** Where a run and its trace part. */
export interface Difference {
  /** Of the file, from 1. */
  readonly line: number
  /** What the trace says, null behind its end. */
  readonly traced: string | null
  /** What happened, null when nothing more did. */
  readonly happened: string | null
}

/** What a replay came to. */
export interface Replay {
  readonly plan: Plan
  readonly outcome: Outcome
  /** The first difference; null when the run is the one of the trace, to the digest. */
  readonly difference: Difference | null
}

/** Runs a plan and writes its trace to a file. */
export async function recordTrace(
  plan: Plan,
  path: string,
  onEvent?: (event: SimEvent) => void,
): Promise<Outcome> {
  const file = new LineWriter(path)
  try {
    file.write(formatTraceStart(plan))
    const outcome = await runPlan(plan, (event) => {
      file.write(formatTraceEvent(event))
      onEvent?.(event)
    })
    file.write(formatTraceEnd(outcome))
    return outcome
  } finally {
    file.close()
  }
}

/**
 * Runs the plan of a trace again and compares each event and the digest.
 * @throws SimError `SIM_FILE`, `SIM_BAD_TRACE` or `SIM_BAD_PLAN`, before anything has run
 */
export async function replayTrace(
  path: string,
  onStart?: (plan: Plan) => void,
  onEvent?: (event: SimEvent) => void,
): Promise<Replay> {
  const plan = readTracePlan(path)
  onStart?.(plan)
  const comparison = new Comparison(path)
  try {
    const outcome = await runPlan(plan, (event) => {
      comparison.take(formatTraceEvent(event))
      onEvent?.(event)
    })
    comparison.take(formatTraceEnd(outcome))
    return { plan, outcome, difference: comparison.end() }
  } finally {
    comparison.close()
  }
}

// The last line is asked for first: a trace that was cut off says nothing about its end.
function readTracePlan(path: string): Plan {
  let start: string | null = null
  let last = ''
  for (const line of readLines(path)) {
    start ??= line
    last = line
  }
  try {
    const plan = parseTraceStart(start ?? '')
    if (isTraceEnd(last)) return plan
  } catch (error) {
    if (!(error instanceof SimError)) throw error
    throw new SimError(error.code, `${path}: ${error.message}`, error)
  }
  throw new SimError('SIM_BAD_TRACE', `${path}: expected an end in the last line: it was cut off`)
}

/** Walks through a file beside a run. */
class Comparison {
  readonly #lines: Generator<string, void, undefined>
  #line = 1
  #difference: Difference | null = null

  constructor(path: string) {
    this.#lines = readLines(path)
    this.#lines.next()
  }

  take(happened: string): void {
    if (this.#difference !== null) return
    this.#compare(happened)
  }

  end(): Difference | null {
    if (this.#difference === null) this.#compare(null)
    return this.#difference
  }

  close(): void {
    this.#lines.return()
  }

  #compare(happened: string | null): void {
    this.#line += 1
    const next = this.#lines.next()
    const traced = next.done === true ? null : next.value
    if (traced !== happened) this.#difference = { line: this.#line, traced, happened }
  }
}
