// Damages protobuf messages knowing their structure: tags, lengths, varints, order, nesting.

import type { Dice } from './dice.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { indexFields, putVarint, replaceRange } from './proto-index.ts'
import type { Field } from './proto-index.ts'

const INTERESTING: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  32n,
  64n,
  100n,
  127n,
  128n,
  1601n,
  1602n,
  10_000n,
  10_001n,
  16_383n,
  65_536n,
  999_999_999n,
  1_000_000_000n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  253_402_300_799n,
  253_402_300_800n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n - 2n,
  2n ** 64n - 62_135_596_800n,
  2n ** 64n - 62_135_596_801n,
  2n ** 64n,
  2n ** 70n - 1n,
]
const MOST_BYTES = 4096
/** How often an input is damaged. */
const TIMES = [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3]
const EMPTY = new Uint8Array(0)

/** The fields of valid messages, which serve as a start again and again. */
const known = new WeakMap<Uint8Array, readonly Field[]>()

function fieldsOfValid(bytes: Uint8Array): readonly Field[] {
  const before = known.get(bytes)
  if (before !== undefined) return before
  const fields = indexFields(bytes)
  known.set(bytes, fields)
  return fields
}

/** One of the valid messages, damaged one to three times; sometimes as it is. */
export function mutateProto(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  let bytes = dice.pick(corpus)
  let fields = fieldsOfValid(bytes)
  for (let left = dice.pick(TIMES); left > 0; left--) {
    bytes =
      fields.length === 0
        ? mutateBytes([bytes, ...corpus.slice(0, 2)], dice)
        : mutateField(bytes, fields, { corpus, dice })
    if (bytes.length > MOST_BYTES) break
    if (left > 1) fields = indexFields(bytes)
  }
  return bytes
}

interface Means {
  readonly corpus: readonly Uint8Array[]
  readonly dice: Dice
}

function mutateField(bytes: Uint8Array, fields: readonly Field[], means: Means): Uint8Array {
  const { dice, corpus } = means
  const field = dice.pick(fields)
  const whole = (): Uint8Array => bytes.subarray(field.start, field.end)
  const put = (by: Uint8Array): Uint8Array => replaceRange(bytes, field, by)
  const insert = (by: Uint8Array): Uint8Array => {
    const at = dice.oneIn(2) ? field.start : field.end
    return replaceRange(bytes, { start: at, end: at, parent: field.parent }, by)
  }
  switch (dice.below(16)) {
    case 0:
      return bytes.subarray(0, dice.below(bytes.length + 1))
    case 1:
      return put(overlong(bytes, field, dice))
    case 2:
    case 3:
      return put(otherValue(bytes, field, dice))
    case 4:
      return put(otherTag(bytes, field, dice))
    case 5:
      return otherLength(bytes, field, dice)
    case 6:
      return insert(whole())
    case 7:
      return put(EMPTY)
    case 8:
      return swapped(bytes, fields, dice)
    case 9:
      return insert(unknownField(dice, 0))
    case 10:
      return put(nested(bytes, field, dice))
    case 11:
      return insert(grafted(dice.pick(corpus), dice))
    case 12:
      return insert(repeated(whole(), dice))
    case 13:
      return put(otherBody(bytes, field, means))
    case 14:
      return joined(bytes, dice.pick(corpus))
    default:
      return mutateBytes([bytes], dice)
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function tagBytes(number: number, type: number, size = 1): number[] {
  const out: number[] = []
  putVarint(out, number * 8 + type, size)
  return out
}

/** The same field with its tag, length or value in more bytes than needed, up to eleven. */
function overlong(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  const size = 2 + dice.below(10)
  const inTag = dice.oneIn(2)
  const out = tagBytes(field.number, field.type, inTag ? size : 1)
  const body = bytes.subarray(field.body, field.end)
  if (field.type === 2) putVarint(out, body.length, inTag ? 1 : size)
  if (field.type === 0) putVarint(out, varintOf(body), inTag ? 1 : size)
  else out.push(...body)
  return Uint8Array.from(out)
}

function varintOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (const [i, byte] of bytes.entries()) value |= BigInt(byte & 127) << BigInt(7 * i)
  return value
}

/** Another value of the same type: numbers at the edges, texts and messages of other content. */
function otherValue(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  const out = tagBytes(field.number, field.type)
  if (field.type === 0) {
    putVarint(out, dice.pick(INTERESTING), dice.oneIn(8) ? 10 : 1)
    return Uint8Array.from(out)
  }
  if (field.type !== 2) return Uint8Array.from([...out, ...dice.bytes(field.end - field.body)])
  const body = mutateBytes([bytes.subarray(field.body, field.end)], dice)
  putVarint(out, body.length)
  return joined(Uint8Array.from(out), body)
}

/** The same value under another wire type, number, or number 0. */
function otherTag(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  const out: number[] = []
  const isNumber = dice.oneIn(2)
  const number = isNumber
    ? dice.pick([0, 1, 2, 3, field.number + 1, dice.below(16), 16, 99, 2 ** 28, 2 ** 29 - 1])
    : field.number
  const type = isNumber ? field.type : dice.below(8)
  // A number of 2^31 and more is negative for an int32, above 2^32 it loses its upper bits.
  const excess = dice.oneIn(8) ? dice.pick([2n ** 34n, 2n ** 35n, 2n ** 60n]) : 0n
  putVarint(out, BigInt(number * 8 + type) + excess)
  return joined(Uint8Array.from(out), bytes.subarray(field.afterTag, field.end))
}

/** A length that does not fit what follows; the lengths around it stay as they are. */
function otherLength(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  if (field.type !== 2) return bytes.subarray(0, field.body + dice.below(2))
  const length = BigInt(field.end - field.body)
  const prefix: number[] = []
  const wrong = [length + 1n, length > 0n ? length - 1n : 2n, dice.pick(INTERESTING)]
  putVarint(prefix, dice.pick(wrong), dice.oneIn(4) ? 1 + dice.below(11) : 1)
  const range = { start: field.afterTag, end: field.body, parent: field.parent }
  return replaceRange(bytes, range, Uint8Array.from(prefix))
}

function swapped(bytes: Uint8Array, fields: readonly Field[], dice: Dice): Uint8Array {
  const one = dice.pick(fields)
  const other = dice.pick(fields.filter(({ parent }) => parent === one.parent))
  const [a, b] = one.start < other.start ? [one, other] : [other, one]
  if (a === b) return bytes
  const parts = [
    bytes.subarray(b.start, b.end),
    bytes.subarray(a.end, b.start),
    bytes.subarray(a.start, a.end),
  ]
  const range = { start: a.start, end: b.end, parent: a.parent }
  return replaceRange(bytes, range, parts.reduce(joined))
}

/** A field that no message knows, of any wire type, groups with content among them. */
function unknownField(dice: Dice, depth: number): Uint8Array {
  const number = dice.pick([16, 99, 15, 2 ** 20, 2 ** 29 - 1])
  const type = dice.pick([0, 1, 2, 3, 3, 4, 5, 6, 7])
  const out = tagBytes(number, type)
  if (type === 0) putVarint(out, dice.pick(INTERESTING), dice.oneIn(4) ? 1 + dice.below(11) : 1)
  if (type === 1 || type === 5) out.push(...dice.bytes(type === 1 ? 8 : 4))
  if (type === 2) {
    const length = dice.below(20)
    putVarint(out, length)
    out.push(...dice.bytes(length))
  }
  if (type === 3) {
    for (let left = depth < 6 ? dice.below(4) : 0; left > 0; left--) {
      out.push(...unknownField(dice, depth + 1))
    }
    if (!dice.oneIn(6)) out.push(...tagBytes(dice.oneIn(3) ? 7 : number, 4))
  }
  return Uint8Array.from(out)
}

/** The field wrapped in itself, or a tower of groups around it. */
function nested(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  const levels = 1 + dice.below(dice.oneIn(20) ? 500 : 8)
  const whole = bytes.subarray(field.start, field.end)
  if (dice.oneIn(2)) {
    const open = new Uint8Array(levels).fill(0x7b)
    return joined(joined(open, whole), new Uint8Array(levels).fill(0x7c))
  }
  let inner = whole
  for (let i = 0; i < levels && inner.length < MOST_BYTES; i++) {
    const out = tagBytes(field.number, 2)
    putVarint(out, inner.length)
    inner = joined(Uint8Array.from(out), inner)
  }
  return inner
}

/** A field of another message, from any depth. */
function grafted(donor: Uint8Array, dice: Dice): Uint8Array {
  const fields = fieldsOfValid(donor)
  if (fields.length === 0) return donor
  const { start, end } = dice.pick(fields)
  return donor.subarray(start, end)
}

function repeated(whole: Uint8Array, dice: Dice): Uint8Array {
  const wanted = dice.pick([2, 5, 30, 99, 101, 200])
  const times = Math.max(1, Math.min(wanted, Math.floor(MOST_BYTES / (whole.length + 1))))
  const out = new Uint8Array(whole.length * times)
  for (let i = 0; i < times; i++) out.set(whole, i * whole.length)
  return out
}

/** The body of another field of this or another message, or random bytes. */
function otherBody(bytes: Uint8Array, field: Field, { corpus, dice }: Means): Uint8Array {
  const donor = dice.oneIn(2) ? bytes : dice.pick(corpus)
  const fields = indexFields(donor)
  const from = fields.length === 0 ? null : dice.pick(fields)
  const body = from === null ? dice.bytes(dice.below(40)) : donor.subarray(from.body, from.end)
  const out = tagBytes(field.number, 2)
  putVarint(out, body.length)
  return joined(Uint8Array.from(out), body)
}
