// A node without peers: it makes, decides and executes its own blocks, and can be killed at any
// step.

import type { ChainState } from '../../core/chain/index.ts'
import { makeGenesisState, nextHeight } from '../../core/chain/index.ts'
import { genesisOf } from '../../core/chain/chain.fixture.ts'
import { bytesKey, concatBytes } from '../../core/bytes/index.ts'
import { nobleCrypto, type Crypto } from '../../core/crypto/index.ts'
import { setOfPowers, signCommit } from '../../core/types/chain.fixture.ts'
import { EMPTY_COMMIT, type Commit, type Genesis } from '../../core/types/index.ts'
import type { Application } from '../abci/index.ts'
import { EventBus } from '../events/index.ts'
import { TxIndex } from '../indexer/index.ts'
import { Mempool, type MempoolConfig } from '../mempool/index.ts'
import { MemoryClock, MemoryLogger } from '../memory/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
import { BlockStore, StateStore } from '../store/index.ts'
import {
  BlockExecutor,
  handshake,
  NO_EVIDENCE,
  type BuiltBlock,
  type EvidenceSource,
} from './index.ts'

export const keyed = setOfPowers(40n, 30n, 20n, 10n)

const commits = new Map<string, Commit>()
const verdicts = new Map<string, boolean>()

/** Signed once per block, however many nodes of how many worlds decide it. */
function commitOf({ block, blockId }: BuiltBlock): Commit {
  const key = bytesKey(blockId.hash)
  const commit = commits.get(key) ?? signCommit(keyed, block.header.height, blockId)
  commits.set(key, commit)
  return commit
}

/** The portable backend, which verifies each signature once. */
const fixtureCrypto: Crypto = {
  ...nobleCrypto,
  verifyEd25519: (pubKey, message, signature) => {
    const key = bytesKey(concatBytes(pubKey, signature, message))
    const verdict = verdicts.get(key) ?? nobleCrypto.verifyEd25519(pubKey, message, signature)
    verdicts.set(key, verdict)
    return verdict
  },
}

/** What a node is made of; what is not given is made afresh. */
export interface NodeParts {
  readonly store: KeyValueStore
  readonly application: Application
  readonly genesis?: Partial<Genesis>
  readonly evidence?: EvidenceSource
  readonly mempool?: Partial<MempoolConfig>
  readonly crypto?: Crypto
}

const INFO = { version: '0.38.0', blockVersion: 11n, p2pVersion: 8n, abciVersion: '2.0.0' }

/** A running node. */
export class TestNode {
  readonly executor: BlockExecutor
  readonly mempool: Mempool
  readonly eventBus: EventBus
  readonly txIndex: TxIndex
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly logger: MemoryLogger
  readonly clock = new MemoryClock()
  chainState: ChainState
  lastCommit: Commit = EMPTY_COMMIT

  private constructor(parts: NodeParts, blockStore: BlockStore, initialState: ChainState) {
    const { store, application } = parts
    const crypto = parts.crypto ?? fixtureCrypto
    this.logger = new MemoryLogger()
    this.blockStore = blockStore
    this.stateStore = new StateStore(store)
    this.eventBus = new EventBus()
    this.txIndex = new TxIndex(store)
    this.mempool = new Mempool({
      application,
      crypto,
      clock: this.clock,
      logger: this.logger,
      config: parts.mempool ?? {},
    })
    this.executor = new BlockExecutor({
      application,
      mempool: this.mempool,
      evidence: parts.evidence ?? NO_EVIDENCE,
      store,
      blockStore,
      stateStore: this.stateStore,
      eventBus: this.eventBus,
      txIndex: this.txIndex,
      crypto,
      logger: this.logger,
    })
    this.chainState = initialState
  }

  /** A node after its handshake. */
  static async open(parts: NodeParts): Promise<TestNode> {
    const genesis = genesisOf(keyed, parts.genesis)
    const initialState = makeGenesisState(nobleCrypto, genesis)
    const node = new TestNode(parts, await BlockStore.open(parts.store), initialState)
    const { executor, blockStore, stateStore, logger } = node
    node.chainState = await handshake({
      application: parts.application,
      executor,
      genesis,
      infoRequest: INFO,
      initialState,
      blockStore,
      stateStore,
      crypto: nobleCrypto,
      logger,
    })
    const height = node.chainState.lastBlockHeight
    if (height > 0n) node.lastCommit = (await blockStore.loadSeenCommit(height)) ?? EMPTY_COMMIT
    return node
  }

  /** A proposal of the first validator for the next height. */
  propose(): Promise<BuiltBlock> {
    return this.executor.createProposalBlock({
      chainState: this.chainState,
      height: nextHeight(this.chainState),
      lastCommit: this.lastCommit,
      proposerAddress: keyed.keys[0]?.address ?? new Uint8Array(0),
    })
  }

  /** Decides and executes a block. */
  async apply(built: BuiltBlock): Promise<void> {
    const seenCommit = commitOf(built)
    const applied = await this.executor.applyBlock({
      ...built,
      chainState: this.chainState,
      seenCommit,
      lastPrecommits: null,
    })
    if (!applied.ok) throw new Error(applied.error)
    this.chainState = applied.value
    this.lastCommit = seenCommit
  }

  /** One height with these transactions. */
  async step(...txs: Uint8Array[]): Promise<void> {
    for (const tx of txs) await this.mempool.checkTx(tx)
    await this.apply(await this.propose())
  }
}
