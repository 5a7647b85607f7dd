// Everything that rpc may ask a node, as one interface: the assembly of a node fills it in.

import type { BitArray, Time } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { ConsensusState } from '../../core/consensus/index.ts'
import type { ExecTxResult, FinalizeBlockResponse, NodeInfo } from '../../core/proto/index.ts'
import type {
  Block,
  BlockId,
  BlockMeta,
  Commit,
  ConsensusParams,
  Evidence,
  PublicKey,
  ValidatorSet,
} from '../../core/types/index.ts'
import type {
  Awaitable,
  CheckTxResponse,
  InfoResponse,
  QueryRequest,
  QueryResponse,
} from '../abci/index.ts'
import type { EventBus } from '../events/index.ts'
import type { Clock, Logger } from '../ports/index.ts'

/** Reads of the block store. Heights outside `base` to `height` answer null. */
export interface RpcBlocks {
  /** Lowest height stored, 0n before the first block. */
  readonly base: bigint
  /** Highest height stored, 0n before the first block. */
  readonly height: bigint
  loadBlock(height: bigint): Awaitable<Block | null>
  loadBlockMeta(height: bigint): Awaitable<BlockMeta | null>
  loadBlockMetaByHash(hash: Uint8Array): Awaitable<BlockMeta | null>
  /** The commit of `height` as block `height + 1` holds it. */
  loadCommit(height: bigint): Awaitable<Commit | null>
  /** The commit this node has seen for its highest block. */
  loadSeenCommit(height: bigint): Awaitable<Commit | null>
}

/** Reads of the state store: what was in force or came out at a height. */
export interface RpcStates {
  /** The validators of `height`, with the proposer priorities of its round 0. */
  loadValidators(height: bigint): Awaitable<ValidatorSet | null>
  loadParams(height: bigint): Awaitable<ConsensusParams | null>
  loadResults(height: bigint): Awaitable<FinalizeBlockResponse | null>
}

/** A transaction that is in a block. */
export interface RpcIndexedTx {
  readonly height: bigint
  readonly index: number
  readonly tx: Uint8Array
  readonly result: ExecTxResult
}

/** Reads of the transaction index. */
export interface RpcTxIndex {
  findTx(hash: Uint8Array): Awaitable<RpcIndexedTx | null>
  /** All transactions of a block, in its order. */
  txsAt(height: bigint): Awaitable<readonly RpcIndexedTx[]>
}

/**
 * What became of a submitted transaction. `reason` is CometBFT's text, such as `tx already exists
 * in cache`.
 */
export type RpcSubmission =
  | { readonly kind: 'checked'; readonly response: CheckTxResponse }
  | { readonly kind: 'refused'; readonly reason: string }

/** The mempool. */
export interface RpcMempool {
  /** Transactions in the mempool. */
  readonly size: number
  /** Their bytes. */
  readonly sizeBytes: number
  /**
   * Checks a transaction and takes it in when its code is 0. What is refused without asking the
   * application (cache, size, mempool full) is answered in this turn, not by a promise.
   */
  submit(tx: Uint8Array): Awaitable<RpcSubmission>
  /** The first transactions of the queue, at most `limit`. */
  list(limit: number): readonly Uint8Array[]
}

/** What takes evidence. */
export interface RpcEvidence {
  /**
   * Judges evidence and keeps it for a block; null when it is kept or was known, also in a block,
   * else why not.
   */
  submit(evidence: Evidence): Awaitable<string | null>
}

/** The application's query connection. A rejection becomes an internal error. */
export interface RpcApplication {
  info(): Awaitable<InfoResponse>
  query(request: QueryRequest): Awaitable<QueryResponse>
  /** Runs CheckTx without touching the mempool. */
  checkTx(tx: Uint8Array): Awaitable<CheckTxResponse>
}

/**
 * One direction of a connection as CometBFT's flow monitor shows it. Rates are bytes per second,
 * durations ns.
 */
export interface RpcFlow {
  readonly start: Time
  readonly bytes: bigint
  readonly samples: bigint
  readonly instRate: bigint
  readonly curRate: bigint
  readonly avgRate: bigint
  readonly peakRate: bigint
  readonly duration: bigint
  readonly idle: bigint
  readonly active: boolean
}

/** One channel of a connection. */
export interface RpcChannelStatus {
  readonly id: number
  readonly sendQueueCapacity: number
  readonly sendQueueSize: number
  readonly priority: number
  readonly recentlySent: bigint
}

/**
 * What this node believes of a peer's consensus. Bit arrays are null while unknown; rounds -1 for
 * none.
 */
export interface RpcPeerRound {
  readonly height: bigint
  readonly round: number
  /** CometBFT's number, 1 (new height) to 8 (commit). */
  readonly step: number
  readonly startTime: Time
  readonly proposal: boolean
  readonly proposalBlockId: BlockId['partSetHeader']
  readonly proposalParts: BitArray | null
  readonly polRound: number
  readonly pol: BitArray | null
  readonly prevotes: BitArray | null
  readonly precommits: BitArray | null
  readonly lastCommitRound: number
  readonly lastCommit: BitArray | null
  readonly catchupCommitRound: number
  readonly catchupCommit: BitArray | null
  readonly votesReceived: bigint
  readonly blockPartsReceived: bigint
}

/** A connected peer. */
export interface RpcPeer {
  readonly nodeInfo: NodeInfo
  readonly outbound: boolean
  /** Its IP address without the port. */
  readonly remoteIp: string
  /** `id@host:port` of the connection. */
  readonly nodeAddress: string
  /** Nanoseconds since it connected. */
  readonly duration: bigint
  readonly sent: RpcFlow
  readonly received: RpcFlow
  readonly channels: readonly RpcChannelStatus[]
  /** Null while the peer has said nothing about its consensus. */
  readonly round: RpcPeerRound | null
}

/** The consensus of this node at one moment. */
export interface RpcConsensusView {
  readonly state: ConsensusState
  /** When the current height's round 0 starts or started. */
  readonly startTime: Time
  /** When the height before was decided; ZERO_TIME when none was. */
  readonly commitTime: Time
  /** The block behind a value of `state.blocks` or null; used for the dump only. */
  blockOf(blockId: BlockId): Block | null
}

/**
 * A node as rpc sees it. Reads may answer at once or by a promise; nothing here is called before it
 * is ready.
 */
export interface RpcEnvironment {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly logger: Logger
  /** The genesis document as CometBFT's compact JSON. */
  readonly genesisText: string
  readonly blocks: RpcBlocks
  readonly states: RpcStates
  /** Null when indexing is off. */
  readonly txIndex: RpcTxIndex | null
  readonly mempool: RpcMempool
  readonly evidence: RpcEvidence
  readonly application: RpcApplication
  readonly events: EventBus
  /**
   * The key this node validates with; a node that does not validate has one too, as in CometBFT.
   */
  readonly validatorPubKey: PublicKey
  nodeInfo(): NodeInfo
  /** True while the node takes blocks from others instead of taking part. */
  isCatchingUp(): boolean
  /** True while it accepts connections of peers. */
  isListening(): boolean
  peers(): readonly RpcPeer[]
  consensus(): RpcConsensusView
}
