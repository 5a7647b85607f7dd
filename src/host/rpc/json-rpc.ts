// JSON-RPC 2.0 as CometBFT reads and writes it: requests out of text, responses into text.

import { err, ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import {
  checkJson,
  elementsOf,
  JsonSyntaxError,
  kindOf,
  membersOf,
  scanValue,
  unquote,
} from './json-scanner.ts'
import { jsonString } from './json-text.ts'

/**
 * A call. `id` is JSON text, ready for the response; `params` is the raw JSON, null when there is
 * none.
 */
export interface RpcRequest {
  readonly id: string
  readonly method: string
  readonly params: string | null
}

/**
 * The requests of one body in order; null stands for a notification, which is neither run nor
 * answered.
 */
export type RpcRequests = readonly (RpcRequest | null)[]

/** An error of JSON-RPC: its code and message, and the text that says what was wrong. */
export interface RpcErrorKind {
  readonly code: number
  readonly message: string
}

/** The names of the kinds in use. */
export type RpcErrorName =
  | 'parseError'
  | 'invalidRequest'
  | 'methodNotFound'
  | 'invalidParams'
  | 'internalError'
  | 'serverError'

/** The error kinds in use. */
export const RPC_ERRORS: Readonly<Record<RpcErrorName, RpcErrorKind>> = {
  parseError: { code: -32700, message: 'Parse error. Invalid JSON' },
  invalidRequest: { code: -32600, message: 'Invalid Request' },
  methodNotFound: { code: -32601, message: 'Method not found' },
  invalidParams: { code: -32602, message: 'Invalid params' },
  internalError: { code: -32603, message: 'Internal error' },
  serverError: { code: -32000, message: 'Server error' },
}

/** The id of answers to URI requests, which have none of their own. */
export const URI_ID = '-1'

/** Longest id that is looked into; no number that fits a double needs more. */
const MAX_PRINTED = 800

/** How Go names the struct that a request is decoded into. */
const REQUEST_TYPE =
  'struct { JSONRPC string "json:\\"jsonrpc\\""; ID interface {} "json:\\"id,omitempty\\""; ' +
  'Method string "json:\\"method\\""; Params json.RawMessage "json:\\"params\\"" }'

/** A response that carries a result, which is JSON already. */
export function successText(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`
}

/** A response that carries an error; `id` null leaves it out, empty `data` too. */
export function failureText(id: string | null, kind: RpcErrorKind, data: string): string {
  const idText = id === null ? '' : `"id":${id},`
  const dataText = data === '' ? '' : `,"data":${jsonString(data)}`
  const error = `{"code":${kind.code},"message":"${kind.message}"${dataText}}`
  return `{"jsonrpc":"2.0",${idText}"error":${error}}`
}

/**
 * The requests of an HTTP body, of a batch at most one more than `maxBatch`: then there are too
 * many. The error is Go's text.
 */
export function parseRequests(body: string, maxBatch: number): Result<RpcRequests, string> {
  return orSyntaxError(() => {
    const isObject = /^[ \t\r\n]*\{/.test(body)
    const value = isObject ? body : checkJson(body)
    const kind = isObject ? 'object' : kindOf(value)
    if (kind === 'null') return ok([])
    if (kind !== 'array') return mapped(requestOf(kind, value), (request) => [request])
    const requests: (RpcRequest | null)[] = []
    for (const element of elementsOf(value, maxBatch + 1)) {
      const request = requestOf(kindOf(element), element)
      // CometBFT then tries the whole list as one request and reports that failure.
      if (!request.ok) return err(notRequest('array'))
      requests.push(request.value)
    }
    return ok(requests)
  })
}

/** The request of a WebSocket message: its first JSON value; what follows is not looked at. */
export function parseSocketRequest(text: string): Result<RpcRequest | null, string> {
  try {
    const { start, valueEnd } = scanValue(text, 0)
    const value = text.slice(start, valueEnd)
    return requestOf(kindOf(value), value)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    if (!error.isAtEnd) return err(error.message)
    return err(text.trim() === '' ? 'EOF' : 'unexpected EOF')
  }
}

function orSyntaxError<T>(parse: () => Result<T, string>): Result<T, string> {
  try {
    return parse()
  } catch (error) {
    if (error instanceof JsonSyntaxError) return err(error.message)
    throw error
  }
}

function mapped<A, B>(result: Result<A, string>, f: (value: A) => B): Result<B, string> {
  return result.ok ? ok(f(result.value)) : result
}

function requestOf(kind: string, value: string): Result<RpcRequest | null, string> {
  if (kind === 'null') return ok(null)
  if (kind !== 'object') return err(notRequest(kind))
  let id: string | null = null
  let method = ''
  let params: string | null = null
  let mismatch: string | null = null
  for (const [name, member] of membersOf(value)) {
    const field = name.toLowerCase()
    if (field === 'id') {
      id = member === 'null' ? null : member
      if (isBeyondFloat(member)) {
        mismatch ??= wrongType(`number ${member.slice(0, MAX_PRINTED)}`, 'id', 'float64')
      }
    } else if (field === 'params') {
      params = member
    } else if (field === 'method' || field === 'jsonrpc') {
      const memberKind = kindOf(member)
      if (memberKind === 'string') {
        if (field === 'method') method = unquote(member)
      } else if (memberKind !== 'null') {
        mismatch ??= wrongType(memberKind, field, 'string')
      }
    }
  }
  if (mismatch !== null) return err(mismatch)
  if (id === null) return ok(null)
  return mapped(idText(id), (text) => ({ id: text, method, params }))
}

function notRequest(kind: string): string {
  return `json: cannot unmarshal ${kind} into Go value of type ${REQUEST_TYPE}`
}

function wrongType(what: string, field: string, type: string): string {
  return `json: cannot unmarshal ${what} into Go struct field .${field} of type ${type}`
}

function isBeyondFloat(value: string): boolean {
  if (kindOf(value) !== 'number') return false
  return value.length > MAX_PRINTED || !Number.isFinite(Number(value))
}

/**
 * An id as it is written back: numbers pass through a double and lose their fraction, as in
 * CometBFT.
 */
function idText(id: string): Result<string, string> {
  const kind = kindOf(id)
  if (kind === 'string') return ok(jsonString(unquote(id)))
  if (kind === 'number') {
    const number = Math.trunc(Number(id))
    return ok(Math.abs(number) < 2 ** 63 ? String(BigInt(number)) : '-9223372036854775808')
  }
  const shown = id.length > MAX_PRINTED ? '...' : goValue(id)
  return err(`json-rpc ID (${shown}) is of unknown type (${GO_KINDS[kind]})`)
}

const GO_KINDS: Readonly<Record<string, string>> = {
  bool: 'bool',
  array: '[]interface {}',
  object: 'map[string]interface {}',
}

/** `%v` of a decoded value; it has to be short. */
function goValue(value: string): string {
  switch (kindOf(value)) {
    case 'null':
      return '<nil>'
    case 'string':
      return unquote(value)
    case 'number':
      return String(Number(value))
    case 'bool':
      return value
    case 'array':
      return `[${elementsOf(value, MAX_PRINTED)
        .map((element) => goValue(element))
        .join(' ')}]`
    case 'object': {
      const members = new Map(membersOf(value))
      const names = [...members.keys()].toSorted((a, b) => (a < b ? -1 : 1))
      const shown = names.map((name) => `${name}:${goValue(members.get(name) ?? '')}`)
      return `map[${shown.join(' ')}]`
    }
  }
}
