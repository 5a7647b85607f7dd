// The space of scenarios: how many there are, and scenario number i of them, directly.

import type { LockRule } from '../../src/core/types/index.ts'
import { allHearings, hearingKey, swapped } from './hearing.ts'
import type { Hearing } from './hearing.ts'

/** How many rounds are scripted. */
export const ROUNDS = 4

/**
 * What happens between two rounds. `pushed`: whoever is still in the old round is given late votes
 * of it, for nil first, until it can leave. `left`: it stays there until votes of a later round
 * pull it along. `gathered`: the members of each coming group tell each other all they know, and
 * are pushed then.
 */
export const CHANGES = ['pushed', 'left', 'gathered'] as const
export type Change = (typeof CHANGES)[number]

/** The validators, and which of them runs twice; that one has less than a third of the power. */
export interface Cast {
  readonly powers: readonly number[]
  readonly twin: number
}

/**
 * Equal powers, the twin proposing in each of the four rounds in turn; and powers with which heads
 * and power disagree, and three validators can hold two thirds exactly.
 */
export const CASTS: readonly Cast[] = [
  { powers: [1, 1, 1, 1], twin: 0 },
  { powers: [1, 1, 1, 1], twin: 1 },
  { powers: [1, 1, 1, 1], twin: 2 },
  { powers: [1, 1, 1, 1], twin: 3 },
  { powers: [5, 5, 4, 1], twin: 2 },
  { powers: [5, 5, 4, 1], twin: 3 },
]

/** The last validator; the second copy comes after it. */
const LAST = 3

const RULES: readonly LockRule[] = ['paper', 'comet-legacy']

/**
 * What is played. Instance i below 4 is validator i, instance 4 the second copy of the validator
 * `cast.twin`. `changes[r]` comes before round r + 1.
 */
export interface Scenario {
  readonly cast: Cast
  readonly rule: LockRule
  readonly hearings: readonly Hearing[]
  readonly changes: readonly Change[]
}

/** A copy is as good as the other: which one comes first says nothing. */
interface Orbits {
  /** Hearings in which the copies can change places without a difference; then pairs. */
  readonly hearings: readonly Hearing[]
  readonly ranks: ReadonlyMap<number, number>
  readonly fixed: number
}

/** All scenarios with `rounds` scripted rounds, numbered from 0 to below `count`. */
export class ScenarioSpace {
  readonly rounds: number
  readonly count: bigint
  /** With the twin in the last place; elsewhere it changes places with who is there. */
  readonly #orbits: Orbits = orbitsOf(LAST, LAST + 1)
  readonly #scripts: bigint
  readonly #changes: bigint

  constructor(rounds: number = ROUNDS) {
    this.rounds = rounds
    const { hearings, fixed } = this.#orbits
    this.#scripts = scriptCount(BigInt(hearings.length), BigInt(fixed), rounds)
    this.#changes = BigInt(CHANGES.length ** (rounds - 1))
    this.count = BigInt(CASTS.length * RULES.length) * this.#changes * this.#scripts
  }

  /** Scenario number `index`. */
  scenario(index: bigint): Scenario {
    if (index < 0n || index >= this.count) throw new RangeError(`no scenario ${index}`)
    const script = index % this.#scripts
    const manner = index / this.#scripts
    const changes = digits(manner % this.#changes, this.rounds - 1, CHANGES.length)
    const choice = Number(manner / this.#changes)
    const cast = at(CASTS, choice >> 1)
    const ranks = ranksOf(script, this.#orbits, this.rounds)
    return {
      cast,
      rule: at(RULES, choice & 1),
      changes: changes.map((digit) => at(CHANGES, digit)),
      hearings: ranks.map((rank) => swapped(at(this.#orbits.hearings, rank), cast.twin, LAST)),
    }
  }

  /** The number of a scenario; that of the other scenario when its copies have changed places. */
  indexOf({ cast, rule, hearings, changes }: Scenario): bigint {
    const choice = CASTS.indexOf(cast) * 2 + RULES.indexOf(rule)
    const order = number(
      changes.map((change) => CHANGES.indexOf(change)),
      CHANGES.length,
    )
    const placed = hearings.map((hearing) => swapped(hearing, cast.twin, LAST))
    const ranks = placed.map((hearing) => this.#orbits.ranks.get(hearingKey(hearing)) ?? -1)
    return (BigInt(choice) * this.#changes + order) * this.#scripts + scriptOf(ranks, this.#orbits)
  }

  /**
   * The scenario at a position of a walk that visits each scenario once before any twice, and whose
   * every stretch lies evenly over the whole space.
   */
  indexAt(position: number): bigint {
    return (BigInt(position) * strideOf(this.count)) % this.count
  }
}

function orbitsOf(twin: number, copy: number): Orbits {
  const all = allHearings(copy + 1)
  const keys = new Set<number>()
  const fixed: Hearing[] = []
  const pairs: Hearing[] = []
  for (const hearing of all) {
    const other = swapped(hearing, twin, copy)
    const [key, otherKey] = [hearingKey(hearing), hearingKey(other)]
    if (key === otherKey) fixed.push(hearing)
    else if (!keys.has(otherKey)) pairs.push(hearing, other)
    keys.add(key)
  }
  const hearings = [...fixed, ...pairs]
  const ranks = new Map(hearings.map((hearing, rank) => [hearingKey(hearing), rank]))
  return { hearings, ranks, fixed: fixed.length }
}

/** Sequences of hearings, one of each two that differ only in which copy is which. */
function scriptCount(hearings: bigint, fixed: bigint, rounds: number): bigint {
  // By the first round that tells the copies apart: it is the first of its pair by convention.
  let count = fixed ** BigInt(rounds)
  for (let first = 0; first < rounds; first += 1) {
    count +=
      fixed ** BigInt(first) * halfOf(hearings, fixed) * hearings ** BigInt(rounds - 1 - first)
  }
  return count
}

const halfOf = (hearings: bigint, fixed: bigint): bigint => (hearings - fixed) / 2n

function ranksOf(script: bigint, { hearings, fixed }: Orbits, rounds: number): number[] {
  const n = BigInt(hearings.length)
  const f = BigInt(fixed)
  let rest = script
  for (let first = 0; first < rounds; first += 1) {
    const after = n ** BigInt(rounds - 1 - first)
    const count = f ** BigInt(first) * halfOf(n, f) * after
    if (rest >= count) {
      rest -= count
      continue
    }
    const pair = Number((rest / after) % halfOf(n, f))
    return [
      ...digits(rest / after / halfOf(n, f), first, fixed),
      fixed + 2 * pair,
      ...digits(rest % after, rounds - 1 - first, hearings.length),
    ]
  }
  return digits(rest, rounds, fixed)
}

function scriptOf(ranks: readonly number[], { hearings, fixed }: Orbits): bigint {
  const n = BigInt(hearings.length)
  const f = BigInt(fixed)
  const rounds = ranks.length
  let before = 0n
  for (let first = 0; first < rounds; first += 1) {
    const after = n ** BigInt(rounds - 1 - first)
    const rank = at(ranks, first)
    if (rank >= fixed) {
      const mirrored = (rank - fixed) % 2 === 1
      const tail = ranks.slice(first + 1).map((r) => (mirrored ? mirrorOf(r, fixed) : r))
      const pair = BigInt((rank - fixed) >> 1)
      const head = number(ranks.slice(0, first), fixed) * halfOf(n, f) + pair
      return before + head * after + number(tail, hearings.length)
    }
    before += f ** BigInt(first) * halfOf(n, f) * after
  }
  return before + number(ranks, fixed)
}

function mirrorOf(rank: number, fixed: number): number {
  return rank < fixed ? rank : fixed + ((rank - fixed) ^ 1)
}

/** A stride near the golden section of the space that has no divisor in common with it. */
function strideOf(count: bigint): bigint {
  let stride = (count * 618_033_988_749_894_848n) / 10n ** 18n
  while (divisorOf(stride, count) !== 1n) stride += 1n
  return stride
}

function divisorOf(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisorOf(b, a % b)
}

// The digits of `value` in `base`, the highest first, and back.
function digits(value: bigint, length: number, base: number): number[] {
  const found: number[] = []
  for (let rest = value; found.length < length; rest /= BigInt(base)) {
    found.push(Number(rest % BigInt(base)))
  }
  return found.toReversed()
}

function number(found: readonly number[], base: number): bigint {
  return found.reduce((value, digit) => value * BigInt(base) + BigInt(digit), 0n)
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index}`)
  return item
}
