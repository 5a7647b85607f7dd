// Whether data from outside, of a flag or a file, are a plan that can be run.

import { MAX_BLOCK_BYTES, MAX_DOWNTIME_WINDOW } from '../../core/types/index.ts'
import { MAX_VALIDATORS, MIN_BLOCK_BYTES } from '../../host/simulator/index.ts'
import type {
  DiskPlan,
  DowntimePlan,
  EvidenceAgePlan,
  NetworkPlan,
  ParamsPlan,
  Plan,
  ScriptEvent,
} from '../../host/simulator/index.ts'
import { VILLAINS } from '../../host/villains/index.ts'
import { expected, fields, first, fraction, list, oneOf, rangeUpTo, truth } from './data-checks.ts'
import { whole } from './data-checks.ts'
import type { Check } from './data-checks.ts'
import { SimError } from './errors.ts'

/** Seeds are exact in JSON. */
export const MAX_SEED: number = Number.MAX_SAFE_INTEGER
/** Longest run, in milliseconds of invented time. */
export const MAX_RUN_MS = 1e11
/** Highest power of one validator. */
export const MAX_POWER = 1e12
/** What a run may be asked for in heights and in transactions a second. */
export const MAX_HEIGHTS = 1e6
export const MAX_TXS_PER_SECOND = 1e4
/** Longest transaction that a run sends, in bytes: a node takes a little more. */
const MAX_TX_BYTES = 1e6

/** The names of those who lie. */
export const VILLAIN_NAMES: readonly string[] = VILLAINS.map(({ name }) => name)

const MAX_SCRIPT = 100_000
const MAX_SKEW_MS = 1e9
const time = whole(0, MAX_RUN_MS)
const times = rangeUpTo(MAX_RUN_MS)
const node = whole(0, MAX_VALIDATORS - 1)
const ofEach = (check: Check): Check => list(check, { least: 1, most: MAX_VALIDATORS })

const EVIDENCE_AGE: Readonly<Record<keyof EvidenceAgePlan, Check>> = {
  blocks: whole(1, MAX_HEIGHTS),
  ms: whole(1, MAX_RUN_MS),
}
const PARAMS: Readonly<Record<keyof ParamsPlan, Check>> = {
  blockBytes: whole(MIN_BLOCK_BYTES, MAX_BLOCK_BYTES),
  evidenceAge: fields(EVIDENCE_AGE),
}

const ACTIONS: Readonly<Record<ScriptEvent['do'], Readonly<Record<string, Check>>>> = {
  partition: {
    groups: ofEach(list(node, { least: 0, most: MAX_VALIDATORS })),
    'oneWay?': truth,
  },
  heal: {},
  crash: { node, 'steps?': whole(1, 1e9) },
  restart: { node },
  pause: { node },
  resume: { node },
  'disk-fault': { node, fault: oneOf(['fail-sync', 'fail-write', 'bit-flip']) },
  skew: { node, byMs: whole(-MAX_SKEW_MS, MAX_SKEW_MS) },
  power: { node, power: whole(0, MAX_POWER) },
  params: { params: fields(PARAMS) },
}

const checkScriptEvent: Check = (value, path) => {
  const word = (value as { do?: unknown } | null)?.do
  const complaint = oneOf(Object.keys(ACTIONS))(word, `${path}.do`)
  if (complaint !== null) return complaint
  const own = ACTIONS[word as ScriptEvent['do']]
  return fields({ atMs: time, do: () => null, ...own })(value, path)
}

// The types see to it that no field is forgotten.
const NETWORK: Readonly<Record<keyof NetworkPlan, Check>> = {
  latencyMs: times,
  loss: fraction,
  duplicate: fraction,
  reorder: fraction,
  whenCut: oneOf(['hold', 'drop']),
  reconnectMs: times,
  queueBytes: whole(1, 1e9),
}
const DISK: Readonly<Record<keyof DiskPlan, Check>> = {
  syncMs: times,
  kept: fraction,
  torn: fraction,
}
const DOWNTIME: Readonly<Record<keyof DowntimePlan, Check>> = {
  window: whole(1, MAX_DOWNTIME_WINDOW),
  minSigned: whole(0, MAX_DOWNTIME_WINDOW),
}
const TIMES: Readonly<Record<keyof Plan['times'], Check>> = {
  proposeMs: time,
  proposeDeltaMs: time,
  prevoteMs: time,
  prevoteDeltaMs: time,
  precommitMs: time,
  precommitDeltaMs: time,
  commitMs: time,
  maxMs: time,
}

const PLAN: Readonly<Record<keyof Plan, Check>> = {
  seed: whole(0, MAX_SEED),
  validators: whole(1, MAX_VALIDATORS),
  powers: ofEach(whole(0, MAX_POWER)),
  heights: whole(0, MAX_HEIGHTS),
  maxMs: whole(1, MAX_RUN_MS),
  healMs: time,
  lockRule: oneOf(['comet-legacy', 'paper']),
  evidenceRule: oneOf(['comet', 'all']),
  downtime: fields(DOWNTIME),
  evidenceAge: fields(EVIDENCE_AGE),
  crypto: oneOf(['cheap', 'ed25519']),
  times: fields(TIMES),
  skipTimeoutCommit: truth,
  network: fields(NETWORK),
  disk: fields(DISK),
  skewMs: ofEach(whole(-MAX_SKEW_MS, MAX_SKEW_MS)),
  txsPerSecond: whole(0, MAX_TXS_PER_SECOND),
  txBytes: rangeUpTo(MAX_TX_BYTES),
  byzantine: list(
    fields({ index: node, villain: oneOf(VILLAIN_NAMES), 'fromHeight?': whole(1, MAX_HEIGHTS) }),
    { least: 0, most: MAX_VALIDATORS },
  ),
  script: list(checkScriptEvent, { least: 0, most: MAX_SCRIPT }),
}
const checkForm = fields(PLAN)

/**
 * The data as a plan.
 * @throws SimError `SIM_BAD_PLAN` with one line that names the field and what was expected there
 */
export function readPlan(data: unknown): Plan {
  const complaint = checkForm(data, '') ?? checkTogether(data as Plan)
  if (complaint !== null) throw new SimError('SIM_BAD_PLAN', complaint)
  return data as Plan
}

// What two fields say must fit together.
function checkTogether(plan: Plan): string | null {
  const { validators, powers, skewMs, byzantine, script, downtime } = plan
  const here = whole(0, validators - 1)
  const each = `${validators} values, one for each validator`
  const indexes = byzantine.map(({ index }) => index)
  const honest = validators - byzantine.length
  return first([
    honest > 0 ? null : expected('byzantine', 'an honest validator or more', indexes),
    whole(0, downtime.window)(downtime.minSigned, 'downtime.minSigned'),
    powers.length === validators ? null : expected('powers', each, powers),
    powers.some((power) => power > 0) ? null : expected('powers', 'one above 0', powers),
    skewMs.length === validators ? null : expected('skewMs', each, skewMs),
    ...indexes.map((index, i) => here(index, `byzantine.${i}.index`)),
    new Set(indexes).size === indexes.length
      ? null
      : expected('byzantine', 'each validator once', indexes),
    ...script.map((event, i) => checkNodes(event, `script.${i}`, here)),
  ])
}

function checkNodes(event: ScriptEvent, path: string, here: Check): string | null {
  if (event.do === 'heal' || event.do === 'params') return null
  if (event.do !== 'partition') return here(event.node, `${path}.node`)
  const named = event.groups.flat()
  const twice = new Set(named).size < named.length
  return first([
    ...named.map((index) => here(index, `${path}.groups`)),
    twice ? expected(`${path}.groups`, 'each node once', event.groups) : null,
  ])
}
