// What the detector of faults may be told to look at differently, and what it refuses to be told.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { MAX_DOWNTIME_WINDOW, downtimeRuleOf } from '../types/index.ts'
import type { FieldError } from '../types/index.ts'

/**
 * How many commits of how many heights a validator must have signed. All nodes of a chain whose
 * blocks carry evidence of downtime must have the same, for it decides which blocks are valid.
 */
export interface FaultDetectorConfig {
  /** Heights whose commits are counted together. */
  readonly downtimeWindow: number
  /** Of these so many must hold a validator's signature; 0 accuses nobody. */
  readonly minSigned: number
}

/** That of a chain whose genesis has no slashing policy. */
export const DEFAULT_FAULT_DETECTOR_CONFIG: FaultDetectorConfig = downtimeRuleOf({})

const FIELDS: readonly string[] = ['downtimeWindow', 'minSigned']

/** Reads a config; what is missing has its default. The error names the first wrong field. */
export const parseFaultDetectorConfig = (
  value: unknown,
): Result<FaultDetectorConfig, FieldError> => {
  const refuse = (field: string, reason: string): Result<never, FieldError> =>
    err({ field, reason })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('', 'is not an object')
  }
  for (const name of Object.keys(value)) {
    if (!FIELDS.includes(name)) return refuse(name, 'is unknown')
  }
  const given = value as Readonly<Record<string, unknown>>
  const { downtimeWindow, minSigned } = { ...DEFAULT_FAULT_DETECTOR_CONFIG, ...given }
  if (!isCount(downtimeWindow) || downtimeWindow === 0 || downtimeWindow > MAX_DOWNTIME_WINDOW) {
    return refuse('downtimeWindow', `is not a number of heights from 1 to ${MAX_DOWNTIME_WINDOW}`)
  }
  if (!isCount(minSigned)) return refuse('minSigned', 'is not a number of heights')
  if (minSigned > downtimeWindow) return refuse('minSigned', 'is more than downtimeWindow')
  return ok({ downtimeWindow, minSigned })
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
