// What a replica is told, and the world it lives in.
import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import type { Genesis } from '../../core/types/index.ts'
import type { Application } from '../abci/index.ts'
import type { EngineConfig } from '../engine/index.ts'
import type { MempoolConfig } from '../mempool/index.ts'
import type { PeerSwitch, SwitchConfig, SwitchOptions } from '../p2p/index.ts'
import type { Clock, Files, KeyValueStore, Logger, Network, Random } from '../ports/index.ts'
import type { Signer } from '../privval/index.ts'
import type { WalOptions } from '../wal/index.ts'

/** The version of the peer protocol, told to peers and to the application. */
export const P2P_VERSION = 8n

/** The world of a replica. */
export interface ReplicaPorts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly crypto: Crypto
  readonly channelCrypto: ChannelCrypto
  readonly network: Network
  readonly files: Files
  /** Blocks, state and index; the replica closes it. */
  readonly store: KeyValueStore
}

/** What a replica is told. */
export interface ReplicaOptions {
  readonly ports: ReplicaPorts
  readonly genesis: Genesis
  readonly application: Application
  /** Null on a node that only follows. */
  readonly signer: Signer | null
  /** Ed25519 seed of the key that names the node to its peers. */
  readonly nodeKeySeed: Uint8Array
  readonly moniker: string
  /** `0.38.x`, told to peers, clients and the application. */
  readonly version: string
  readonly engine: EngineConfig
  readonly mempool: Partial<MempoolConfig>
  readonly p2p: SwitchConfig
  /** How peers are reached; over the byte streams of `ports.network` unless given. */
  readonly makeSwitch?: (options: SwitchOptions) => PeerSwitch
  /** The address told to peers; null for the one listened on. */
  readonly externalAddress: string | null
  /** `id@host:port`. */
  readonly persistentPeers: readonly string[]
  /** Where RPC listens, told to peers; empty when it does not. */
  readonly rpcAddress: string
  readonly indexTxs: boolean
  readonly doubleSignCheckHeight: number
  /** Directory of the write-ahead log. */
  readonly walPath: string
  /** Sizes of the log's segments; those of `wal` unless given. */
  readonly walSizes?: Pick<WalOptions, 'segmentBytes' | 'reserveBytes'>
}
