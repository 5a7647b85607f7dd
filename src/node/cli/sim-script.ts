// The flags that say when what fails, read into events of a plan's script and written back.
//
// --partition 0,1/2,3@1s..9s   --crash 1@3s..5s   --pause 1@3s..5s   the end may be left out
import type { ScriptEvent } from '../sim/index.ts'
import { badFlag, BadInput } from './bad-input.ts'
import { readTime, readWhole, writeTime } from './sim-values.ts'

const WINDOW = /^([^@]+)@([^@]+)$/
const PARTITION_FORM = 'groups and a time such as 0,1/2,3@1s..9s'
const NODE_FORM = 'a validator and a time such as 1@3s..5s'

/** From when to when, null when it is never mended. */
interface TimeWindow {
  readonly subject: string
  readonly fromMs: number
  readonly toMs: number | null
}

/** The texts of the flags. */
export interface ScriptFlags {
  readonly partition?: readonly string[]
  readonly crash?: readonly string[]
  readonly pause?: readonly string[]
}

/** The script that the flags name, in order of time, or undefined when they name none. */
export function readScript(flags: ScriptFlags, validators: number): ScriptEvent[] | undefined {
  const { partition = [], crash = [], pause = [] } = flags
  const partitions = partition.flatMap((text) => readPartition(text, validators))
  refuseOverlap(partitions, '--partition')
  const failures = ([flag, first, last]: NodeFlag, texts: readonly string[]): ScriptEvent[] =>
    texts.flatMap((text) => readNodeFailure(flag, text, { validators, first, last }))
  const crashes = failures(CRASH, crash)
  const pauses = failures(PAUSE, pause)
  for (let node = 0; node < validators; node++) {
    const isIts = (event: ScriptEvent): boolean => 'node' in event && event.node === node
    refuseOverlap([...crashes, ...pauses].filter(isIts), `--crash and --pause of ${node}`)
  }
  const script = [...partitions, ...crashes, ...pauses]
  return script.length === 0 ? undefined : inOrder(script)
}

type NodeFlag = readonly [flag: string, first: 'crash' | 'pause', last: 'restart' | 'resume']
const CRASH: NodeFlag = ['--crash', 'crash', 'restart']
const PAUSE: NodeFlag = ['--pause', 'pause', 'resume']

function readPartition(text: string, validators: number): ScriptEvent[] {
  const flag = '--partition'
  const { subject, fromMs, toMs } = readWindow(flag, text, PARTITION_FORM)
  const isOneWay = subject.includes('>')
  if (isOneWay && subject.includes('/')) throw badFlag(flag, 'either / or > between groups', text)
  const groups = subject.split(/[/>]/).map((group) => readGroup(group, text, validators))
  const named = groups.flat()
  const twice = named.find((node, index) => named.indexOf(node) !== index)
  if (twice !== undefined) throw badFlag(flag, `validator ${twice} in one group only`, text)
  const all = Array.from({ length: validators }, (_, index) => index)
  const absent = all.filter((node) => !named.includes(node))
  if (absent.length > 0) {
    const who = `${absent.length === 1 ? 'validator' : 'validators'} ${absent.join(', ')}`
    throw badFlag(flag, `a group for each of ${validators} validators, also for ${who}`, text)
  }
  if (groups.length < 2) throw badFlag(flag, 'two groups or more', text)
  return [
    { atMs: fromMs, do: 'partition', groups, ...(isOneWay ? { oneWay: true } : {}) },
    ...(toMs === null ? [] : [{ atMs: toMs, do: 'heal' as const }]),
  ]
}

function readGroup(group: string, text: string, validators: number): readonly number[] {
  if (group === '') throw badFlag('--partition', 'a validator or more in every group', text)
  return group.split(',').map((node) => readValidator('--partition', node, { validators, text }))
}

/** An index of a validator. */
export function readValidator(
  flag: string,
  index: string,
  { validators, text }: { readonly validators: number; readonly text: string },
): number {
  const bounds = { from: 0, to: validators - 1 }
  try {
    return readWhole(flag, index, bounds)
  } catch {
    const said = index === text ? '' : ` in "${text}"`
    throw new BadInput(
      `${flag}: expected a validator from 0 to ${bounds.to}, got "${index}"${said}`,
    )
  }
}

function readNodeFailure(
  flag: string,
  text: string,
  {
    validators,
    first,
    last,
  }: {
    readonly validators: number
    readonly first: 'crash' | 'pause'
    readonly last: 'restart' | 'resume'
  },
): ScriptEvent[] {
  const { subject, fromMs, toMs } = readWindow(flag, text, NODE_FORM)
  const node = readValidator(flag, subject, { validators, text })
  return [
    { atMs: fromMs, do: first, node },
    ...(toMs === null ? [] : [{ atMs: toMs, do: last, node }]),
  ]
}

function readWindow(flag: string, text: string, form: string): TimeWindow {
  const [, subject, times = ''] = WINDOW.exec(text) ?? []
  if (subject === undefined) throw badFlag(flag, form, text)
  const [first = '', last, ...more] = times.split('..')
  if (more.length > 0) throw badFlag(flag, form, text)
  const fromMs = readMoment(flag, first, text)
  const toMs = last === undefined ? null : readMoment(flag, last, text)
  if (toMs !== null && toMs <= fromMs) throw badFlag(flag, 'an end after the start', text)
  return { subject, fromMs, toMs }
}

function readMoment(flag: string, moment: string, text: string): number {
  try {
    return readTime(flag, moment)
  } catch {
    throw badFlag(flag, 'times such as 200ms, 3s or 5m behind the @', text)
  }
}

// The events come in pairs, start and end; whichever has no end lasts to the end of the run.
function refuseOverlap(events: readonly ScriptEvent[], what: string): void {
  const starts = new Set(['partition', 'crash', 'pause'])
  let isOpen = false
  for (const event of inOrder(events)) {
    if (starts.has(event.do) && isOpen) {
      throw new BadInput(`${what}: expected one to end before the next begins`)
    }
    isOpen = starts.has(event.do)
  }
}

// What ends at the moment at which another begins ends before.
function inOrder(events: readonly ScriptEvent[]): ScriptEvent[] {
  return events.toSorted((a, b) => a.atMs - b.atMs || rank(a) - rank(b))
}

function rank(event: ScriptEvent): number {
  return event.do === 'heal' || event.do === 'restart' || event.do === 'resume' ? 0 : 1
}

/**
 * The flags that name as much of a script as flags can: an event that no flag fits is left out, and
 * so shows when what the flags say is read again.
 */
export function writeScript(script: readonly ScriptEvent[]): readonly string[] {
  const words: string[] = []
  for (const [at, event] of script.entries()) {
    const later = script.slice(at + 1)
    const nodeIs = (each: ScriptEvent): boolean =>
      'node' in event && 'node' in each && each.node === event.node
    const until = (end: ScriptEvent | undefined): string =>
      `@${writeTime(event.atMs)}${end === undefined ? '' : `..${writeTime(end.atMs)}`}`
    if (event.do === 'partition') {
      const groups = event.groups.map((group) => group.join(','))
      const text = groups.join(event.oneWay === true ? '>' : '/')
      words.push('--partition', text + until(later.find((each) => each.do === 'heal')))
    } else if (event.do === 'crash' && event.steps === undefined) {
      const end = later.find((each) => each.do === 'restart' && nodeIs(each))
      words.push('--crash', String(event.node) + until(end))
    } else if (event.do === 'pause') {
      const end = later.find((each) => each.do === 'resume' && nodeIs(each))
      words.push('--pause', String(event.node) + until(end))
    }
  }
  return words
}
