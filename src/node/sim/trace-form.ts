// The lines of a trace file: a plan, events, an end, each one JSON object.

import type { Outcome, Plan, SimEvent, Violation } from '../../host/simulator/index.ts'
import { SimError } from './errors.ts'
import { readPlan } from './plan-check.ts'

/** Stands in the first line; another number is another form. */
const FORM = 1

/** The last line of a trace, and the digest that a replay must reach. */
export interface TraceEnd {
  readonly digest: string
  /** As many were folded into the digest: timers and disks too, which have no line of their own. */
  readonly events: number
  readonly virtualMs: number
  readonly heights: readonly number[]
  readonly violations: readonly Violation[]
}

/** The first line. */
export function formatTraceStart(plan: Plan): string {
  return JSON.stringify({ trace: 'quadrille sim', form: FORM, plan })
}

/** The line of an event. Heights are numbers here: no run gets beyond 2^53. */
export function formatTraceEvent(event: SimEvent): string {
  return JSON.stringify({ ...event, height: Number(event.height) })
}

/** The last line. */
export function formatTraceEnd(outcome: Outcome): string {
  const { digest, events, virtualMs, heights, violations } = outcome
  const end: TraceEnd = { digest, events, virtualMs, heights: heights.map(Number), violations }
  return JSON.stringify({ end })
}

/**
 * The plan in the first line.
 * @throws SimError `SIM_BAD_TRACE`, or `SIM_BAD_PLAN` when the line is one and the plan is not
 */
export function parseTraceStart(line: string): Plan {
  const start = parseObject(line)
  if (start['trace'] !== 'quadrille sim') {
    const what = 'expected a trace of `quadrille sim --trace`, with a plan in its first line'
    throw new SimError('SIM_BAD_TRACE', what)
  }
  if (start['form'] !== FORM) {
    throw new SimError(
      'SIM_BAD_TRACE',
      `expected form ${FORM}, got ${JSON.stringify(start['form'])}`,
    )
  }
  return readPlan(start['plan'])
}

/** Whether a line is the last one. */
export function isTraceEnd(line: string): boolean {
  return 'end' in parseObject(line)
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // No JSON is no object.
  }
  return {}
}
