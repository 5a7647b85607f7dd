// The options of one life of a node: production rooms on invented ports.

import type { Genesis } from '../../core/types/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { KvStoreApplication } from '../abci/index.ts'
import type { FinalizeBlockRequest } from '../abci/index.ts'
import { MemoryNetwork, MemoryRandom, silentLogger } from '../memory/index.ts'
import type { Signer } from '../privval/index.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { grantParams } from './changing-params.ts'
import type { NodeClock } from './clock.ts'
import { LOG_DIRECTORY } from './disk.ts'
import type { DiskPorts } from './disk.ts'
import { MessageSwitch } from './message-switch.ts'
import type { MessageNetwork } from './network.ts'
import type { Plan } from './plan.ts'
import { nodeAddressOf, nodeSeedOf } from './seats.ts'
import { watchApplication } from './watched-application.ts'
import type { WorldHost } from './world-host.ts'

/** Segments of some heights each, so that the log begins new ones and removes old ones. */
const WAL_SIZES = { segmentBytes: 32 * 1024, reserveBytes: 8 * 1024 }

/** A run has few transactions, and no time to fill what a node has by default. */
const TXS_REMEMBERED = 1000

/** What every node of a run shares. */
export interface Common {
  readonly plan: Plan
  readonly host: WorldHost
  readonly genesis: Genesis
  readonly crypto: Crypto
  readonly network: MessageNetwork
  /** How many nodes there are, copies of twins included. */
  readonly nodes: number
}

/** What belongs to one life. */
export interface LifeParts {
  readonly node: number
  readonly clock: NodeClock
  readonly disk: DiskPorts
  readonly signer: Signer
  /** Differs from life to life. */
  readonly randomSeed: number
  /** Hears of each block that the application executes. */
  readonly onExecuted: (request: FinalizeBlockRequest) => void
}

/** Builds the options of an honest replica. */
export async function stageOptions(common: Common, parts: LifeParts): Promise<ReplicaOptions> {
  const { plan, host, genesis, crypto, network } = common
  const { node, clock, disk, signer } = parts
  const application = await KvStoreApplication.open(crypto, disk.applicationStore)
  const others = Array.from({ length: common.nodes }, (_, i) => i).filter((i) => i !== node)
  return {
    ports: {
      clock,
      random: new MemoryRandom(parts.randomSeed),
      logger: silentLogger,
      crypto,
      channelCrypto: host.channelCrypto,
      network: new MemoryNetwork(clock).host(`node${node}`),
      files: disk.files,
      store: disk.store,
    },
    genesis,
    application: watchApplication(grantParams(application), parts.onExecuted),
    signer,
    nodeKeySeed: nodeSeedOf(node),
    moniker: `node${node}`,
    version: '0.38.0',
    engine: {
      timeouts: plan.times,
      skipTimeoutCommit: plan.skipTimeoutCommit,
      createEmptyBlocks: true,
      createEmptyBlocksIntervalMs: 0,
    },
    mempool: { cacheSize: TXS_REMEMBERED },
    p2p: { listenAddress: `node${node}:26656` },
    makeSwitch: (options) => new MessageSwitch(options, { node, clock, network }),
    externalAddress: null,
    persistentPeers: others.map((i) => nodeAddressOf(crypto, i)),
    rpcAddress: '',
    indexTxs: false,
    doubleSignCheckHeight: 0,
    walPath: LOG_DIRECTORY,
    walSizes: WAL_SIZES,
  }
}
