// Where the fields of a protobuf message stand, found without its schema.

/** One field; a message inside it has fields of its own, which name it as their parent. */
export interface Field {
  readonly number: number
  readonly type: number
  /** Where the tag, the length or value behind it, the body, and what follows begin. */
  readonly start: number
  readonly afterTag: number
  readonly body: number
  readonly end: number
  readonly parent: Field | null
}

const MAX_DEPTH = 12
const MAX_NUMBER = 110

let value = 0
let next = 0

/** Reads a short varint into `value` and `next`; false when there is none. */
function varint(bytes: Uint8Array, at: number, end: number): boolean {
  value = bytes[at] as number
  if (value < 128 && at < end) {
    next = at + 1
    return true
  }
  value = 0
  for (let i = 0; i < 10; i++) {
    if (at + i >= end) return false
    const byte = bytes[at + i] as number
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) {
      next = at + i + 1
      return true
    }
  }
  return false
}

/**
 * The fields of a message in order, outer before inner. A bytes field counts as a message when all
 * of it reads as fields; what stops making sense ends the list.
 */
export function indexFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  collect(bytes, { from: 0, to: bytes.length, parent: null, depth: 0 }, fields)
  return fields
}

interface Range {
  readonly from: number
  readonly to: number
  readonly parent: Field | null
  readonly depth: number
}

/** True when the whole range is fields. */
function collect(bytes: Uint8Array, { from, to, parent, depth }: Range, fields: Field[]): boolean {
  let at = from
  while (at < to) {
    const start = at
    if (!varint(bytes, at, to)) return false
    const number = Math.floor(value / 8)
    const type = value % 8
    const afterTag = next
    if (number === 0 || number > MAX_NUMBER) return false
    let body = afterTag
    if (type === 0 || type === 2) {
      if (!varint(bytes, afterTag, to)) return false
      body = type === 2 ? next : afterTag
      at = type === 2 ? next + value : next
    } else if (type === 1) at = afterTag + 8
    else if (type === 5) at = afterTag + 4
    else return false
    if (at > to) return false
    const field: Field = { number, type, start, afterTag, body, end: at, parent }
    fields.push(field)
    if (type !== 2 || at === body || depth === MAX_DEPTH) continue
    const known = fields.length
    const inner = { from: body, to: at, parent: field, depth: depth + 1 }
    if (!collect(bytes, inner, fields)) fields.length = known
  }
  return true
}

/** Appends a varint, padded with empty groups to at least `size` bytes. */
export function putVarint(out: number[], given: bigint | number, size = 1): void {
  let rest = BigInt(given)
  for (let i = 1; ; i++) {
    const group = Number(rest & 127n)
    rest >>= 7n
    if (rest === 0n && i >= size) return void out.push(group)
    out.push(group | 128)
  }
}

/** The message with the bytes from `start` to `end`, which lie in `parent`, replaced. */
export function replaceRange(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number; readonly parent: Field | null },
  by: Uint8Array,
): Uint8Array {
  // From the inside out: each parent's length prefix may change its own size.
  let grown = by.length - (range.end - range.start)
  const prefixes: { readonly at: number; readonly to: number; readonly bytes: number[] }[] = []
  for (let field = range.parent; field !== null; field = field.parent) {
    const prefix: number[] = []
    putVarint(prefix, Math.max(0, field.end - field.body + grown))
    prefixes.push({ at: field.afterTag, to: field.body, bytes: prefix })
    grown += prefix.length - (field.body - field.afterTag)
  }
  const out = new Uint8Array(bytes.length + grown)
  let from = 0
  let to = 0
  const copy = (end: number): void => {
    out.set(bytes.subarray(from, end), to)
    to += end - from
  }
  for (const prefix of prefixes.toReversed()) {
    copy(prefix.at)
    out.set(prefix.bytes, to)
    to += prefix.bytes.length
    from = prefix.to
  }
  copy(range.start)
  out.set(by, to)
  to += by.length
  from = range.end
  copy(bytes.length)
  return out
}
