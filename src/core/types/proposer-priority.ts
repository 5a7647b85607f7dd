// Who proposes: the weighted round robin over proposer priorities (wire.md 2.8), in exact int64
// arithmetic.

import { assert, compareBytes } from '../bytes/index.ts'
import type { Validator } from './validator.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
/** Priorities may differ by this many times the total voting power. */
const WINDOW_FACTOR = 2n

const clip = (value: bigint): bigint => {
  if (value > INT64_MAX) return INT64_MAX
  return value < INT64_MIN ? INT64_MIN : value
}

/** Division rounding down, for a positive divisor; `/` of bigint rounds toward zero. */
const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/** Distance of the extremes as int64 subtraction gives it, wrapping included. */
const spread = (priorities: readonly bigint[]): bigint => {
  let max = INT64_MIN
  let min = INT64_MAX
  for (const priority of priorities) {
    if (priority > max) max = priority
    if (priority < min) min = priority
  }
  const difference = BigInt.asIntN(64, max - min)
  return difference < 0n ? BigInt.asIntN(64, -difference) : difference
}

/** Scales the priorities down, rounding toward zero, when they are wider apart than the window. */
const rescale = (priorities: bigint[], totalVotingPower: bigint): void => {
  const window = WINDOW_FACTOR * totalVotingPower
  const width = spread(priorities)
  if (width <= window) return
  const ratio = BigInt.asIntN(64, width + window - 1n) / window
  for (let i = 0; i < priorities.length; i++) priorities[i] = (priorities[i] as bigint) / ratio
}

/** Moves the priorities so that their average, rounded down, is zero. */
const center = (priorities: bigint[]): void => {
  let sum = 0n
  for (const priority of priorities) sum += priority
  const average = floorDivide(sum, BigInt(priorities.length))
  for (let i = 0; i < priorities.length; i++) {
    priorities[i] = clip((priorities[i] as bigint) - average)
  }
}

/** Rescales and centers in place. `priorities` is not empty. */
export const normalizePriorities = (priorities: bigint[], totalVotingPower: bigint): void => {
  rescale(priorities, totalVotingPower)
  center(priorities)
}

/** The index of the highest priority; of equals, the smaller address. */
export const indexOfHighest = (
  validators: readonly Validator[],
  priorities: readonly bigint[],
): number => {
  let best = 0
  for (let i = 1; i < priorities.length; i++) {
    const difference = (priorities[i] as bigint) - (priorities[best] as bigint)
    if (difference < 0n) continue
    if (difference > 0n || isBefore(validators[i], validators[best])) best = i
  }
  return best
}

const isBefore = (a: Validator | undefined, b: Validator | undefined): boolean => {
  assert(a !== undefined && b !== undefined, 'every priority has its validator')
  return compareBytes(a.address, b.address) < 0
}

/**
 * Runs `times` (at least 1) steps of the round robin in place and returns the index of the last
 * chosen one.
 * One step: everybody gains its power, the highest is chosen and pays the total.
 */
export const incrementPriorities = (
  validators: readonly Validator[],
  priorities: bigint[],
  totalVotingPower: bigint,
  times: number,
): number => {
  normalizePriorities(priorities, totalVotingPower)
  let chosen = 0
  for (let step = 0; step < times; step++) {
    for (let i = 0; i < priorities.length; i++) {
      const power = (validators[i] as Validator).votingPower
      priorities[i] = clip((priorities[i] as bigint) + power)
    }
    chosen = indexOfHighest(validators, priorities)
    priorities[chosen] = clip((priorities[chosen] as bigint) - totalVotingPower)
  }
  return chosen
}
