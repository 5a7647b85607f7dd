// A whole node, put together from ports: stores, log, application, mempool, engine, gossip, peers.
import { nextHeight } from '../../core/chain/index.ts'
import { blockVersionOf } from '../../core/types/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { Application } from '../abci/index.ts'
import { BlockServer } from '../blocksync/index.ts'
import { ConsensusEngine } from '../engine/index.ts'
import type { EventBus } from '../events/index.ts'
import { EvidenceReactor } from '../evidence/index.ts'
import type { EvidenceStore } from '../evidence/index.ts'
import { ConsensusReactor } from '../gossip/index.ts'
import type { TxIndex } from '../indexer/index.ts'
import { MempoolReactor } from '../mempool/index.ts'
import type { Mempool } from '../mempool/index.ts'
import { Switch } from '../p2p/index.ts'
import type { NodeFacts, Peer, PeerSwitch } from '../p2p/index.ts'
import type { Logger, Timer } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import { ReplicaError } from './errors.ts'
import { openFoundation } from './foundation.ts'
import type { Foundation } from './foundation.ts'
import { P2P_VERSION } from './replica-options.ts'
import type { ReplicaOptions } from './replica-options.ts'
import { storedBlocksOf } from './stored-blocks.ts'

const NS_PER_MS = 1_000_000n

/** One node: `open`, then `start`, then `stop`, once each. */
export class Replica {
  readonly options: ReplicaOptions
  readonly engine: ConsensusEngine
  readonly gossip: ConsensusReactor
  readonly switch: PeerSwitch
  /** Resolves with the reason when the node cannot go on by itself; never otherwise. */
  readonly halted: Promise<Error>
  readonly #foundation: Foundation
  readonly #mempoolReactor: MempoolReactor
  readonly #evidenceReactor: EvidenceReactor
  readonly #logger: Logger
  #genesisTimer: Timer | null = null
  #halt: (error: Error) => void = () => undefined

  /**
   * Reads what is stored, brings the application level with it, and builds the node; nothing runs
   * yet. Rejects with the typed error of the room that refuses.
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    return new Replica(options, await openFoundation(options))
  }

  private constructor(options: ReplicaOptions, foundation: Foundation) {
    this.options = options
    this.#foundation = foundation
    const { ports, genesis } = options
    const { clock, logger } = ports
    this.#logger = logger.child('replica')
    this.halted = new Promise((resolve) => {
      this.#halt = resolve
    })
    this.engine = new ConsensusEngine({
      ...foundation,
      config: options.engine,
      crypto: ports.crypto,
      clock,
      logger: logger.child('consensus'),
      signer: options.signer,
      onHalt: (error) => this.#halt(error),
    })
    this.switch = this.#makeSwitch()
    const stopPeer = (peer: Peer, reason: string): void => this.switch.stopPeer(peer, reason)
    this.gossip = new ConsensusReactor({
      engine: this.engine,
      blocks: storedBlocksOf(foundation),
      clock,
      logger: logger.child('gossip'),
      initialHeight: genesis.initialHeight,
      stopPeer,
      onPeerStep: () => this.#evidenceReactor.onHeight(),
    })
    this.engine.setListener(this.gossip)
    this.#mempoolReactor = new MempoolReactor({
      mempool: foundation.mempool,
      clock,
      logger: logger.child('mempool'),
      stopPeer,
    })
    this.#evidenceReactor = this.#makeEvidenceReactor(stopPeer)
    const blocks = new BlockServer({
      blocks: foundation.blockStore,
      logger: logger.child('blocksync'),
      stopPeer,
    })
    for (const reactor of [this.gossip, this.#mempoolReactor, this.#evidenceReactor, blocks]) {
      this.switch.addReactor(reactor)
    }
  }

  #makeSwitch(): PeerSwitch {
    const { ports, nodeKeySeed, p2p, makeSwitch } = this.options
    const makeNodeInfo = (facts: NodeFacts): NodeInfo => this.#nodeInfoOf(facts)
    const parts = { ...ports, nodeKeySeed, makeNodeInfo, config: p2p }
    return makeSwitch === undefined ? new Switch(parts) : makeSwitch(parts)
  }

  get blockStore(): BlockStore {
    return this.#foundation.blockStore
  }

  get stateStore(): StateStore {
    return this.#foundation.stateStore
  }

  get mempool(): Mempool {
    return this.#foundation.mempool
  }

  /** Evidence that waits for a block. */
  get evidence(): EvidenceStore {
    return this.#foundation.evidence
  }

  get eventBus(): EventBus {
    return this.#foundation.eventBus
  }

  get txIndex(): TxIndex | null {
    return this.#foundation.txIndex
  }

  /** The application, one call at a time. */
  get application(): Application {
    return this.#foundation.application
  }

  /**
   * Listens, dials the persistent peers and takes part; before the genesis time it only connects.
   */
  async start(): Promise<void> {
    const { persistentPeers } = this.options
    await this.switch.start()
    const dialled = this.switch.dialPersistent(persistentPeers)
    if (!dialled.ok) throw new ReplicaError('REPLICA_BAD_PEER', dialled.error)
    const waitMs = this.#untilGenesisMs()
    if (waitMs <= 0) return this.#takePart()
    this.#logger.info('waiting for the genesis time', { waitMs })
    this.#genesisTimer = this.options.ports.clock.setTimer(waitMs, () => {
      this.#takePart().catch((error: unknown) => this.#halt(asError(error)))
    })
  }

  /** Leaves the network, finishes what is under way, and closes log and store. */
  async stop(): Promise<void> {
    this.#genesisTimer?.cancel()
    this.#mempoolReactor.stop()
    this.#evidenceReactor.stop()
    this.gossip.stop()
    await this.switch.stop()
    await this.engine.stop()
    await this.#foundation.close()
  }

  /** What this node says about itself. */
  nodeInfo(): NodeInfo {
    return this.switch.nodeInfo()
  }

  /** True while most peers say that they are more than one height ahead: one may say anything. */
  isCatchingUp(): boolean {
    const links = this.gossip.links()
    const height = this.engine.state.height + 1n
    return links.filter(({ known }) => known.height > height).length * 2 > links.length
  }

  async #takePart(): Promise<void> {
    this.gossip.start()
    await this.engine.start()
  }

  #makeEvidenceReactor(stopPeer: (peer: Peer, reason: string) => void): EvidenceReactor {
    const { crypto, clock, logger } = this.options.ports
    return new EvidenceReactor({
      store: this.evidence,
      crypto,
      clock,
      logger: logger.child('evidence'),
      heightOf: (peerId) => {
        const link = this.gossip.links().find(({ peer }) => peer.id === peerId)
        return link?.known.height ?? 0n
      },
      stopPeer,
    })
  }

  #untilGenesisMs(): number {
    const { ports, genesis } = this.options
    if (nextHeight(this.engine.chainState) !== genesis.initialHeight) return 0
    return Number((genesis.genesisTime - ports.clock.now()) / NS_PER_MS)
  }

  #nodeInfoOf(facts: NodeFacts): NodeInfo {
    const { genesis, moniker, version, rpcAddress, externalAddress, indexTxs } = this.options
    return {
      protocolVersion: {
        p2p: P2P_VERSION,
        block: blockVersionOf(genesis),
        app: this.engine.chainState.version.app,
      },
      nodeId: facts.id,
      listenAddress: externalAddress ?? facts.listenAddress,
      network: genesis.chainId,
      version,
      channels: facts.channels,
      moniker,
      txIndex: indexTxs ? 'on' : 'off',
      rpcAddress,
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
