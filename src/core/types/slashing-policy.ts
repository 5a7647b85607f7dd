// What each fault costs, as data, and what a policy may not say.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { FieldError } from './json-fields.ts'
import { MAX_DOWNTIME_WINDOW } from './limits.ts'

/** The faults that can be proven and so punished. */
export type FaultKind = 'equivocation' | 'double-proposal' | 'light-client-attack' | 'downtime'

/** What one offence costs. */
export interface Penalty {
  /**
   * Numerator and denominator of the part that is cut from the power, 0 to 1, of the power at the
   * fault. A cut is rounded down to a whole power.
   */
  readonly fraction: readonly [number, number]
  /** Heights without the validator after its penalty; 0 leaves it where it is. */
  readonly jailBlocks: number
  /** The validator never returns. */
  readonly tombstone: boolean
}

/** What absence costs, and how much of it is a fault. */
export interface DowntimePenalty extends Penalty {
  /** Heights whose commits are counted together. */
  readonly window: number
  /** Of these so many must hold a validator's signature; 0 accuses nobody. */
  readonly minSigned: number
}

/** The penalties of a chain: the same on all of its nodes from its first block on. */
export interface SlashingPolicy {
  readonly equivocation: Penalty
  readonly 'double-proposal': Penalty
  readonly 'light-client-attack': Penalty
  readonly downtime: DowntimePenalty
}

/** A policy as it is written: what is left out has its default. */
export type SlashingPolicyText = {
  readonly [Kind in FaultKind]?: Partial<SlashingPolicy[Kind]>
}

const OUT_FOR_GOOD: Penalty = { fraction: [1, 1], jailBlocks: 0, tombstone: true }

/**
 * Two signatures for one moment end a validator; absence has a price. A commit holds what had come
 * when the next block was made, so where blocks follow each other without a wait honest validators
 * miss half of them: only who is missing nearly always is down.
 */
export const DEFAULT_SLASHING_POLICY: SlashingPolicy = {
  equivocation: OUT_FOR_GOOD,
  'double-proposal': OUT_FOR_GOOD,
  'light-client-attack': OUT_FOR_GOOD,
  downtime: { fraction: [1, 100], jailBlocks: 100, tombstone: false, window: 100, minSigned: 5 },
}

/**
 * Reads a policy, from code as from JSON. The error names the first wrong field and how it would be
 * right.
 */
export const parseSlashingPolicy = (value: unknown): Result<SlashingPolicy, FieldError> => {
  const wrong = findWrongField(value)
  if (wrong !== null) return err(wrong)
  const given = value as SlashingPolicyText
  const policy: SlashingPolicy = {
    equivocation: withDefaults(given, 'equivocation'),
    'double-proposal': withDefaults(given, 'double-proposal'),
    'light-client-attack': withDefaults(given, 'light-client-attack'),
    downtime: withDefaults(given, 'downtime'),
  }
  const impossible = findContradiction(policy)
  return impossible === null ? ok(policy) : err(impossible)
}

/** How absence is counted on a chain, for the detector of faults; without a policy the default. */
export const downtimeRuleOf = (genesis: {
  readonly slashing?: SlashingPolicy
}): { readonly downtimeWindow: number; readonly minSigned: number } => {
  const { window, minSigned } = (genesis.slashing ?? DEFAULT_SLASHING_POLICY).downtime
  return { downtimeWindow: window, minSigned }
}

/** True when two policies cost the same; none is the default policy. */
export const equalSlashingPolicy = (
  one: SlashingPolicy = DEFAULT_SLASHING_POLICY,
  other: SlashingPolicy = DEFAULT_SLASHING_POLICY,
): boolean =>
  (Object.keys(DEFAULT_SLASHING_POLICY) as FaultKind[]).every((kind) => {
    const [a, b]: readonly Fields[] = [{ ...one[kind] }, { ...other[kind] }]
    const names = Object.keys(DEFAULT_SLASHING_POLICY[kind])
    return names.every((name) => JSON.stringify(a?.[name]) === JSON.stringify(b?.[name]))
  })

type Fields = Readonly<Record<string, unknown>>

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isFraction = (value: unknown): boolean => {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [part, whole] = value as readonly unknown[]
  return isCount(part) && isCount(whole) && whole > 0 && part <= whole
}

const COUNT = 'is not a whole number of heights from 0 on; for example 100'

/** Why a value cannot stand in a field, or null. */
const FIELDS: Readonly<Record<keyof DowntimePenalty, (value: unknown) => string | null>> = {
  fraction: (value) =>
    isFraction(value) ? null : 'is not two whole numbers, a part of 0 to 1; [1, 20] is a twentieth',
  jailBlocks: (value) => (isCount(value) ? null : COUNT),
  tombstone: (value) => (typeof value === 'boolean' ? null : 'is neither true nor false'),
  window: (value) =>
    isCount(value) && value > 0 && value <= MAX_DOWNTIME_WINDOW
      ? null
      : `is not a whole number of heights from 1 to ${MAX_DOWNTIME_WINDOW}; for example 100`,
  minSigned: (value) => (isCount(value) ? null : COUNT),
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrongWhole = (field: string, value: unknown): FieldError | null =>
  isObject(value) ? null : { field, reason: 'is not an object; {} means all defaults' }

const findWrongField = (value: unknown): FieldError | null => {
  const wrong = wrongWhole('', value)
  if (wrong !== null) return wrong
  for (const [kind, penalty] of Object.entries(value as Fields)) {
    if (!Object.hasOwn(DEFAULT_SLASHING_POLICY, kind)) {
      const known = Object.keys(DEFAULT_SLASHING_POLICY).join(', ')
      return { field: kind, reason: `is unknown; a policy has ${known}` }
    }
    const inside = wrongWhole(kind, penalty) ?? findWrongPenalty(kind as FaultKind, penalty)
    if (inside !== null) return inside
  }
  return null
}

const findWrongPenalty = (kind: FaultKind, penalty: unknown): FieldError | null => {
  const known = Object.keys(DEFAULT_SLASHING_POLICY[kind])
  for (const [name, value] of Object.entries(penalty as Fields)) {
    const field = `${kind}.${name}`
    if (!known.includes(name)) {
      return { field, reason: `is unknown; ${kind} has ${known.join(', ')}` }
    }
    const reason = FIELDS[name as keyof DowntimePenalty](value)
    if (reason !== null) return { field, reason }
  }
  return null
}

const withDefaults = <Kind extends FaultKind>(
  given: SlashingPolicyText,
  kind: Kind,
): SlashingPolicy[Kind] => ({ ...DEFAULT_SLASHING_POLICY[kind], ...given[kind] })

/** Fields that are right each and mean nothing together. */
const findContradiction = (policy: SlashingPolicy): FieldError | null => {
  for (const [kind, { jailBlocks, tombstone }] of Object.entries(policy) as [string, Penalty][]) {
    if (!tombstone || jailBlocks === 0) continue
    const reason = 'means nothing beside tombstone: true; set one of them to 0 or false'
    return { field: `${kind}.jailBlocks`, reason }
  }
  const { window, minSigned } = policy.downtime
  if (minSigned <= window) return null
  const reason = `is more than the window of ${window} heights; lower it or raise downtime.window`
  return { field: 'downtime.minSigned', reason }
}
