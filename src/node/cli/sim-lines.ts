// How a run is told to people: its plan, one aligned line an event, what it broke.
import type { Outcome, Plan, ScriptEvent, SimEvent, Violation } from '../sim/index.ts'
import { writeShare, writeTime, writeTimeRange } from './sim-values.ts'

/** Said of single messages; too many to be read without need. */
const MESSAGES: ReadonlySet<SimEvent['kind']> = new Set(['send', 'deliver', 'drop'])
/** More of a script than this is counted, not listed. */
const MAX_SCRIPT_LINES = 24

const COLUMNS = { time: 9, node: 5, round: 7, step: 10, event: 13, paper: 8 } as const

/** The names of the columns. */
export const TRACE_HEADING: string = columns({
  time: 'time s',
  node: 'who',
  round: 'h/r',
  step: 'step',
  event: 'event',
  paper: 'paper',
  detail: 'detail',
})

/** Whether an event is about one message on its way. */
export function isMessage(event: SimEvent): boolean {
  return MESSAGES.has(event.kind)
}

/** The line of an event. */
export function traceLine(event: SimEvent, plan: Plan): string {
  const isWorld = event.node < 0
  return columns({
    time: seconds(event.atMs),
    node: isWorld ? '-' : nameOf(event.node, plan),
    round: isWorld ? '' : `${event.height}/${event.round}`,
    step: event.step,
    event: event.kind,
    paper: event.line ?? '',
    detail: event.detail,
  })
}

function columns(cells: Readonly<Record<keyof typeof COLUMNS | 'detail', string>>): string {
  const line = [
    cells.time.padStart(COLUMNS.time),
    cells.node.padEnd(COLUMNS.node),
    cells.round.padEnd(COLUMNS.round),
    cells.step.padEnd(COLUMNS.step),
    cells.event.padEnd(COLUMNS.event),
    cells.paper.padEnd(COLUMNS.paper),
    cells.detail,
  ]
  return line.join(' ').trimEnd()
}

// A villain has a star. The second nodes of twins stand behind all validators.
function nameOf(node: number, { byzantine, validators }: Plan): string {
  const twins = byzantine.filter(({ villain }) => villain === 'twins')
  const twin = twins[node - validators]
  if (twin !== undefined) return `v${twin.index}**`
  return `v${node}${byzantine.some(({ index }) => index === node) ? '*' : ''}`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** What is run, before it is. */
export function planLines(plan: Plan): readonly string[] {
  const { seed, validators, powers, heights, maxMs, lockRule, crypto, network, txsPerSecond } = plan
  const [power = 0] = powers
  const areEqual = powers.every((each) => each === power)
  const evidence = plan.evidenceRule === 'all' ? ', all evidence' : ''
  const until = heights === 0 ? '' : `${heights} ${heights === 1 ? 'height' : 'heights'}, at most `
  const skews = plan.skewMs.some((ms) => ms !== 0)
    ? [`clocks off by ${plan.skewMs.join(', ')} ms`]
    : []
  const [, largest] = plan.txBytes
  const size = largest === 0 ? '' : ` of up to ${largest} bytes`
  const haste = plan.skipTimeoutCommit ? '; no commit time once all have signed' : ''
  return [
    `seed ${seed}: ${validators} validators of power ${areEqual ? power : powers.join(', ')}; ` +
      `${until}${writeTime(maxMs)}; lock rule ${lockRule}${evidence}; ${crypto} signatures; ` +
      `${txsPerSecond} tx/s${size}${haste}`,
    `network: ${writeTimeRange(network.latencyMs)}, ` +
      `lost ${writeShare(network.loss)}, twice ${writeShare(network.duplicate)}, ` +
      `overtaken ${writeShare(network.reorder)}`,
    ...skews,
    ...plan.byzantine.map(
      ({ index, villain, fromHeight }) =>
        `v${index}*: ${villain}${fromHeight === undefined ? '' : ` from height ${fromHeight}`}`,
    ),
    ...plan.script.slice(0, MAX_SCRIPT_LINES).map(scriptLine),
    ...(plan.script.length > MAX_SCRIPT_LINES
      ? [`and ${plan.script.length - MAX_SCRIPT_LINES} more events of the script`]
      : []),
  ]
}

function scriptLine(event: ScriptEvent): string {
  return `at ${writeTime(event.atMs)}: ${event.do}${scriptDetail(event)}`
}

function scriptDetail(event: ScriptEvent): string {
  switch (event.do) {
    case 'heal':
      return ''
    case 'partition':
      return ` ${event.groups.map(String).join(event.oneWay === true ? ' > ' : ' / ')}`
    case 'disk-fault':
      return ` v${event.node} ${event.fault}`
    case 'params': {
      const { blockBytes, evidenceAge } = event.params
      const age = `${evidenceAge.blocks} blocks and ${writeTime(evidenceAge.ms)}`
      return ` of blocks of ${blockBytes} bytes, and evidence of ${age}`
    }
    case 'power':
      return ` v${event.node} to ${event.power}`
    case 'skew':
      return ` v${event.node} by ${event.byMs} ms`
    case 'crash':
      return ` v${event.node}${event.steps === undefined ? '' : `, ${event.steps} disk steps on`}`
    default:
      return ` v${event.node}`
  }
}

/** A broken promise, and who broke it. */
export function violationLine(violation: Violation, plan: Plan): string {
  const { rule, detail, culprits, atMs } = violation
  const blamed = culprits.map((node) => {
    const villain = plan.byzantine.find(({ index }) => index === node)?.villain
    return `v${node}${villain === undefined ? '' : ` (${villain})`}`
  })
  const blame = blamed.length === 0 ? '' : `; culprits ${blamed.join(', ')}`
  return `VIOLATION ${rule} at ${seconds(atMs)} s: ${detail}${blame}`
}

/** The highest height that any node has decided. */
export function topHeight({ heights }: Outcome): number {
  return heights.reduce((top, height) => Math.max(top, Number(height)), 0)
}
