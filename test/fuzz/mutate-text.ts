// Damages text by its words: JSON tokens, numbers at the edges, tricks of Unicode, deep nesting.

import { fromUtf8, toUtf8 } from '../../src/core/bytes/index.ts'
import type { Dice } from './dice.ts'
import { mutateBytes } from './mutate-bytes.ts'

const MOST_CHARACTERS = 8192
const WORD = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[\p{L}_]+|\s+|[^\s]/gu

const VALUES: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e3',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '18446744073709551616',
  '9223372036854775808',
  '"9223372036854775807"',
  '"-9223372036854775808"',
  '"9223372036854775808"',
  '"0"',
  '"-1"',
  '"1e3"',
  'NaN',
  'Infinity',
  '-',
  '01',
  '1.',
  '.5',
  '""',
  '{}',
  '[]',
  '[{}]',
  '{"":""}',
  '{"toString":1,"valueOf":1}',
  '{"__proto__":{"polluted":true}}',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"length"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\uD83D\\uDE00"',
  '"\u{1f600}"',
  '"\\x"',
  '{"$bigint":"1"}',
  '{"$bytes":"AA=="}',
  '{"$date":8640000000000001}',
  '{"$map":[[1,2]]}',
  '{"$set":[1,1]}',
  '{"$object":{"$x":1}}',
  "'",
  "''",
  '"""',
  '#',
]
/** Numbers in quotes, which is how 64-bit integers stand in JSON. */
const INTEGERS: readonly string[] = [
  '"0"',
  '"-1"',
  '"1"',
  '"9223372036854775807"',
  '"9223372036854775808"',
  '"-9223372036854775808"',
  '"1152921504606846975"',
  '"1152921504606846976"',
  '"00"',
  '"+1"',
]
const TRICKS: readonly string[] = [
  '\ufeff',
  '\u2028',
  '\u0000',
  '\u200b',
  '\u202e',
  'e\u0301',
  '\ud800',
  '\udc80',
  '\udfff',
  '\u{10ffff}',
  '\u0130',
  '\u00df',
  '\r\n',
  '\t',
  '\\',
  '%00',
  '%zz',
  '&',
  ';',
  '=',
  '+',
]
const BRACKETS: readonly (readonly [string, string])[] = [
  ['[', ']'],
  ['{"a":', '}'],
  ['[[{"a":', '}]]'],
  ['(', ')'],
]

/** One of the texts, damaged one to three times; sometimes as bytes, sometimes as it is. */
export function mutateText(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(6)) return mutateBytes(corpus, dice)
  let text = fromUtf8(dice.pick(corpus))
  if (dice.oneIn(4)) text = otherMember(text, dice)
  for (let left = dice.pick([0, 1, 1, 1, 2, 2, 3]); left > 0; left--) {
    text = damage(text, fromUtf8(dice.pick(corpus)), dice)
    if (text.length > MOST_CHARACTERS) break
  }
  return toUtf8(text.slice(0, 2 * MOST_CHARACTERS))
}

/** JSON in which one member or element is another value, has another name, or is gone. */
function otherMember(text: string, dice: Dice): string {
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch {
    return text
  }
  const containers = containersIn(whole)
  if (containers.length === 0) return dice.pick(VALUES)
  const container = dice.pick(containers)
  const name = dice.pick(Object.keys(container))
  // The place keeps a mark, so that what is put there need not be a value of JSON.
  const mark = '\u0001mark'
  const value = container[name]
  container[name] = mark
  const isInteger = typeof value === 'string' && /^-?\d+$/.test(value)
  const values = isInteger && dice.oneIn(2) ? INTEGERS : VALUES
  const other = dice.oneIn(8) ? JSON.stringify([value]) : dice.pick(values)
  if (dice.oneIn(8)) Reflect.deleteProperty(container, name)
  return JSON.stringify(whole).replace(JSON.stringify(mark), () => other)
}

/** Every object and array with something in it. */
function containersIn(whole: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  const left: unknown[] = [whole]
  while (left.length > 0 && found.length < 200) {
    const each = left.pop()
    if (typeof each !== 'object' || each === null) continue
    const values: unknown[] = Object.values(each)
    if (values.length > 0) found.push(each as Record<string, unknown>)
    left.push(...values)
  }
  return found
}

function damage(text: string, other: string, dice: Dice): string {
  const words = text.match(WORD) ?? ['']
  const at = dice.below(words.length)
  const join = (start: number, drop: number, ...by: string[]): string =>
    words.slice(0, start).join('') + by.join('') + words.slice(start + drop).join('')
  switch (dice.below(13)) {
    case 0:
      return join(at, words.length)
    case 1:
      return join(at, 1)
    case 2:
      return join(at, 1 + dice.below(5))
    case 3:
      return join(at, 0, words[at] as string)
    case 4:
      return join(at, 0, ...words.slice(at, at + 1 + dice.below(8)))
    case 5:
    case 6:
      return join(at, 1, dice.pick(VALUES))
    case 7:
      return join(at, 0, dice.pick(VALUES))
    case 8:
      return join(at, 0, dice.pick(TRICKS))
    case 9: {
      const others = other.match(WORD) ?? ['']
      return join(at, 1, dice.pick(others))
    }
    case 10:
      return join(at, words.length) + other.slice(dice.below(other.length + 1))
    case 11:
      return join(at, 1, inside(words[at] as string, dice))
    default:
      return join(at, 1, wrapped(words[at] as string, dice))
  }
}

/** A word with something odd in its middle. */
function inside(word: string, dice: Dice): string {
  const at = dice.below(word.length + 1)
  return word.slice(0, at) + dice.pick(TRICKS) + word.slice(at + dice.below(2))
}

/** A word in brackets, mostly a few, sometimes a thousand deep and not always closed. */
function wrapped(word: string, dice: Dice): string {
  const depth = dice.oneIn(10) ? 64 + dice.below(1200) : 1 + dice.below(5)
  const [open, close] = dice.pick(BRACKETS)
  return open.repeat(depth) + word + close.repeat(dice.oneIn(5) ? 0 : depth)
}
