// A JSON scanner that keeps the raw text of values and refuses with the words of Go's decoder.
//
// JSON.parse would lose what the results depend on: numbers beyond 2^53, the text of an escape
// inside a 64-bit integer, the order and the errors. Nothing here recurses, so depth costs no
// stack; Go's bound on it is kept.

import { leadByte, quoteByte } from './go-quote.ts'

/** Why a text is not JSON, in Go's words. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  /** True when the text ended too early, whatever the message blames. */
  readonly isAtEnd: boolean

  constructor(message: string, isAtEnd: boolean) {
    super(message)
    this.isAtEnd = isAtEnd
  }
}

/** Go's bound on nested arrays and objects. */
const MAX_DEPTH = 10_000
/**
 * What may stand in a string as it is: all but control characters, quotation marks and backslashes.
 */
const PLAIN = /[\u0020\u0021\u0023-\u005b\u005d-\uffff]*/y
const SPACE = /[ \t\r\n]*/y
const OBJECT = 123
const ARRAY = 91
const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' }

/** What a scan ends with; `end` is the index after the value and the white space behind it. */
export interface ScannedValue {
  readonly start: number
  readonly valueEnd: number
  readonly end: number
}

/**
 * Checks one value from `at` on and says where it ends.
 * @throws JsonSyntaxError
 */
export function scanValue(text: string, at: number): ScannedValue {
  const start = skipSpace(text, at)
  const valueEnd = isContainer(text.charCodeAt(start))
    ? scanContainer(text, start)
    : scanScalar(text, start)
  return { start, valueEnd, end: skipSpace(text, valueEnd) }
}

/**
 * Checks that a text is one JSON value and nothing else, and answers it without the white space
 * around it.
 * @throws JsonSyntaxError
 */
export function checkJson(text: string): string {
  const { start, valueEnd, end } = scanValue(text, 0)
  if (end < text.length) fail(text, end, 'after top-level value')
  return text.slice(start, valueEnd)
}

/**
 * The raw values of a text that is one object and nothing else, in order, checked on the way.
 * @throws JsonSyntaxError
 */
export function membersOf(text: string): [name: string, value: string][] {
  const members: [string, string][] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  if (text[at] !== '}') {
    for (;;) {
      const valueAt = scanName(text, at)
      const name = unquote(text.slice(at, scanString(text, at)))
      const { start, valueEnd, end } = scanValue(text, valueAt)
      members.push([name, text.slice(start, valueEnd)])
      at = end
      if (text[at] === '}') break
      if (text[at] !== ',') fail(text, at, 'after object key:value pair')
      at = skipSpace(text, at + 1)
    }
  }
  const end = skipSpace(text, at + 1)
  if (end < text.length) fail(text, end, 'after top-level value')
  return members
}

/**
 * The first raw values of an array that has been checked, at most `limit`; `text` starts with its
 * bracket.
 */
export function elementsOf(text: string, limit: number): string[] {
  const elements: string[] = []
  let at = skipSpace(text, 1)
  while (at < text.length - 1 && elements.length < limit) {
    const { start, valueEnd, end } = scanValue(text, at)
    elements.push(text.slice(start, valueEnd))
    at = end + 1
  }
  return elements
}

/** What a checked value is, in the decoder's words. */
export function kindOf(value: string): 'object' | 'array' | 'string' | 'bool' | 'null' | 'number' {
  switch (value[0]) {
    case '{':
      return 'object'
    case '[':
      return 'array'
    case '"':
      return 'string'
    case 't':
    case 'f':
      return 'bool'
    case 'n':
      return 'null'
    default:
      return 'number'
  }
}

/** The text of a checked string; half a surrogate pair becomes U+FFFD, as Go has it. */
export function unquote(value: string): string {
  if (!value.includes('\\')) return value.slice(1, -1)
  const text = JSON.parse(value) as string
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  )
}

function isContainer(code: number): boolean {
  return code === OBJECT || code === ARRAY
}

function skipSpace(text: string, at: number): number {
  if (text.charCodeAt(at) > 32) return at
  SPACE.lastIndex = at
  SPACE.test(text)
  return SPACE.lastIndex
}

/** Walks an array or object with everything in it; answers the index after its end. */
function scanContainer(text: string, start: number): number {
  const open: number[] = []
  let at = start
  for (;;) {
    // Here a value begins.
    const code = text.charCodeAt(at)
    if (isContainer(code)) {
      if (open.push(code) > MAX_DEPTH) fail(text, at, 'exceeded max depth')
      at = skipSpace(text, at + 1)
      const closing = code === OBJECT ? '}' : ']'
      if (text[at] !== closing) {
        if (code === OBJECT) at = scanName(text, at)
        continue
      }
      open.pop()
      at++
    } else {
      at = scanScalar(text, at)
    }
    // Here a value has ended: close what ends with it, then go on to the next one.
    for (;;) {
      const container = open.at(-1)
      if (container === undefined) return at
      at = skipSpace(text, at)
      const next = text[at]
      if (next === ',') {
        at = skipSpace(text, at + 1)
        if (container === OBJECT) at = scanName(text, at)
        break
      }
      if (next !== (container === OBJECT ? '}' : ']')) {
        fail(text, at, container === OBJECT ? 'after object key:value pair' : 'after array element')
      }
      open.pop()
      at++
    }
  }
}

/** A member's name and its colon; answers where the value begins. */
function scanName(text: string, at: number): number {
  if (text[at] !== '"') fail(text, at, 'looking for beginning of object key string')
  const colon = skipSpace(text, scanString(text, at))
  if (text[colon] !== ':') fail(text, colon, 'after object key')
  return skipSpace(text, colon + 1)
}

function scanScalar(text: string, at: number): number {
  const first = text[at] ?? ' '
  if (first === '"') return scanString(text, at)
  if (first === '-' || (first >= '0' && first <= '9')) return scanNumber(text, at)
  const literal = LITERALS[first]
  if (literal === undefined) return fail(text, at, 'looking for beginning of value')
  for (let i = 1; i < literal.length; i++) {
    if (text[at + i] !== literal[i]) {
      failInside(text, at + i, `in literal ${literal} (expecting '${literal[i]}')`)
    }
  }
  return at + literal.length
}

function scanString(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    PLAIN.lastIndex = at
    PLAIN.test(text)
    at = PLAIN.lastIndex
    const next = text[at]
    if (next === '"') return at + 1
    if (next !== '\\') fail(text, at, 'in string literal')
    at = scanEscape(text, at + 1)
  }
}

function scanEscape(text: string, at: number): number {
  const code = text[at] ?? ' '
  if (code !== 'u') {
    if (!'bfnrt\\/"'.includes(code)) failInside(text, at, 'in string escape code')
    return at + 1
  }
  for (let i = 1; i <= 4; i++) {
    if (!/[0-9a-fA-F]/.test(text[at + i] ?? ' ')) {
      failInside(text, at + i, 'in \\u hexadecimal character escape')
    }
  }
  return at + 5
}

function scanNumber(text: string, start: number): number {
  let at = text[start] === '-' ? start + 1 : start
  if (text[at] === '0') at++
  else at = scanDigits(text, at, 'in numeric literal')
  if (text[at] === '.') at = scanDigits(text, at + 1, 'after decimal point in numeric literal')
  if (text[at] === 'e' || text[at] === 'E') {
    const sign = text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1
    at = scanDigits(text, at + sign, 'in exponent of numeric literal')
  }
  return at
}

function scanDigits(text: string, start: number, where: string): number {
  let at = start
  while (isDigit(text.charCodeAt(at))) at++
  if (at === start) failInside(text, at, where)
  return at
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Refuses the character at an index; at the end of the text that is what is missing. */
function fail(text: string, at: number, where: string): never {
  if (at >= text.length) throw new JsonSyntaxError('unexpected end of JSON input', true)
  failInside(text, at, where)
}

/** The same inside a token, where Go's scanner blames a space that it puts behind the end. */
function failInside(text: string, at: number, where: string): never {
  const message = `invalid character ${quoteByte(leadByte(text, at))} ${where}`
  throw new JsonSyntaxError(message, at >= text.length)
}
