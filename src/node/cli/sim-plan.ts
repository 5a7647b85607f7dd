// From the flags that say what is run to the plan of a seed.
import { calmPlan, drawFewVillains, drawPlan, healAfter } from '../sim/index.ts'
import { MAX_HEIGHTS, MAX_POWER, readPlan } from '../sim/index.ts'
import { MAX_TXS_PER_SECOND, MAX_VALIDATORS, SimError, VILLAIN_NAMES } from '../sim/index.ts'
import type { ByzantinePlan, Plan } from '../sim/index.ts'
import { badFlag, BadInput } from './bad-input.ts'
import { readScript, readValidator } from './sim-script.ts'
import type { ScriptFlags } from './sim-script.ts'
import { readShare, readTime, readTimeRange, readWhole } from './sim-values.ts'

/** The texts of the flags that say what is run. */
export interface PlanFlags extends ScriptFlags {
  readonly validators?: string
  readonly powers?: string
  readonly byzantine?: readonly string[]
  readonly latency?: string
  readonly loss?: string
  readonly lockRule?: string
  readonly txs?: string
  readonly heights?: string
  readonly maxTime?: string
  readonly calm?: boolean
  readonly set?: readonly string[]
}

const DEFAULT_VALIDATORS = 4
/** How long a run may take for its heights, unless it is told. */
const MAX_MS_FOR_HEIGHTS = 60_000
const MAX_MS_PER_HEIGHT = 15_000
/** How long it takes when little fails: faults are drawn for such a time. */
const LEAST_USUAL_MS = 5000
const MOST_USUAL_MS = 60_000
const USUAL_MS_PER_HEIGHT = 1500

/**
 * Reads the flags. What they do not name is drawn from the seed, or with `--calm` is as on a good
 * day.
 * @throws BadInput with one line
 */
export function readPlanFlags(flags: PlanFlags): (seed: number) => Plan {
  const powers = readPowers(flags)
  const validators = readValidators(flags, powers)
  const wish: Partial<Plan> = {
    validators,
    ...(powers === undefined ? {} : { powers }),
    ...(flags.lockRule === undefined ? {} : { lockRule: readLockRule(flags.lockRule) }),
    ...(flags.txs === undefined ? {} : { txsPerSecond: readTxs(flags.txs) }),
  }
  const script = readScript(flags, validators)
  const areFew = flags.byzantine?.join(',') === 'few'
  const liars = areFew ? undefined : readByzantine(flags.byzantine, validators)
  const network = {
    ...(flags.latency === undefined
      ? {}
      : { latencyMs: readTimeRange('--latency', flags.latency) }),
    ...(flags.loss === undefined ? {} : { loss: readShare('--loss', flags.loss) }),
  }
  const { heights, usualMs, maxMs } = readLength(flags)
  const draw = flags.calm === true ? calmPlan : drawPlan
  return (seed) => {
    const byzantine = liars?.(seed)
    const wished: Partial<Plan> = {
      ...wish,
      heights,
      ...(usualMs === undefined ? {} : { maxMs: usualMs }),
      ...(byzantine === undefined ? {} : { byzantine }),
      ...(script === undefined ? {} : { script }),
    }
    const any = draw(seed, wished)
    const plan = areFew
      ? draw(seed, { ...wished, byzantine: drawFewVillains(seed, any.powers) })
      : any
    const end = maxMs ?? plan.maxMs
    const healMs = script === undefined ? plan.healMs : healAfter(script, end)
    const named = { ...plan, maxMs: end, healMs, network: { ...plan.network, ...network } }
    return readSet(named, flags.set ?? [])
  }
}

function readPowers({ powers }: PlanFlags): readonly number[] | undefined {
  const bounds = { from: 0, to: MAX_POWER }
  const read = powers?.split(',').map((power) => readWhole('--powers', power, bounds))
  if (read?.every((power) => power === 0) !== true) return read
  throw badFlag('--powers', 'a power above 0', powers ?? '')
}

function readValidators(flags: PlanFlags, powers: readonly number[] | undefined): number {
  const { validators: text } = flags
  if (text === undefined) return powers?.length ?? DEFAULT_VALIDATORS
  const validators = readWhole('--validators', text, { from: 1, to: MAX_VALIDATORS })
  if (powers === undefined || powers.length === validators) return validators
  throw badFlag('--powers', `a power for each of ${validators} validators`, flags.powers ?? '')
}

function readLockRule(text: string): Plan['lockRule'] {
  if (text === 'comet-legacy' || text === 'paper') return text
  throw badFlag('--lock-rule', 'comet-legacy or paper', text)
}

function readTxs(text: string): number {
  return readWhole('--txs', text, { from: 0, to: MAX_TXS_PER_SECOND })
}

/** In heights, in the time for which faults are drawn, and in time at most. */
interface RunLength {
  readonly heights: number
  readonly usualMs?: number
  readonly maxMs?: number
}

function readLength({ heights: count, maxTime }: PlanFlags): RunLength {
  const heights =
    count === undefined ? 0 : readWhole('--heights', count, { from: 1, to: MAX_HEIGHTS })
  const named = maxTime === undefined ? undefined : readTime('--max-time', maxTime)
  if (named === 0) throw badFlag('--max-time', 'a time above 0', maxTime ?? '')
  if (heights === 0) return { heights, ...(named && { usualMs: named, maxMs: named }) }
  const usualMs = Math.min(Math.max(heights * USUAL_MS_PER_HEIGHT, LEAST_USUAL_MS), MOST_USUAL_MS)
  const maxMs = named ?? MAX_MS_FOR_HEIGHTS + heights * MAX_MS_PER_HEIGHT
  return { heights, usualMs: Math.min(usualMs, maxMs), maxMs }
}

/** Who lies, for a seed: `3:equivocator`, `2:twins@5` from height 5, `none`, or how many. */
function readByzantine(
  texts: readonly string[] | undefined,
  validators: number,
): ((seed: number) => readonly ByzantinePlan[]) | undefined {
  if (texts === undefined) return undefined
  const flag = '--byzantine'
  const text = texts.join(',')
  if (/^\d+$/.test(text)) {
    const count = readWhole(flag, text, { from: 0, to: validators - 1 })
    return (seed) => anyVillains(seed, validators, count)
  }
  const byzantine = readVillains(texts, validators)
  return () => byzantine
}

/**
 * Who lies, by name: `3:equivocator`, `2:twins@5` from height 5, `none`.
 * @throws BadInput with one line
 */
export function readVillains(
  texts: readonly string[],
  validators: number,
): readonly ByzantinePlan[] {
  const flag = '--byzantine'
  const text = texts.join(',')
  if (text === 'none') return []
  const byzantine = text.split(',').map((each) => readVillain(each, validators))
  const indexes = byzantine.map(({ index }) => index)
  const twice = indexes.find((index, at) => indexes.indexOf(index) !== at)
  if (twice !== undefined) throw badFlag(flag, `one villain for validator ${twice}`, text)
  if (byzantine.length < validators) return byzantine
  throw badFlag(flag, 'an honest validator or more', text)
}

function readVillain(text: string, validators: number): ByzantinePlan {
  const flag = '--byzantine'
  const [, node, villain = '', height] = /^([^:@]*):([^:@]*)(?:@(.*))?$/.exec(text) ?? []
  if (node === undefined) {
    throw badFlag(flag, 'a validator and a villain such as 3:equivocator, or none', text)
  }
  const index = readValidator(flag, node, { validators, text })
  if (!VILLAIN_NAMES.includes(villain)) {
    throw new BadInput(
      `${flag}: expected a villain, which is ${VILLAIN_NAMES.join(', ')}, got "${villain}"`,
    )
  }
  if (height === undefined) return { index, villain }
  const fromHeight = readWhole(flag, height, { from: 1, to: MAX_HEIGHTS })
  return { index, villain, fromHeight }
}

// The last validators. Seeds that follow each other go through all choices of villains.
function anyVillains(seed: number, validators: number, count: number): ByzantinePlan[] {
  let choice = seed
  return Array.from({ length: count }, (_, at) => {
    const villain = VILLAIN_NAMES[choice % VILLAIN_NAMES.length] ?? ''
    choice = Math.floor(choice / VILLAIN_NAMES.length)
    return { index: validators - count + at, villain }
  })
}

function readSet(plan: Plan, texts: readonly string[]): Plan {
  let changed = plan
  for (const text of texts) {
    const [, path = '', value = ''] = /^([\w.]+)=([^]+)$/.exec(text) ?? []
    if (path === '') throw badFlag('--set', 'a field and a value such as network.reorder=0.1', text)
    // With a range of seeds every run would be the same one.
    if (path === 'seed') throw badFlag('--set', 'another field: a seed is set by --seed', text)
    changed = withField(changed, path.split('.'), value)
  }
  try {
    return readPlan(changed)
  } catch (error) {
    if (error instanceof SimError) throw new BadInput(`--set ${error.message}`)
    throw error
  }
}

// A field is one of a plan, or one of its groups `times`, `network` and `disk`.
function withField(plan: Plan, [name = '', inner, ...more]: readonly string[], text: string): Plan {
  const group = new Map<string, unknown>(Object.entries(plan)).get(name)
  const isGroup = typeof group === 'object' && group !== null && !Array.isArray(group)
  const isThere = inner === undefined ? group !== undefined : isGroup && inner in group
  if (!isThere || more.length > 0) {
    const names = Object.entries(plan).flatMap(([each, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.keys(value).map((field) => `${each}.${field}`)
        : [each],
    )
    const path = [name, ...(inner === undefined ? [] : [inner]), ...more].join('.')
    throw badFlag('--set', `a field of a plan, which is ${names.join(', ')}`, path)
  }
  const value = readValue(text)
  if (inner === undefined) return { ...plan, [name]: value }
  return { ...plan, [name]: { ...(group as object), [inner]: value } }
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
