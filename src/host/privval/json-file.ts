// Reads the fields of a small JSON file and says of the first wrong one which it is.

import { fromUtf8 } from '../../core/bytes/index.ts'
import type { PrivvalErrorCode } from './errors.ts'
import { PrivvalError } from './errors.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * An object of a JSON file; every reader throws `PrivvalError` with the code given and the field's
 * path.
 */
export class JsonFile {
  readonly #file: string
  readonly #code: PrivvalErrorCode
  readonly #path: string
  readonly #members: Members

  private constructor(file: string, code: PrivvalErrorCode, path: string, value: unknown) {
    this.#file = file
    this.#code = code
    this.#path = path
    if (!isObject(value)) throw this.#error('', 'is not a JSON object')
    this.#members = value
  }

  /** Parses a file's bytes. */
  static parse(file: string, code: PrivvalErrorCode, bytes: Uint8Array): JsonFile {
    if (bytes.length === 0) throw new PrivvalError(code, { file, reason: 'the file is empty' })
    let value: unknown
    try {
      value = JSON.parse(fromUtf8(bytes))
    } catch (cause) {
      // The parser's own words may quote the file, which may be a private key.
      throw new PrivvalError(code, { file, reason: 'the file is not JSON' }, withoutText(cause))
    }
    return new JsonFile(file, code, '', value)
  }

  object(name: string): JsonFile {
    return new JsonFile(this.#file, this.#code, this.#pathOf(name), this.#members[name])
  }

  /** A string, or undefined when the field is absent or null. */
  optionalText(name: string): string | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw this.#error(name, 'is not a string')
    return value
  }

  text(name: string): string {
    const value = this.optionalText(name)
    if (value === undefined) throw this.#error(name, 'is missing')
    return value
  }

  /** An integer from 0 to `max`. */
  integer(name: string, max: number): number {
    const value = this.#members[name]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
      throw this.#error(name, `is not an integer from 0 to ${max}`)
    }
    // -0 is an integer too.
    return value + 0
  }

  /** A field's value as `parse` reads it from text; null means it does not fit `what`. */
  parsed<T>(name: string, what: string, parse: (text: string) => T | null): T {
    const value = parse(this.text(name))
    if (value === null) throw this.#error(name, `is not ${what}`)
    return value
  }

  /** The error for a field that reads well and is wrong. */
  wrong(name: string, reason: string): PrivvalError {
    return this.#error(name, reason)
  }

  #pathOf(name: string): string {
    return [this.#path, name].filter((step) => step !== '').join('.')
  }

  #error(name: string, reason: string): PrivvalError {
    const field = this.#pathOf(name)
    const details =
      field === '' ? { file: this.#file, reason } : { file: this.#file, field, reason }
    return new PrivvalError(this.#code, details)
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutText(cause: unknown): Error {
  return new Error(cause instanceof Error ? cause.name : 'unknown')
}
