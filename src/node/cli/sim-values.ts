// The small values in the flags of `quadrille sim`, read and written: times, ranges, shares,
// numbers, seeds.
import { MAX_RUN_MS } from '../sim/index.ts'
import { badFlag } from './bad-input.ts'

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]
const UNIT_MS: ReadonlyMap<string, number> = new Map(UNITS)
const NUMBER = /^\d+(\.\d+)?$/
const TIME = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/
const RANGE = /^(.+?)\.\.(.+)$/

/** Both ends are meant. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

/** A whole number between two bounds; `1e6` is one too. */
export function readWhole(flag: string, text: string, { from, to }: NumberRange): number {
  const value = /^\d+(e\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value
  throw badFlag(flag, `a whole number from ${from} to ${to}`, text)
}

/** A time with its unit, in whole milliseconds. */
export function readTime(flag: string, text: string): number {
  const [, number = '', unit = ''] = TIME.exec(text) ?? []
  const exact = Number(number) * (UNIT_MS.get(unit) ?? Number.NaN)
  // 1.001 s are 1000.9999999999999 ms to the processor.
  const ms = Math.round(exact)
  if (number !== '' && Math.abs(ms - exact) < 1e-6 && ms <= MAX_RUN_MS) return ms
  throw badFlag(flag, 'a time such as 200ms, 3s or 5m', text)
}

/** `20..200ms`, `1s..2s`, or one time for both ends; the first end may leave its unit out. */
export function readTimeRange(flag: string, text: string): readonly [number, number] {
  const [, first = text, last = text] = RANGE.exec(text) ?? []
  const unit = TIME.exec(last)?.[2] ?? ''
  try {
    const from = readTime(flag, NUMBER.test(first) ? `${first}${unit}` : first)
    const to = readTime(flag, last)
    if (from <= to) return [from, to]
  } catch {
    // Said below, with the whole text.
  }
  throw badFlag(flag, 'times such as 20..200ms, the shorter one first', text)
}

/** `5%`, `0.25%`: a fraction below 1, as a network that loses all is none. */
export function readShare(flag: string, text: string): number {
  const [, number = ''] = /^(\d+(?:\.\d{1,4})?)%$/.exec(text) ?? []
  const share = Number(number) / 100
  if (number !== '' && share < 1) return share
  throw badFlag(flag, 'a share such as 5%, below 100%', text)
}

/** `1..3000`, or one seed. */
export function readSeeds(flag: string, text: string, highest: number): NumberRange {
  const [, first = text, last = text] = RANGE.exec(text) ?? []
  const bounds = { from: 0, to: highest }
  const expected = `a range of seeds such as 1..3000, from 0 to ${highest}`
  try {
    const range = { from: readWhole(flag, first, bounds), to: readWhole(flag, last, bounds) }
    if (range.from <= range.to) return range
  } catch {
    // Said below, with the form that was expected.
  }
  throw badFlag(flag, expected, text)
}

/** The shortest text of a time that `readTime` reads. */
export function writeTime(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms > 0 && ms % each === 0) ?? ['s', 1000]
  return `${ms / size}${unit}`
}

/** What `readTimeRange` reads. */
export function writeTimeRange([from, to]: readonly [number, number]): string {
  return from === to ? writeTime(to) : `${writeTime(from)}..${writeTime(to)}`
}

/** What `readShare` reads, of shares with four decimals at most. */
export function writeShare(share: number): string {
  return `${Math.round(share * 1_000_000) / 10_000}%`
}
