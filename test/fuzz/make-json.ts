// Valid JSON texts and plain values, edges among them.

import type { Dice } from './dice.ts'

const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, 2 ** 53, -(2 ** 53) - 1, 5e-324, 1.7e308]
const WORDS = [
  '',
  'a',
  'key',
  '$',
  '$bigint',
  'constructor',
  'toString',
  'é',
  '\u{1f600}',
  '\u0000',
  '\ud800',
  '\\"',
  'length',
]

/** A short text, odd ones among them. */
export function makeWord(dice: Dice): string {
  return dice.pick(WORDS)
}

/** A value that canonical JSON has a form for. */
export function makePlain(dice: Dice, depth: number): unknown {
  const inner = (): unknown => makePlain(dice, depth - 1)
  const many = <T>(make: () => T): T[] => Array.from({ length: dice.below(4) }, make)
  switch (dice.below(depth > 0 ? 12 : 7)) {
    case 0:
      return null
    case 1:
      return dice.oneIn(2)
    case 2:
      return dice.pick(NUMBERS)
    case 3:
      return makeWord(dice)
    case 4:
      return BigInt(dice.word()) * (dice.oneIn(2) ? -1n : 2n ** 64n)
    case 5:
      return dice.bytes(dice.below(12))
    case 6:
      return new Date(dice.pick([0, -1, 8.64e15, 1_700_000_000_123]))
    case 7:
      return new Map(many(() => [inner(), inner()] as const))
    case 8:
      return new Set(many(inner))
    case 9:
      return many(inner)
    default:
      return Object.fromEntries(many(() => [makeWord(dice), inner()] as const))
  }
}

/** A JSON text of any shape. */
export function makeJson(dice: Dice, depth: number): string {
  const space = dice.pick(['', '', ' ', '\n\t'])
  const many = (make: () => string): string =>
    Array.from({ length: dice.below(4) }, make).join(`,${space}`)
  switch (dice.below(depth > 0 ? 7 : 4)) {
    case 0:
      return dice.pick(['null', 'true', 'false'])
    case 1:
      return dice.pick(['0', '-0', '1.5e3', '-12', '9007199254740993', '1E-2'])
    case 2:
    case 3:
      return JSON.stringify(makeWord(dice))
    case 4:
      return `[${many(() => makeJson(dice, depth - 1))}${space}]`
    default: {
      const member = (): string => {
        return `${JSON.stringify(makeWord(dice))}${space}:${makeJson(dice, depth - 1)}`
      }
      return `{${many(member)}}`
    }
  }
}
