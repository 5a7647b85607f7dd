// The event query language: conditions on composite keys, joined by AND; CometBFT's grammar and
// error texts.

import { parseTime, type Result } from '../../core/bytes/index.ts'
import type { ChainEventKind } from './chain-event.ts'
import { compareDecimals, parseDecimal } from './decimal.ts'
import { QueryScanner, TokenKind, type Token } from './query-scanner.ts'

/** Composite keys (`type.attribute`, `tm.event`, `tx.hash`, …) and all their values. */
export type EventAttributes = ReadonlyMap<string, readonly string[]>

/** The longest query text that is looked at, in characters. */
export const MAX_QUERY_LENGTH = 4096

/** How a condition's argument is read; `none` only with EXISTS. */
export type ArgumentKind = 'none' | 'string' | 'number' | 'time' | 'date'

/** One condition: a tag, an operator and an argument. */
export interface Condition {
  readonly tag: string
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'CONTAINS' | 'EXISTS'
  readonly argumentKind: ArgumentKind
  readonly argument: string
}

type Matcher = (value: string) => boolean

interface CompiledCondition extends Condition {
  readonly matches: Matcher
}

const ORDER: readonly TokenKind[] = [
  TokenKind.lessOrEqual,
  TokenKind.greaterOrEqual,
  TokenKind.less,
  TokenKind.greater,
]
const OPERATOR: readonly TokenKind[] = [
  ...ORDER,
  TokenKind.equal,
  TokenKind.contains,
  TokenKind.exists,
]
const MOMENT: readonly TokenKind[] = [TokenKind.number, TokenKind.time, TokenKind.date]

/**
 * A parsed query. An event matches when every condition holds for at least one of the values under
 * its tag.
 */
export class Query {
  readonly text: string
  readonly conditions: readonly Condition[]
  /** The event kind that `tm.event='…'` asks for, or null when any kind may match. */
  readonly eventKind: string | null
  readonly #compiled: readonly CompiledCondition[]

  private constructor(text: string, compiled: readonly CompiledCondition[]) {
    this.text = text
    this.conditions = compiled
    this.#compiled = compiled
    const kind = compiled.find((c) => c.tag === 'tm.event' && c.operator === '=')
    this.eventKind = kind?.argumentKind === 'string' ? kind.argument : null
  }

  /**
   * Reads a query. The error is CometBFT's text (`offset 4: got tag, wanted …`). Texts longer than
   * {@link MAX_QUERY_LENGTH} are refused unread.
   */
  static parse(text: string): Result<Query, string> {
    if (text.length > MAX_QUERY_LENGTH) return { ok: false, error: 'maximum query length exceeded' }
    const scanner = new QueryScanner(text)
    const compiled: CompiledCondition[] = []
    for (;;) {
      const condition = parseCondition(scanner, text.length)
      if (!condition.ok) return condition
      compiled.push(condition.value)
      const and = scanner.next()
      if (!and.ok) return and
      if (and.value === null) return { ok: true, value: new Query(text, compiled) }
      if (and.value.kind !== TokenKind.and) {
        const { offset, kind } = and.value
        return { ok: false, error: `offset ${offset}: got ${kind}, want ${TokenKind.and}` }
      }
    }
  }

  /** The query that selects all events of one kind. */
  static forKind(kind: ChainEventKind): Query {
    const parsed = Query.parse(`tm.event='${kind}'`)
    if (!parsed.ok) throw new RangeError(parsed.error)
    return parsed.value
  }

  /** Whether all conditions hold. */
  matches(attributes: EventAttributes): boolean {
    return this.#compiled.every((condition) => holds(condition, attributes))
  }
}

function holds(condition: CompiledCondition, attributes: EventAttributes): boolean {
  if (attributes.get(condition.tag)?.some(condition.matches) === true) return true
  // A tag that is a whole event type is compared with the empty string, so that `transfer EXISTS`
  // works.
  if (!condition.matches('')) return false
  for (const key of attributes.keys()) {
    if (key.slice(0, key.lastIndexOf('.')) === condition.tag) return true
  }
  return false
}

function parseCondition(scanner: QueryScanner, end: number): Result<CompiledCondition, string> {
  const tag = require(scanner, [TokenKind.tag], end)
  if (!tag.ok) return tag
  const operator = require(scanner, OPERATOR, end)
  if (!operator.ok) return operator
  const base = { tag: tag.value.text, operator: operator.value.text as Condition['operator'] }
  if (operator.value.kind === TokenKind.exists) {
    return ok({ ...base, argumentKind: 'none', argument: '', matches: () => true })
  }
  const argument = require(scanner, wantedArguments(operator.value.kind), end)
  if (!argument.ok) return argument
  const { kind, text } = argument.value
  const matches = compileArgument(base.operator, argument.value)
  return ok({ ...base, argumentKind: argumentKindOf(kind), argument: text, matches })
}

function wantedArguments(operator: TokenKind): readonly TokenKind[] {
  if (operator === TokenKind.contains) return [TokenKind.string]
  return operator === TokenKind.equal ? [...MOMENT, TokenKind.string] : MOMENT
}

function require(
  scanner: QueryScanner,
  wanted: readonly TokenKind[],
  end: number,
): Result<Token, string> {
  const token = scanner.next()
  if (!token.ok) return token
  if (token.value === null) return { ok: false, error: `offset ${end}: EOF` }
  if (wanted.includes(token.value.kind)) return { ok: true, value: token.value }
  const last = wanted.at(-1) ?? TokenKind.invalid
  const label = wanted.length === 1 ? last : `${wanted.slice(0, -1).join(', ')} or ${last}`
  const { offset, kind } = token.value
  return { ok: false, error: `offset ${offset}: got ${kind}, wanted ${label}` }
}

function argumentKindOf(kind: TokenKind): ArgumentKind {
  if (kind === TokenKind.string) return 'string'
  if (kind === TokenKind.number) return 'number'
  return kind === TokenKind.time ? 'time' : 'date'
}

function compileArgument(operator: Condition['operator'], argument: Token): Matcher {
  const { kind, text } = argument
  if (operator === 'CONTAINS') return (value) => value.includes(text)
  if (kind === TokenKind.string) return (value) => value === text
  const accepts = ACCEPTED_ORDERS[operator as keyof typeof ACCEPTED_ORDERS]
  if (kind === TokenKind.number) {
    const wanted = parseDecimal(text)
    return (value) => {
      const given = parseDecimal(value)
      return given !== null && wanted !== null && accepts(compareDecimals(given, wanted))
    }
  }
  const suffix = kind === TokenKind.date ? 'T00:00:00Z' : ''
  return (value) => {
    const given = parseTime(value + suffix)
    if (given === null) return false
    return accepts(given < argument.time ? -1 : given > argument.time ? 1 : 0)
  }
}

const ACCEPTED_ORDERS = {
  '=': (order: number): boolean => order === 0,
  '<': (order: number): boolean => order < 0,
  '<=': (order: number): boolean => order <= 0,
  '>': (order: number): boolean => order > 0,
  '>=': (order: number): boolean => order >= 0,
} as const

function ok(value: CompiledCondition): Result<CompiledCondition, string> {
  return { ok: true, value }
}
