// Fields of a node's JSON answer, read one by one; the first wrong one ends the reading.

import { ZERO_TIME, fromBase64, fromHex, parseTime } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import { FinalitySourceError } from './errors.ts'

const YEAR_10_000: Time = 253_402_300_800_000_000_000n
const INT64_MAX = 2n ** 63n - 1n
const INT32_MAX = 2 ** 31 - 1

/** One object of an answer; a wrong field throws `FINALITY_BAD_ANSWER` with its path. */
export class AnswerFields {
  readonly #path: string
  readonly #members: Readonly<Record<string, unknown>>

  constructor(value: unknown, path: string) {
    this.#path = path
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(path, 'no object')
    }
    this.#members = value as Readonly<Record<string, unknown>>
  }

  object(name: string): AnswerFields {
    return new AnswerFields(this.#get(name), this.#at(name))
  }

  objects(name: string): AnswerFields[] {
    const value = this.#get(name)
    if (!Array.isArray(value)) throw wrong(this.#at(name), 'no list')
    return value.map((item, index) => new AnswerFields(item, `${this.#at(name)}.${index}`))
  }

  /** Absent and null mean the empty text, as Go leaves it out. */
  string(name: string): string {
    const value = this.#get(name) ?? ''
    if (typeof value === 'string') return value
    throw wrong(this.#at(name), 'no text')
  }

  /** An int64 that is not negative, in a text; absent means zero. */
  int64(name: string): bigint {
    const text = this.string(name)
    if (text === '') return 0n
    const value = /^\d{1,19}$/.test(text) ? BigInt(text) : -1n
    if (value >= 0n && value <= INT64_MAX) return value
    throw wrong(this.#at(name), 'no whole number in quotes')
  }

  /** An int32 that is not negative. */
  int32(name: string): number {
    const value = this.#get(name) ?? 0
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= INT32_MAX) {
      return value
    }
    throw wrong(this.#at(name), 'no whole number')
  }

  /** A member as JSON text, for whoever reads it by other rules. */
  json(name: string): string {
    return JSON.stringify(this.#get(name) ?? null)
  }

  hex(name: string): Uint8Array {
    const bytes = fromHex(this.string(name).toLowerCase())
    if (bytes === null) throw wrong(this.#at(name), 'no hexadecimal')
    return bytes
  }

  base64(name: string): Uint8Array {
    const bytes = fromBase64(this.string(name))
    if (bytes === null) throw wrong(this.#at(name), 'no base64')
    return bytes
  }

  time(name: string): Time {
    const time = parseTime(this.string(name))
    // Protobuf, and so the proof, holds no other years than 1 to 9999.
    if (time !== null && time >= ZERO_TIME && time < YEAR_10_000) return time
    throw wrong(this.#at(name), 'no time')
  }

  /** The refusal of a field that was read. */
  wrong(name: string, what: string): FinalitySourceError {
    return wrong(this.#at(name), what)
  }

  #at(name: string): string {
    return `${this.#path}.${name}`
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined
  }
}

function wrong(path: string, what: string): FinalitySourceError {
  return new FinalitySourceError('FINALITY_BAD_ANSWER', `the node's answer: ${path} is ${what}`)
}
