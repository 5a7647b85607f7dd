// The words of the event query language: tags, values and operators, cut from a text of bounded
// length.

import { parseTime, type Result, type Time } from '../../core/bytes/index.ts'

/** The words a query is made of; the values are what CometBFT calls them in its errors. */
export const TokenKind = {
  invalid: 'invalid token',
  tag: 'tag',
  string: 'string',
  number: 'number',
  time: 'timestamp',
  date: 'datestamp',
  and: 'AND operator',
  contains: 'CONTAINS operator',
  exists: 'EXISTS operator',
  equal: '= operator',
  less: '< operator',
  lessOrEqual: '<= operator',
  greater: '> operator',
  greaterOrEqual: '>= operator',
} as const

/** One of {@link TokenKind}. */
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind]

/** A word and where it begins; `time` is set for timestamps and datestamps. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly offset: number
  readonly time: Time
}

const SPACE = /\s*/uy
const NUMBER = /[0-9]+(?:\.[0-9]*)?/uy
const TAG = /[_\p{L}\p{Nd}][._\-\p{L}\p{Nd}]*/uy
const STRING = /'([^']*)'/uy
const COMPARISON = /[<>]=?|=/uy
const TIME = /[-T:+Z0-9]*/uy
const DATE = /[-0-9]*/uy

const OPERATORS: ReadonlyMap<string, TokenKind> = new Map([
  ['=', TokenKind.equal],
  ['<', TokenKind.less],
  ['<=', TokenKind.lessOrEqual],
  ['>', TokenKind.greater],
  ['>=', TokenKind.greaterOrEqual],
  ['AND', TokenKind.and],
  ['CONTAINS', TokenKind.contains],
  ['EXISTS', TokenKind.exists],
])

/** Cuts one query text into words, one `next` at a time; linear in the text. */
export class QueryScanner {
  readonly #text: string
  #end = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The next word, null at the end, or what is wrong at which offset (already in the text). */
  next(): Result<Token | null, string> {
    this.#match(SPACE)
    const offset = this.#end
    if (offset === this.#text.length) return { ok: true, value: null }
    const number = this.#match(NUMBER)
    if (number !== null) return found(TokenKind.number, number, offset)
    const word = this.#match(TAG)
    if (word !== null) return this.#word(word, offset)
    const comparison = this.#match(COMPARISON)
    if (comparison !== null) {
      return found(OPERATORS.get(comparison) ?? TokenKind.invalid, comparison, offset)
    }
    return this.#string(offset)
  }

  #word(word: string, offset: number): Result<Token, string> {
    const spaced = this.#text[this.#end] === ' '
    if (spaced && word === 'TIME') {
      return this.#moment({ label: word, pattern: TIME, suffix: '' }, offset)
    }
    if (spaced && word === 'DATE') {
      return this.#moment({ label: word, pattern: DATE, suffix: 'T00:00:00Z' }, offset)
    }
    return found(OPERATORS.get(word) ?? TokenKind.tag, word, offset)
  }

  #moment(
    form: { readonly label: 'TIME' | 'DATE'; readonly pattern: RegExp; readonly suffix: string },
    offset: number,
  ): Result<Token, string> {
    this.#end++
    const text = this.#match(form.pattern) ?? ''
    const time = parseTime(text + form.suffix)
    const year = Number(text.slice(0, 4))
    if (time === null || year < 1900 || year > 2999) {
      return { ok: false, error: `offset ${offset}: invalid ${form.label} value: "${text}"` }
    }
    const kind = form.label === 'TIME' ? TokenKind.time : TokenKind.date
    return { ok: true, value: { kind, text, offset, time } }
  }

  #string(offset: number): Result<Token, string> {
    const quoted = this.#match(STRING)
    if (quoted !== null) return found(TokenKind.string, quoted.slice(1, -1), offset)
    const character = String.fromCodePoint(this.#text.codePointAt(offset) ?? 0)
    if (character === "'") return { ok: false, error: `offset ${offset}: EOF` }
    const end = offset + character.length
    return { ok: false, error: `offset ${offset}: invalid input ${character} at offset ${end}` }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#end
    const text = pattern.exec(this.#text)?.[0] ?? null
    if (text !== null) this.#end += text.length
    return text
  }
}

function found(kind: TokenKind, text: string, offset: number): Result<Token, string> {
  return { ok: true, value: { kind, text, offset, time: 0n } }
}
