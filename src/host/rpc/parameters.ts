// The parameters of a route: their names and kinds, and how JSON and query strings become values,
// refused in Go's words.

import { EMPTY_BYTES, fromBase64, fromHex, fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { parseEvidence } from './evidence-json.ts'
import { isPrintable, leadByte, quoteText } from './go-quote.ts'
import {
  checkJson,
  elementsOf,
  JsonSyntaxError,
  kindOf,
  membersOf,
  unquote,
} from './json-scanner.ts'

/**
 * The value that each kind of parameter becomes. `optional-*` is null when it is missing or null.
 */
export interface ParameterTypes {
  readonly int64: bigint
  readonly 'optional-int64': bigint | null
  readonly 'optional-int': bigint | null
  readonly uint: bigint
  readonly bool: boolean
  readonly string: string
  /** Base64 in JSON; hexadecimal after 0x or quoted text in a URI. */
  readonly bytes: Uint8Array
  /** The same as `bytes`; Go has another name for the type, which shows in errors. */
  readonly tx: Uint8Array
  /** Hexadecimal in JSON too. */
  readonly hex: Uint8Array
  /** Amino JSON, in a URI too; null when it is missing. */
  readonly evidence: Evidence | null
}

/** A kind of parameter. */
export type ParameterKind = keyof ParameterTypes

/** The parameters of a route in the order in which an array gives them. */
export type Parameters = readonly (readonly [name: string, kind: ParameterKind])[]

/** The values of parameters, in their order. */
export type ArgumentsOf<P extends Parameters> = {
  readonly [I in keyof P]: P[I] extends readonly [string, infer K extends ParameterKind]
    ? ParameterTypes[K]
    : never
}

/** A value of a parameter before its place in the tuple is known. */
export type Argument = ParameterTypes[ParameterKind]

/** A parameter that does not fit; the text is CometBFT's. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError'
}

/** Go's names of the types, as they appear in errors. */
const GO_TYPES: Readonly<Record<ParameterKind, string>> = {
  int64: 'int64',
  'optional-int64': 'int64',
  'optional-int': 'int',
  uint: 'uint',
  bool: 'bool',
  string: 'string',
  bytes: '[]uint8',
  tx: 'types.Tx',
  hex: 'slice',
  evidence: 'types.Evidence',
}

/** Parameters that are read of an array; no route has so many. */
const MAX_ELEMENTS = 100
/** Characters of a value that an error shows at most. */
const MAX_SHOWN = 1000
const INTEGER = /^-?[0-9]+$/
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n

/**
 * The arguments in the raw text of JSON-RPC's `params`, an object or an array.
 * @throws ParameterError
 */
export function argumentsOfJson(parameters: Parameters, params: string): Argument[] {
  return orParameterError(() => {
    const kind = kindOf(params)
    if (kind === 'object') return fromMembers(parameters, new Map(membersOf(params)))
    if (kind === 'null') return fromMembers(parameters, new Map())
    if (kind === 'array') return fromElements(parameters, elementsOf(params, MAX_ELEMENTS))
    const reason = `json: cannot unmarshal ${kind} into Go value of type []json.RawMessage`
    throw new ParameterError(`unknown type for JSON params: ${reason}. Expected map or array`)
  })
}

/**
 * The arguments in the values of a query string; an empty value counts as none.
 * @throws ParameterError
 */
export function argumentsOfUri(
  parameters: Parameters,
  valueOf: (name: string) => string,
): Argument[] {
  return orParameterError(() =>
    parameters.map(([name, kind]) => {
      const value = valueOf(name)
      return value === '' ? zeroOf(kind) : fromUriValue(kind, value)
    }),
  )
}

function orParameterError<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ParameterError(error.message)
    throw error
  }
}

function fromMembers(parameters: Parameters, members: ReadonlyMap<string, string>): Argument[] {
  return parameters.map(([name, kind]) => {
    const value = members.get(name)
    return value === undefined ? zeroOf(kind) : fromJsonValue(kind, value)
  })
}

function fromElements(parameters: Parameters, elements: readonly string[]): Argument[] {
  if (elements.length !== parameters.length) {
    const names = parameters.map(([name]) => name).join(' ')
    const given = elements
      .map((element) => `[${toUtf8(element.slice(0, MAX_SHOWN)).join(' ')}]`)
      .join(' ')
    throw new ParameterError(
      `expected ${parameters.length} parameters ([${names}]), got ${elements.length} ([${given}])`,
    )
  }
  return parameters.map(([, kind], i) => fromJsonValue(kind, elements[i] ?? 'null'))
}

function zeroOf(kind: ParameterKind): Argument {
  switch (kind) {
    case 'int64':
    case 'uint':
      return 0n
    case 'optional-int64':
    case 'optional-int':
    case 'evidence':
      return null
    case 'bool':
      return false
    case 'string':
      return ''
    case 'bytes':
    case 'tx':
    case 'hex':
      return EMPTY_BYTES
  }
}

/** A value whose JSON has been checked: it was a member or an element. */
function fromJsonValue(kind: ParameterKind, value: string): Argument {
  return value === 'null' ? zeroOf(kind) : fromChecked(kind, value)
}

/** The same of a value that may be anything; integers and hexadecimal look at theirs themselves. */
function fromAnyValue(kind: ParameterKind, value: string): Argument {
  if (value === 'null') return zeroOf(kind)
  const looksItself = isInteger(kind) || kind === 'hex'
  return fromChecked(kind, looksItself ? value : checkJson(value))
}

function isInteger(kind: ParameterKind): boolean {
  return kind === 'int64' || kind === 'uint' || kind.startsWith('optional-')
}

function fromChecked(kind: ParameterKind, value: string): Argument {
  switch (kind) {
    case 'int64':
    case 'uint':
    case 'optional-int64':
    case 'optional-int':
      return integerOf(kind, value)
    case 'bool':
      return booleanOf(value)
    case 'string':
      return stringOf(value)
    case 'bytes':
    case 'tx':
      return bytesOf(kind, value)
    case 'hex':
      return hexOf(value)
    case 'evidence':
      return evidenceOf(value)
  }
}

/**
 * Reads hexadecimal after 0x, bare integers and quoted text as CometBFT does, and everything else
 * as JSON.
 */
function fromUriValue(kind: ParameterKind, value: string): Argument {
  const isBytes = kind === 'bytes' || kind === 'tx' || kind === 'hex'
  if (isInteger(kind) && INTEGER.test(value)) return integerOf(kind, `"${value}"`)
  if (/^0x/i.test(value)) {
    if (!isBytes && kind !== 'string') {
      throw new ParameterError(`got a hex string arg, but expected '${GO_TYPES[kind]}'`)
    }
    const bytes = decodeHex(value.slice(2))
    return kind === 'string' ? fromUtf8(bytes) : bytes
  }
  if (isBytes && value.startsWith('"') && value.endsWith('"')) {
    return toUtf8(stringOf(checkJson(value)))
  }
  return fromAnyValue(kind, value)
}

/** A 64-bit integer: a number inside a string. */
function integerOf(kind: ParameterKind, value: string): bigint {
  if (!value.startsWith('"') || !value.endsWith('"')) {
    throw new ParameterError(
      `invalid 64-bit integer encoding ${quoteText(value.slice(0, MAX_SHOWN))}, expected string`,
    )
  }
  const inner = checkJson(value.slice(1, -1))
  const innerKind = kindOf(inner)
  if (innerKind === 'null') return 0n
  if (innerKind !== 'number') throw mismatch(innerKind, kind)
  const fits = kind === 'uint' ? isUint64 : isInt64
  const isWhole = INTEGER.test(inner) && fits(inner)
  if (!isWhole) throw mismatch(`number ${inner.slice(0, MAX_SHOWN)}`, kind)
  return BigInt(inner)
}

/**
 * Twenty digits are more than any 64-bit integer has, and BigInt must not be given a megabyte of
 * them.
 */
function isInt64(text: string): boolean {
  if (text.length > 20) return false
  const value = BigInt(text)
  return value >= MIN_INT64 && value <= MAX_INT64
}

function isUint64(text: string): boolean {
  return text.length <= 20 && !text.startsWith('-') && BigInt(text) <= MAX_UINT64
}

function booleanOf(value: string): boolean {
  const kind = kindOf(value)
  if (kind === 'null') return false
  if (kind !== 'bool') throw mismatch(kind, 'bool')
  return value === 'true'
}

function stringOf(value: string): string {
  const kind = kindOf(value)
  if (kind === 'null') return ''
  if (kind !== 'string') throw mismatch(kind, 'string')
  return unquote(value)
}

function bytesOf(kind: 'bytes' | 'tx', value: string): Uint8Array {
  const valueKind = kindOf(value)
  if (valueKind === 'null') return EMPTY_BYTES
  if (valueKind === 'array') return Uint8Array.from(JSON.parse(value) as unknown[], byteOf)
  if (valueKind !== 'string') throw mismatch(valueKind, kind)
  return decodeBase64(unquote(value))
}

function byteOf(value: unknown): number {
  if (value === null) return 0
  if (typeof value === 'number' && value >= 0 && value < 256 && Number.isInteger(value)) {
    return value
  }
  const text = JSON.stringify(value).slice(0, MAX_SHOWN)
  const what = typeof value === 'number' ? `number ${text}` : kindOf(text)
  throw new ParameterError(`json: cannot unmarshal ${what} into Go value of type uint8`)
}

function evidenceOf(value: string): Evidence {
  const parsed = parseEvidence(value)
  if (parsed.ok) return parsed.value
  throw new ParameterError(parsed.error)
}

function hexOf(value: string): Uint8Array {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) {
    throw new ParameterError(`invalid hex string: ${value.slice(0, MAX_SHOWN)}`)
  }
  return decodeHex(value.slice(1, -1))
}

function decodeHex(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes !== null) return bytes
  const at = text.search(/[^0-9a-fA-F]/)
  if (at < 0) throw new ParameterError('encoding/hex: odd length hex string')
  const byte = leadByte(text, at)
  const symbol = String.fromCharCode(byte)
  const code = byte.toString(16).toUpperCase().padStart(4, '0')
  const shown = isPrintable(symbol) ? ` '${symbol}'` : ''
  throw new ParameterError(`encoding/hex: invalid byte: U+${code}${shown}`)
}

/** Standard base64; line ends are skipped, as Go's decoder does. */
function decodeBase64(text: string): Uint8Array {
  const bytes = fromBase64(text)
  if (bytes !== null) return bytes
  const joined = /[\r\n]/.test(text) ? fromBase64(text.replaceAll(/[\r\n]/g, '')) : null
  if (joined !== null) return joined
  throw new ParameterError(`illegal base64 data at input byte ${firstIllegal(text)}`)
}

/**
 * Where Go's decoder stops: the illegal character, or the group that the end of the text cuts
 * short.
 */
function firstIllegal(text: string): number {
  const found = text.search(/[^A-Za-z0-9+/\r\n]/)
  const end = found < 0 ? text.length : found
  let inGroup = end
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) inGroup--
  }
  inGroup %= 4
  if (found >= 0) return text[found] === '=' ? illegalPadding(text, found, inGroup) : found
  let start = end
  while (inGroup > 0) {
    start--
    if (text[start] !== '\n' && text[start] !== '\r') inGroup--
  }
  return start
}

function illegalPadding(text: string, at: number, inGroup: number): number {
  if (inGroup < 2) return at
  let next = skipLineEnds(text, at + 1)
  if (inGroup === 2) {
    if (next >= text.length) return text.length
    if (text[next] !== '=') return next - 1
    next = skipLineEnds(text, next + 1)
  }
  return next
}

function skipLineEnds(text: string, start: number): number {
  let at = start
  while (text[at] === '\n' || text[at] === '\r') at++
  return at
}

function mismatch(what: string, kind: ParameterKind): ParameterError {
  return new ParameterError(
    `json: cannot unmarshal ${what} into Go value of type ${GO_TYPES[kind]}`,
  )
}
