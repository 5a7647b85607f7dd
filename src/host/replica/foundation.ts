// Everything under the engine of a replica: stores, application, mempool, executor, log.
import { makeGenesisState } from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { equalBytes } from '../../core/bytes/index.ts'
import {
  BlockIdFlag,
  VoteSet,
  blockVersionOf,
  downtimeRuleOf,
  equalSlashingPolicy,
} from '../../core/types/index.ts'
import type { Genesis, Header } from '../../core/types/index.ts'
import { serializeApplication } from '../abci/index.ts'
import type { Application, InfoRequest } from '../abci/index.ts'
import { EventBus } from '../events/index.ts'
import { FaultDetector } from '../../core/faults/index.ts'
import { EvidenceStore, FaultNotes, FaultWatch } from '../evidence/index.ts'
import { BlockExecutor, handshake } from '../execution/index.ts'
import { TxIndex } from '../indexer/index.ts'
import { Mempool } from '../mempool/index.ts'
import { BlockStore, StateStore } from '../store/index.ts'
import { WriteAheadLog } from '../wal/index.ts'
import { ReplicaError } from './errors.ts'
import { P2P_VERSION } from './replica-options.ts'
import type { ReplicaOptions } from './replica-options.ts'

/** The rooms under the engine, opened and level with each other. */
export interface Foundation {
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly application: Application
  readonly eventBus: EventBus
  readonly txIndex: TxIndex | null
  readonly mempool: Mempool
  readonly executor: BlockExecutor
  readonly evidence: EvidenceStore
  readonly faults: FaultWatch
  readonly wal: WriteAheadLog
  readonly chainState: ChainState
  readonly lastPrecommits: VoteSet | null
  readonly lastHeader: Header | null
  close(): Promise<void>
}

const ABCI_VERSION = '2.0.0'

/** Opens the stores, brings the application level with them and opens the log. */
export async function openFoundation(options: ReplicaOptions): Promise<Foundation> {
  const { ports, genesis } = options
  refuseVoteExtensions(genesis)
  const { crypto, logger, store } = ports
  const blockStore = await BlockStore.open(store)
  const stateStore = new StateStore(store)
  await refuseOtherChain(stateStore, genesis)
  const rooms = await makeRooms(options, blockStore, stateStore)
  const chainState = await handshake({
    ...rooms,
    genesis,
    crypto,
    logger: logger.child('execution'),
    infoRequest: infoRequestOf(options),
    initialState: makeGenesisState(crypto, genesis),
  })
  await rooms.faults.resume(chainState)
  const wal = await WriteAheadLog.open({
    files: ports.files,
    path: options.walPath,
    logger: logger.child('wal'),
    ...options.walSizes,
  })
  await refuseRecentlyUsedKey(options, blockStore)
  const meta = await blockStore.loadBlockMeta(chainState.lastBlockHeight)
  return {
    ...rooms,
    wal,
    chainState,
    lastPrecommits: await loadLastPrecommits(blockStore, chainState),
    lastHeader: meta?.header ?? null,
    close: async () => {
      await rooms.faults.settle()
      await wal.close()
      await store.close()
    },
  }
}

type Rooms = Omit<Foundation, 'wal' | 'chainState' | 'lastPrecommits' | 'lastHeader' | 'close'>

async function makeRooms(
  options: ReplicaOptions,
  blockStore: BlockStore,
  stateStore: StateStore,
): Promise<Rooms> {
  const { crypto, clock, logger, store } = options.ports
  const application = serializeApplication(options.application)
  const eventBus = new EventBus()
  const detection = downtimeRuleOf(options.genesis)
  const txIndex = options.indexTxs ? new TxIndex(store) : null
  const mempool = new Mempool({
    application,
    crypto,
    clock,
    logger: logger.child('mempool'),
    config: options.mempool,
  })
  const logOfEvidence = logger.child('evidence')
  const records = { crypto, store, blockStore, stateStore, detection }
  const evidence = await EvidenceStore.open({ ...records, clock, logger: logOfEvidence })
  const { chainId, initialHeight, lockRule } = options.genesis
  const faults = new FaultWatch({
    detector: new FaultDetector({ crypto, chainId, initialHeight, lockRule, config: detection }),
    store: evidence,
    notes: new FaultNotes(crypto, store),
    eventBus,
    logger: logOfEvidence,
    blockStore,
    stateStore,
  })
  const executor = new BlockExecutor({
    application,
    mempool,
    evidence: faults,
    store,
    blockStore,
    stateStore,
    eventBus,
    txIndex,
    crypto,
    logger: logger.child('execution'),
  })
  const chain = { blockStore, stateStore, application, eventBus, txIndex, mempool, executor }
  return { ...chain, evidence, faults }
}

/** What the application is told when it is asked where it stands. */
export function infoRequestOf({ version, genesis }: ReplicaOptions): InfoRequest {
  const blockVersion = blockVersionOf(genesis)
  return { version, blockVersion, p2pVersion: P2P_VERSION, abciVersion: ABCI_VERSION }
}

function refuseVoteExtensions(genesis: Genesis): void {
  if (genesis.consensusParams.abci.voteExtensionsEnableHeight === 0n) return
  throw new ReplicaError(
    'REPLICA_UNSUPPORTED_GENESIS',
    'must be 0: this node does not sign vote extensions',
    'consensus_params.abci.vote_extensions_enable_height',
  )
}

async function refuseOtherChain(stateStore: StateStore, genesis: Genesis): Promise<void> {
  const stored = await stateStore.loadChainState()
  if (stored === null) return
  if (stored.chainId !== genesis.chainId) {
    throw new ReplicaError(
      'REPLICA_OTHER_CHAIN',
      `the stored blocks are of chain ${stored.chainId}, not ${genesis.chainId}`,
      'chain_id',
    )
  }
  if (
    stored.lockRule !== genesis.lockRule ||
    stored.medianTimeRule !== genesis.medianTimeRule ||
    stored.evidenceRule !== genesis.evidenceRule
  ) {
    throw new ReplicaError(
      'REPLICA_OTHER_CHAIN',
      'the rules of a chain cannot change once it has blocks',
      'quadrille',
    )
  }
  if (equalSlashingPolicy(stored.slashing, genesis.slashing)) return
  throw new ReplicaError(
    'REPLICA_OTHER_CHAIN',
    'what faults cost cannot change once a chain has blocks',
    'quadrille.slashing',
  )
}

/** The precommits that decided the last stored block. */
async function loadLastPrecommits(
  blockStore: BlockStore,
  chainState: ChainState,
): Promise<VoteSet | null> {
  const { lastBlockHeight, lastValidators } = chainState
  if (lastValidators === null) return null
  const commit = await blockStore.loadSeenCommit(lastBlockHeight)
  return commit === null ? null : VoteSet.fromCommit(commit, lastValidators)
}

/** CometBFT's guard against one key in two places: setting `double_sign_check_height`. */
async function refuseRecentlyUsedKey(
  { signer, doubleSignCheckHeight }: ReplicaOptions,
  blockStore: BlockStore,
): Promise<void> {
  if (signer === null) return
  for (let back = 0n; back < BigInt(doubleSignCheckHeight); back++) {
    const height = blockStore.height - back
    if (height < blockStore.base || height <= 0n) return
    const commit =
      (await blockStore.loadSeenCommit(height)) ?? (await blockStore.loadCommit(height))
    const isOurs = commit?.signatures.some(
      ({ blockIdFlag, validatorAddress }) =>
        blockIdFlag === BlockIdFlag.commit && equalBytes(validatorAddress, signer.address),
    )
    if (isOurs !== true) continue
    throw new ReplicaError(
      'REPLICA_KEY_SIGNED_RECENTLY',
      `this validator key signed block ${height}, of the last ${doubleSignCheckHeight} ` +
        '(consensus.double_sign_check_height): make sure that no other node uses it, then ' +
        'wait for that many blocks or set the check to 0',
    )
  }
}
