// What a route is: its parameters, whether its answers may be cached, and the function behind it.

import type { Awaitable } from '../abci/index.ts'
import type { Answer } from './answer.ts'
import type { RpcConfig } from './config.ts'
import type { RpcEnvironment } from './environment.ts'
import type { GenesisDocument } from './genesis-document.ts'
import type { Argument, ArgumentsOf, Parameters } from './parameters.ts'
import type { SubscriptionClient, SubscriptionLimits } from './subscription-limits.ts'

/** The subscriptions of one WebSocket, as its routes use them. */
export interface SocketSubscriptions extends SubscriptionClient {
  /** Subscribes; events carry `id`, which is JSON text. */
  subscribe(query: string, id: string): Answer
  unsubscribe(query: string): Answer
  unsubscribeAll(): Answer
}

/** What every call on a server shares. */
export interface ServerContext {
  readonly env: RpcEnvironment
  readonly config: RpcConfig
  readonly limits: SubscriptionLimits
  readonly genesis: GenesisDocument
}

/** What a call may use. */
export interface CallContext extends ServerContext {
  /** The id of the request, as JSON text. */
  readonly id: string
  /** The WebSocket that called, null for HTTP. */
  readonly socket: SocketSubscriptions | null
}

/**
 * When a cache may keep an answer: always, or when the first parameter, a height, was given. What
 * CometBFT marks so includes answers that change, such as `abci_info`.
 */
export type Caching = 'never' | 'always' | 'with-height'

/** A route. */
export interface Route {
  readonly parameters: Parameters
  readonly caching: Caching
  /** True when only a WebSocket may call it. */
  readonly socketOnly: boolean
  call(context: CallContext, args: readonly Argument[]): Awaitable<Answer>
}

/**
 * A route as it is written down: the function takes the values of its parameters as their types
 * say.
 */
export interface RouteDefinition<P extends Parameters> {
  readonly parameters: P
  readonly caching?: Caching
  readonly socketOnly?: boolean
  readonly call: (context: CallContext, args: ArgumentsOf<P>) => Awaitable<Answer>
}

/**
 * Makes a route. The arguments it is called with come from its own parameters, so their types fit.
 */
export function route<const P extends Parameters>(definition: RouteDefinition<P>): Route {
  return {
    parameters: definition.parameters,
    caching: definition.caching ?? 'never',
    socketOnly: definition.socketOnly ?? false,
    call: (context, args) => definition.call(context, args as unknown as ArgumentsOf<P>),
  }
}
