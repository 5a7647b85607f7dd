// Reads fields of parsed JSON one by one and remembers the first one that is wrong.

import { fromBase64, fromHex, parseTime } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'

/** Where a file is wrong. */
export interface FieldError {
  /** Path of the field, such as `validators.2.power`. */
  readonly field: string
  readonly reason: string
}

/** Remembers the first failure of all readers of one document. */
export interface FirstError {
  error: FieldError | null
}

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * One JSON object of a document. A wrong field answers a harmless value and is recorded; the caller
 * looks at the record once, when it has read everything. Absent and null fields mean the default,
 * as in the reference.
 */
export class JsonFields {
  readonly #path: string
  readonly #members: Readonly<Record<string, unknown>>
  readonly #first: FirstError

  constructor(value: unknown, path: string, first: FirstError) {
    this.#path = path
    this.#first = first
    this.#members = isObject(value) ? value : {}
    if (!isObject(value)) this.fail('', 'is not an object')
  }

  /** Records that a field is wrong, unless one was wrong before. */
  fail(name: string, reason: string): void {
    const path = [this.#path, name].filter((step) => step !== '').join('.')
    this.#first.error ??= { field: path, reason }
  }

  /** True when the field is there and not null. */
  has(name: string): boolean {
    return this.#get(name) !== null
  }

  /** The names of all fields. */
  names(): string[] {
    return Object.keys(this.#members)
  }

  /** The value as it was parsed, null when the field is absent. */
  json(name: string): unknown {
    return this.#get(name)
  }

  object(name: string): JsonFields {
    const path = this.#path === '' ? name : `${this.#path}.${name}`
    return new JsonFields(this.#get(name) ?? {}, path, this.#first)
  }

  objects(name: string): JsonFields[] {
    const path = this.#path === '' ? name : `${this.#path}.${name}`
    return this.#array(name).map((item, i) => new JsonFields(item, `${path}.${i}`, this.#first))
  }

  strings(name: string): string[] {
    const items = this.#array(name)
    if (items.every((item) => typeof item === 'string')) return [...items]
    this.fail(name, 'holds something that is not a string')
    return []
  }

  string(name: string): string {
    const value = this.#get(name) ?? ''
    if (typeof value === 'string') return value
    this.fail(name, 'is not a string')
    return ''
  }

  /** A 64-bit integer, which this kind of JSON writes as a string. */
  int64(name: string): bigint {
    const value = this.#get(name) ?? '0'
    if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) {
      this.fail(name, 'is not an integer written as a string')
      return 0n
    }
    const number = BigInt(value)
    if (number >= INT64_MIN && number <= INT64_MAX) return number
    this.fail(name, 'is out of the range of int64')
    return 0n
  }

  hex(name: string): Uint8Array {
    return this.#bytes(name, fromHex(this.string(name).toLowerCase()), 'is not hexadecimal')
  }

  base64(name: string): Uint8Array {
    return this.#bytes(name, fromBase64(this.string(name)), 'is not base64')
  }

  time(name: string): Time {
    const time = parseTime(this.string(name))
    if (time === null) this.fail(name, 'is not a time of RFC 3339')
    return time ?? 0n
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? null) : null
  }

  #array(name: string): readonly unknown[] {
    const value = this.#get(name) ?? []
    if (Array.isArray(value)) return value as readonly unknown[]
    this.fail(name, 'is not a list')
    return []
  }

  #bytes(name: string, bytes: Uint8Array | null, reason: string): Uint8Array {
    if (bytes === null) this.fail(name, reason)
    return bytes ?? new Uint8Array(0)
  }
}
