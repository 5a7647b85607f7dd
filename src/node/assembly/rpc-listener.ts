// RPC of a replica on a real address, with the limits of the configuration.

import type { PublicKey } from '../../core/types/index.ts'
import type { HttpLimits } from '../../host/ports/index.ts'
import { rpcEnvironmentOf } from '../../host/replica/index.ts'
import type { Replica } from '../../host/replica/index.ts'
import { RpcServer } from '../../host/rpc/index.ts'
import type { RpcConfig } from '../../host/rpc/index.ts'
import { nodeHttpServer } from '../platform/index.ts'
import type { Config } from './config.ts'

/** How long a request may take to arrive, as in CometBFT. */
const READ_TIMEOUT_MS = 10_000

/** What answers, and where. */
export interface RpcListenOptions {
  readonly replica: Replica
  readonly config: Config
  readonly pubKey: PublicKey
  /** `host:port`. */
  readonly address: string
}

/** RPC that listens. */
export interface RpcListener {
  /** Where a client on this machine finds it, `http://host:port`. */
  readonly url: string
  close(): Promise<void>
}

/** Begins to answer. Rejects when the address cannot be had. */
export async function listenRpc(options: RpcListenOptions): Promise<RpcListener> {
  const { replica, config, pubKey, address } = options
  const server = new RpcServer(rpcEnvironmentOf(replica, pubKey), rpcConfig(config))
  const listener = await nodeHttpServer.listen(address, httpLimits(config), server)
  return {
    url: `http://${listener.address.replace(/^(0\.0\.0\.0|\[::\])(?=:)/, '127.0.0.1')}`,
    close: async () => {
      server.stop()
      await listener.close()
    },
  }
}

function rpcConfig(config: Config): Partial<RpcConfig> {
  return {
    maxSubscriptionClients: config.integer('rpc.max_subscription_clients'),
    maxSubscriptionsPerClient: config.integer('rpc.max_subscriptions_per_client'),
    subscriptionBufferSize: config.integer('rpc.experimental_subscription_buffer_size'),
    timeoutBroadcastTxCommitMs: config.durationMs('rpc.timeout_broadcast_tx_commit'),
    maxRequestBatchSize: config.integer('rpc.max_request_batch_size'),
    corsAllowedOrigins: config.list('rpc.cors_allowed_origins'),
  }
}

function httpLimits(config: Config): HttpLimits {
  return {
    maxConnections: config.integer('rpc.max_open_connections'),
    maxBodyBytes: config.integer('rpc.max_body_bytes'),
    maxHeaderBytes: config.integer('rpc.max_header_bytes'),
    maxMessageBytes: config.integer('rpc.max_body_bytes'),
    readTimeoutMs: READ_TIMEOUT_MS,
  }
}
