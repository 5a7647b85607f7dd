// The limits of the rpc room, with CometBFT's values.

/** What may be configured; names as in CometBFT's `[rpc]` section. */
export interface RpcConfig {
  /** Clients that may hold subscriptions at once. */
  readonly maxSubscriptionClients: number
  readonly maxSubscriptionsPerClient: number
  /** Events kept for a subscriber that does not keep up; then its subscription ends. */
  readonly subscriptionBufferSize: number
  /** Bytes a WebSocket client may leave unread before nothing more is written to it. */
  readonly socketBufferBytes: number
  /** How long `broadcast_tx_commit` waits for the transaction to be in a block. */
  readonly timeoutBroadcastTxCommitMs: number
  /** Requests in one batch. */
  readonly maxRequestBatchSize: number
  /** Origins that browsers may call from; `*` for all. None by default. */
  readonly corsAllowedOrigins: readonly string[]
}

/** The configuration of a node that says nothing about rpc. */
export const DEFAULT_RPC_CONFIG: RpcConfig = {
  maxSubscriptionClients: 100,
  maxSubscriptionsPerClient: 5,
  subscriptionBufferSize: 200,
  socketBufferBytes: 1_048_576,
  timeoutBroadcastTxCommitMs: 10_000,
  maxRequestBatchSize: 10,
  corsAllowedOrigins: [],
}

/** Longest query of a search or a subscription, in characters. */
export const MAX_QUERY_TEXT = 512
