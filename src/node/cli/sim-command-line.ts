// The command that runs a plan again: flags where flags can say it, `--set` for the rest.
import { isDeepStrictEqual } from 'node:util'
import { calmPlan } from '../sim/index.ts'
import type { Plan } from '../sim/index.ts'
import { BadInput } from './bad-input.ts'
import { readPlanFlags } from './sim-plan.ts'
import { writeScript } from './sim-script.ts'
import { writeShare, writeTime, writeTimeRange } from './sim-values.ts'

const REPEATED = new Set(['byzantine', 'partition', 'crash', 'pause', 'set'])

/**
 * The command line of a plan, for a shell. It does not draw anything: what it says is the whole
 * plan, and reading it gives the same plan again.
 */
export function commandOf(plan: Plan): string {
  return ['quadrille', 'sim', ...wordsOf(plan)].map(quote).join(' ')
}

/** The words behind `quadrille sim`. */
export function wordsOf(plan: Plan): readonly string[] {
  const readable = readableWords(plan)
  const script = writeScript(plan.script)
  const withScript = [...readable, ...script]
  const words = saysScript(withScript, plan) ? withScript : readable
  return [...words, ...remainder(readWords(words, plan.seed), plan)]
}

// No flag has every event, and flags refuse what a script may hold, an end at the start for one.
function saysScript(words: readonly string[], { seed, script }: Plan): boolean {
  try {
    return isDeepStrictEqual(readWords(words, seed).script, script)
  } catch (error) {
    if (error instanceof BadInput) return false
    throw error
  }
}

function readableWords(plan: Plan): readonly string[] {
  const { network, byzantine, powers } = plan
  const calm = calmPlan(plan.seed, { validators: plan.validators })
  const words = ['--calm', '--seed', `${plan.seed}`, '--validators', `${plan.validators}`]
  const add = (flag: string, isCalm: boolean, text: string): void => {
    if (!isCalm) words.push(flag, text)
  }
  const liars = byzantine.map(({ index, villain, fromHeight }) => {
    return `${index}:${villain}${fromHeight === undefined ? '' : `@${fromHeight}`}`
  })
  add('--powers', isDeepStrictEqual(powers, calm.powers), powers.join(','))
  add('--byzantine', byzantine.length === 0, liars.join(','))
  add('--lock-rule', plan.lockRule === calm.lockRule, plan.lockRule)
  const isLatencyCalm = isDeepStrictEqual(network.latencyMs, calm.network.latencyMs)
  add('--latency', isLatencyCalm, writeTimeRange(network.latencyMs))
  // A share is written with four decimals at most; any other is said with --set.
  const isShort = Number((network.loss * 100).toFixed(4)) / 100 === network.loss
  const isLossSaid = isShort && network.loss > 0 && network.loss < 1
  add('--loss', !isLossSaid, writeShare(network.loss))
  add('--txs', plan.txsPerSecond === calm.txsPerSecond, `${plan.txsPerSecond}`)
  add('--heights', plan.heights === 0, `${plan.heights}`)
  add('--max-time', plan.maxMs === 0, writeTime(plan.maxMs))
  return words
}

/** The words of `--set` for the fields in which what was said differs from what is meant. */
function remainder(said: Plan, meant: Plan): readonly string[] {
  const words: string[] = []
  const before = new Map<string, unknown>(Object.entries(said))
  for (const [name, value] of Object.entries(meant) as [string, unknown][]) {
    if (isDeepStrictEqual(before.get(name), value)) continue
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isGroup) {
      words.push('--set', `${name}=${JSON.stringify(value)}`)
      continue
    }
    const fields = new Map<string, unknown>(Object.entries(before.get(name) as object))
    for (const [inner, each] of Object.entries(value) as [string, unknown][]) {
      if (isDeepStrictEqual(fields.get(inner), each)) continue
      words.push('--set', `${name}.${inner}=${JSON.stringify(each)}`)
    }
  }
  return words
}

function readWords(words: readonly string[], seed: number): Plan {
  const flags: Record<string, string | string[] | boolean> = {}
  for (let at = 0; at < words.length; at++) {
    const name = (words[at] ?? '').slice(2).replace(/-(\w)/g, (_, c: string) => c.toUpperCase())
    if (name === 'calm') {
      flags[name] = true
      continue
    }
    at += 1
    const text = words[at] ?? ''
    const earlier = flags[name]
    flags[name] = REPEATED.has(name) ? [...(Array.isArray(earlier) ? earlier : []), text] : text
  }
  return readPlanFlags(flags)(seed)
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
