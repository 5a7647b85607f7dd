// From a request to its answer: finds the route, reads the arguments, calls, and names what went
// wrong.

import { err, InvariantError } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import type { Awaitable } from '../abci/index.ts'
import { RPC_ERRORS } from './json-rpc.ts'
import type { RpcErrorKind, RpcRequest } from './json-rpc.ts'
import { argumentsOfJson, ParameterError } from './parameters.ts'
import type { Argument } from './parameters.ts'
import type { Answer } from './answer.ts'
import type { CallContext, Route } from './route.ts'
import { ROUTES } from './routes.ts'

/** An error that is not the route's: which kind, and the text that goes with it. */
export interface Refusal {
  readonly kind: RpcErrorKind
  readonly data: string
}

/** What came of a request: the refusal before a call, or the call's answer. */
export type Outcome =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'missing-params' }
  | { readonly kind: 'answered'; readonly answer: Answer; readonly cacheable: boolean }

/** CometBFT's words when a method that has parameters is called without `params`. */
export const TOO_FEW_ARGUMENTS = 'reflect: Call with too few input arguments'

/**
 * Runs one JSON-RPC request; answers in this turn when the route does. Without a WebSocket the
 * routes that need one are unknown.
 */
export function dispatch(request: RpcRequest, context: CallContext): Awaitable<Outcome> {
  const route = ROUTES.get(request.method)
  if (route === undefined || (route.socketOnly && context.socket === null)) {
    return refused(RPC_ERRORS.methodNotFound, '')
  }
  let args: Argument[] = []
  if (request.params === null) {
    if (route.parameters.length > 0) return { kind: 'missing-params' }
  } else {
    const read = readArguments(() => argumentsOfJson(route.parameters, request.params ?? ''))
    if (!read.ok) {
      const data = `error converting json params to arguments: ${read.error}`
      return refused(RPC_ERRORS.invalidParams, data)
    }
    args = read.value
  }
  return call(route, context, args)
}

/**
 * Calls a route; whatever it throws becomes an internal error, except a bug, which stops the node.
 */
export function call(
  route: Route,
  context: CallContext,
  args: readonly Argument[],
): Awaitable<Outcome> {
  const cacheable = isCacheable(route, args)
  try {
    const answer = route.call(context, args)
    if (!(answer instanceof Promise)) return { kind: 'answered', answer, cacheable }
    return answer.then(
      (value) => ({ kind: 'answered', answer: value, cacheable }),
      (error: unknown) => ({ kind: 'answered', answer: failed(context, error), cacheable }),
    )
  } catch (error) {
    return { kind: 'answered', answer: failed(context, error), cacheable }
  }
}

/** The arguments, or the text of what does not fit. */
export function readArguments(read: () => Argument[]): Result<Argument[], string> {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (error instanceof ParameterError) return err(error.message)
    throw error
  }
}

function refused(kind: RpcErrorKind, data: string): Outcome {
  return { kind: 'refused', refusal: { kind, data } }
}

/**
 * A height that was not given, or given as null, means the latest: the next block changes the
 * answer.
 */
function isCacheable(route: Route, args: readonly Argument[]): boolean {
  if (route.caching === 'with-height') return args.length > 0 && args[0] !== null
  return route.caching === 'always'
}

function failed({ env }: CallContext, error: unknown): Answer {
  if (error instanceof InvariantError) {
    // The client still gets an answer; the bug is thrown where nothing catches it.
    env.clock.defer(() => {
      throw error
    })
  }
  env.logger.error('a request failed', { error })
  return err(error instanceof Error ? error.message : String(error))
}
