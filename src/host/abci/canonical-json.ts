// One text for one value: JSON with sorted keys, and tags for what JSON does not have.
//
// | value       | text                          |
// | ----------- | ----------------------------- |
// | bigint      | {"$bigint":"123"}             |
// | Uint8Array  | {"$bytes":"base64"}           |
// | Date        | {"$date":milliseconds}        |
// | Map         | {"$map":[[key,value],…]}      |
// | Set         | {"$set":[value,…]}            |
// | an object whose only key begins with `$` | {"$object":{…}} |
//
// The rest is RFC 8785: no spaces, keys by UTF-16 code units, numbers and strings as JavaScript
// writes them. Maps and sets keep their order, because an application that walks them sees it.

import { fromBase64, toBase64 } from '../../core/bytes/index.ts'
import { dateFromMs, isDate } from './dates.ts'

/**
 * How deep values may nest. A fixed bound, because where the stack ends differs between machines.
 */
export const MAX_DEPTH = 64

/** A value that has no canonical text, or a text that is not canonical. */
export class CanonicalError extends Error {
  readonly code = 'ABCI_NOT_CANONICAL'

  constructor(reason: string) {
    super(reason)
    this.name = 'CanonicalError'
  }
}

/**
 * The order of an object's keys in the text: sorted for hashes and signatures, as they stand for
 * storage.
 */
export type KeyOrder = 'sorted' | 'as-is'

/**
 * The text of a value. Properties that are undefined are left out. Throws {@link CanonicalError}
 * for functions, symbols, class instances, numbers that are not finite, and values nested deeper
 * than {@link MAX_DEPTH}.
 */
export function encodeCanonical(value: unknown, keyOrder: KeyOrder = 'sorted'): string {
  return encode(value, keyOrder, 0)
}

/**
 * The value of a text of `encodeCanonical`, in either order of keys. Throws {@link CanonicalError}.
 */
export function decodeCanonical(text: string): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new CanonicalError(`not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  return decode(parsed, 0)
}

/** Whether the value is an object made by `{}` or `Object.create(null)`. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function encode(value: unknown, keyOrder: KeyOrder, depth: number): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new CanonicalError(`the number ${value} has no JSON form`)
      return JSON.stringify(value)
    case 'bigint':
      return `{"$bigint":"${value}"}`
    case 'object':
      return value === null ? 'null' : encodeObject(value, keyOrder, depth)
    default:
      throw new CanonicalError(`a value of type ${typeof value} has no canonical form`)
  }
}

function encodeObject(value: object, keyOrder: KeyOrder, depth: number): string {
  if (depth >= MAX_DEPTH) throw new CanonicalError(`nested deeper than ${MAX_DEPTH}`)
  const inner = (item: unknown): string => encode(item, keyOrder, depth + 1)
  if (Array.isArray(value)) return `[${Array.from(value, inner).join(',')}]`
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, item]) => `[${inner(key)},${inner(item)}]`)
    return `{"$map":[${entries.join(',')}]}`
  }
  if (value instanceof Set) return `{"$set":[${Array.from(value, inner).join(',')}]}`
  if (value instanceof Uint8Array) return `{"$bytes":"${toBase64(value)}"}`
  if (isDate(value)) return `{"$date":${encode(value.getTime(), keyOrder, depth)}}`
  if (!isPlainObject(value)) throw new CanonicalError(`${nameOf(value)} has no canonical form`)
  const keys = Object.keys(value).filter((key) => value[key] !== undefined)
  if (keyOrder === 'sorted') keys.sort()
  const text = `{${keys.map((key) => `${JSON.stringify(key)}:${inner(value[key])}`).join(',')}}`
  return keys.length === 1 && keys[0]?.startsWith('$') === true ? `{"$object":${text}}` : text
}

function nameOf(value: object): string {
  const { constructor } = value
  return `an instance of ${typeof constructor === 'function' ? constructor.name : 'a class'}`
}

function decode(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return decodeNumber(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) throw new CanonicalError(`nested deeper than ${MAX_DEPTH}`)
  if (Array.isArray(value)) return value.map((item) => decode(item, depth + 1))
  const entries = Object.entries(value)
  const [first] = entries
  if (first !== undefined && entries.length === 1 && first[0].startsWith('$')) {
    return decodeTagged(first[0], first[1], depth)
  }
  return decodePlain(entries, depth)
}

function decodePlain(entries: readonly [string, unknown][], depth: number): unknown {
  const object: Record<string, unknown> = {}
  for (const [key, item] of entries) {
    if (key === '__proto__') throw new CanonicalError('the key __proto__ is not allowed')
    object[key] = decode(item, depth + 1)
  }
  return object
}

function decodeTagged(tag: string, content: unknown, depth: number): unknown {
  const items = Array.isArray(content) ? (content as readonly unknown[]) : []
  switch (tag) {
    case '$bigint':
      return decodeBigint(content)
    case '$bytes':
      return (typeof content === 'string' && fromBase64(content)) || fail('$bytes is not base64')
    case '$date':
      return decodeDate(content)
    case '$map':
      return new Map(items.map((entry) => decodeEntry(entry, depth + 1)))
    case '$set':
      return new Set(items.map((item) => decode(item, depth + 1)))
    case '$object':
      if (typeof content !== 'object' || content === null) return fail('$object is not an object')
      return decodePlain(Object.entries(content), depth)
    default:
      return fail(`unknown tag ${tag}`)
  }
}

function decodeEntry(entry: unknown, depth: number): [unknown, unknown] {
  if (!Array.isArray(entry) || entry.length !== 2) return fail('$map holds no pairs')
  return [decode(entry[0], depth), decode(entry[1], depth)]
}

/** A text of ours never says -0, and numbers too large for a double have no text. */
function decodeNumber(value: number): number {
  return Number.isFinite(value) ? value + 0 : fail(`the number ${value} has no JSON form`)
}

function decodeDate(content: unknown): unknown {
  if (typeof content !== 'number') return fail('$date is not a number')
  const date = dateFromMs(content)
  return Number.isNaN(date.getTime()) ? fail('$date is out of range') : date
}

function decodeBigint(content: unknown): bigint {
  const isInteger = typeof content === 'string' && /^(?:0|-?[1-9][0-9]{0,999})$/u.test(content)
  return isInteger ? BigInt(content) : fail('$bigint is not an integer')
}

function fail(reason: string): never {
  throw new CanonicalError(reason)
}
