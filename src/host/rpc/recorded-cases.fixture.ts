// The recorded HTTP requests and responses, as requests that rpc can be given.

import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import type { HttpRequest } from '../ports/index.ts'
import type { RecordedParams } from './recorded-node.fixture.ts'
import { parseQuery } from './uri.ts'

/** A response as it was recorded. */
export interface RecordedResponse {
  readonly status: number
  readonly headers: {
    readonly 'content-type': string | null
    readonly 'cache-control': string | null
  }
  readonly body: string
}

/** One call within a request. */
export interface RecordedCall {
  readonly method: string
  readonly params: RecordedParams
}

/** A request with its response; several calls make a batch. */
export interface RecordedCase {
  readonly title: string
  readonly request: HttpRequest
  readonly calls: readonly RecordedCall[]
  readonly response: RecordedResponse
}

const GET: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  host: 'rpc.example:26657',
  contentType: '',
  origin: '',
  body: '',
}

/** A request as a client sends it; what is not said is a GET of the root. */
export const httpRequest = (given: Partial<HttpRequest>): HttpRequest => ({ ...GET, ...given })

/** A GET of a path with its query. */
export const uriRequest = (target: string): HttpRequest => {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return httpRequest({ path, query: mark < 0 ? '' : target.slice(mark + 1) })
}

const uriCases = (): RecordedCase[] => {
  const recorded = (loadVectors('rpc_uri.json') ?? {}) as Record<string, RecordedResponse>
  return Object.entries(recorded).map(([target, response]) => {
    const request = uriRequest(target)
    const values = [...parseQuery(request.query)].map(([name, value]) => [name, bare(name, value)])
    const params = Object.fromEntries(values) as RecordedParams
    return { title: target, request, calls: [{ method: request.path.slice(1), params }], response }
  })
}

/** A URI's value as JSON-RPC would have it. */
const bare = (name: string, value: string): string => {
  const text = value.replace(/^"(.*)"$/, '$1')
  return name === 'tx' ? Buffer.from(text).toString('base64') : text
}

interface RecordedPost {
  readonly request: string | object | readonly object[]
  readonly response: RecordedResponse
}

const postCases = (): RecordedCase[] => {
  const recorded = (loadVectors('rpc_jsonrpc.json') ?? []) as RecordedPost[]
  return recorded.map(({ request, response }) => {
    const body = typeof request === 'string' ? request : JSON.stringify(request)
    const calls = typeof request === 'string' ? [] : [request].flat()
    return {
      title: body.slice(0, 120),
      request: httpRequest({ method: 'POST', body, contentType: 'application/json' }),
      calls: (calls as { method: string; params?: object }[]).map(({ method, params }) => ({
        method,
        params: (Array.isArray(params) ? {} : (params ?? {})) as RecordedParams,
      })),
      response,
    }
  })
}

/** All recorded HTTP requests. */
export const recordedCases = (): RecordedCase[] => [...uriCases(), ...postCases()]

/** The results inside a recorded body, in order: their text, null where there is an error. */
export const resultTexts = (body: string): (string | null)[] => {
  if (body === '' || !/^[[{]/.test(body)) return []
  const responses = [JSON.parse(body) as object].flat() as { result?: unknown }[]
  return responses.map((response) =>
    response.result === undefined ? null : resultText(body, response.result),
  )
}

/** The exact text where it can be cut out; a batch's results are written anew. */
const resultText = (body: string, result: unknown): string => {
  const at = body.startsWith('{') ? body.indexOf(',"result":') : -1
  return at < 0 ? JSON.stringify(result) : body.slice(at + ',"result":'.length, -1)
}
