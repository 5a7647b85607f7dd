// The application interface: ABCI 2.0 in JavaScript shapes, without a socket and without protobuf
// in between.

import type { Time } from '../../core/bytes/index.ts'
import type {
  ConsensusParams,
  ConsensusParamsUpdate,
  Event,
  FinalizeBlockResponse,
  ProofOp,
  ValidatorUpdate,
} from '../../core/proto/index.ts'
import type { SlashingPolicy } from '../../core/types/index.ts'

/** A value now or a promise of it: an application in the same process may answer either way. */
export type Awaitable<T> = T | Promise<T>

/** What the node says of itself when it connects. Wire: abci/types.proto RequestInfo. */
export interface InfoRequest {
  readonly version: string
  readonly blockVersion: bigint
  readonly p2pVersion: bigint
  readonly abciVersion: string
}

/** Where the application stands: height 0 asks for InitChain. Wire: ResponseInfo. */
export interface InfoResponse {
  readonly data: string
  readonly version: string
  readonly appVersion: bigint
  readonly lastBlockHeight: bigint
  readonly lastBlockAppHash: Uint8Array
}

/** The genesis file as the application sees it. Wire: RequestInitChain. */
export interface InitChainRequest {
  readonly time: Time
  readonly chainId: string
  readonly consensusParams: ConsensusParams
  readonly validators: readonly ValidatorUpdate[]
  readonly appStateBytes: Uint8Array
  readonly initialHeight: bigint
  /** What faults cost on this chain, when its genesis says it; never on a wire. */
  readonly slashing?: SlashingPolicy
}

/**
 * Empty lists, null and an empty hash leave what the genesis file says. Wire: ResponseInitChain.
 */
export interface InitChainResponse {
  readonly consensusParams: ConsensusParamsUpdate | null
  readonly validators: readonly ValidatorUpdate[]
  readonly appHash: Uint8Array
}

/** A read of the application's state. Height 0 is the latest. Wire: RequestQuery. */
export interface QueryRequest {
  readonly data: Uint8Array
  readonly path: string
  readonly height: bigint
  readonly prove: boolean
}

/** Wire: ResponseQuery. `value: null` is an absent value where CometBFT's JSON says null. */
export interface QueryResponse {
  readonly code: number
  readonly log: string
  readonly info: string
  readonly index: bigint
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly proofOps: readonly ProofOp[] | null
  readonly height: bigint
  readonly codespace: string
}

/**
 * A transaction that wants into the mempool, or is asked about again after a block. Wire:
 * RequestCheckTx.
 */
export interface CheckTxRequest {
  readonly tx: Uint8Array
  readonly kind: 'new' | 'recheck'
}

/** Code 0 lets the transaction in. Wire: ResponseCheckTx. */
export interface CheckTxResponse {
  readonly code: number
  readonly data: Uint8Array
  readonly log: string
  readonly info: string
  readonly gasWanted: bigint
  readonly gasUsed: bigint
  readonly events: readonly Event[]
  readonly codespace: string
}

/** A validator as ABCI names it in votes and offences. Wire: abci/types.proto Validator. */
export interface AbciValidator {
  readonly address: Uint8Array
  readonly power: bigint
}

/** Who signed the last commit; `blockIdFlag` is core's BlockIdFlag. Wire: VoteInfo. */
export interface VoteInfo {
  readonly validator: AbciValidator
  readonly blockIdFlag: number
}

/** Wire: CommitInfo. */
export interface CommitInfo {
  readonly round: number
  readonly votes: readonly VoteInfo[]
}

/** Wire: ExtendedVoteInfo. */
export interface ExtendedVoteInfo extends VoteInfo {
  readonly voteExtension: Uint8Array
  readonly extensionSignature: Uint8Array
}

/** Wire: ExtendedCommitInfo. */
export interface ExtendedCommitInfo {
  readonly round: number
  readonly votes: readonly ExtendedVoteInfo[]
}

/**
 * A proven offence. Wire: Misbehavior (type 1 duplicate vote, type 2 light client attack); double
 * proposals and downtime exist only on chains whose genesis allows them.
 */
export interface Misbehavior {
  readonly kind: 'duplicate-vote' | 'light-client-attack' | 'double-proposal' | 'downtime'
  readonly validator: AbciValidator
  readonly height: bigint
  readonly time: Time
  readonly totalVotingPower: bigint
}

/**
 * Asks the proposer's application for the transactions of its block. Wire: RequestPrepareProposal.
 */
export interface PrepareProposalRequest {
  readonly maxTxBytes: bigint
  readonly txs: readonly Uint8Array[]
  readonly localLastCommit: ExtendedCommitInfo
  readonly misbehavior: readonly Misbehavior[]
  readonly height: bigint
  readonly time: Time
  readonly nextValidatorsHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** The parts of a proposed block that an application judges or extends. */
export interface ProposedBlock {
  readonly txs: readonly Uint8Array[]
  readonly proposedLastCommit: CommitInfo
  readonly misbehavior: readonly Misbehavior[]
  readonly hash: Uint8Array
  readonly height: bigint
  readonly time: Time
  readonly nextValidatorsHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** Wire: RequestProcessProposal. */
export type ProcessProposalRequest = ProposedBlock

/** Wire: RequestExtendVote. */
export type ExtendVoteRequest = ProposedBlock

/** Wire: RequestVerifyVoteExtension. */
export interface VerifyVoteExtensionRequest {
  readonly hash: Uint8Array
  readonly validatorAddress: Uint8Array
  readonly height: bigint
  readonly voteExtension: Uint8Array
}

/** A decided block to execute. Wire: RequestFinalizeBlock. */
export interface FinalizeBlockRequest {
  readonly txs: readonly Uint8Array[]
  readonly decidedLastCommit: CommitInfo
  readonly misbehavior: readonly Misbehavior[]
  readonly hash: Uint8Array
  readonly height: bigint
  readonly time: Time
  readonly nextValidatorsHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** Heights below `retainHeight` may be pruned; 0 keeps all. Wire: ResponseCommit. */
export interface CommitResponse {
  readonly retainHeight: bigint
}

/** Wire: abci/types.proto Snapshot. */
export interface Snapshot {
  readonly height: bigint
  readonly format: number
  readonly chunks: number
  readonly hash: Uint8Array
  readonly metadata: Uint8Array
}

/** Wire: ResponseOfferSnapshot.Result. */
export type OfferSnapshotResult = 'accept' | 'abort' | 'reject' | 'reject-format' | 'reject-sender'

/** Wire: ResponseApplySnapshotChunk. */
export interface ApplySnapshotChunkResponse {
  readonly result: 'accept' | 'abort' | 'retry' | 'retry-snapshot' | 'reject-snapshot'
  readonly refetchChunks: readonly number[]
  readonly rejectSenders: readonly string[]
}

/**
 * A replicated state machine. The node calls it in CometBFT's order: `info`, `initChain` at height
 * 0, then for each height `finalizeBlock` and `commit`; `checkTx` and `query` in between, never
 * during `commit`. Calls do not overlap when the application is wrapped by {@link
 * serializeApplication}.
 *
 * `finalizeBlock` stages and answers the new app hash; only `commit` makes it the application's
 * state. A throw is an operational error that stops the node: a bad transaction is a result with a
 * code, never a throw.
 */
export interface Application {
  /**
   * True when no answer of `checkTx` is another one after the last commit than before it, as where
   * it depends on nothing but the transaction: the mempool, which reads it after each commit, then
   * asks again only what a round that was cut short has left. Left out means false.
   */
  readonly isCheckStateless?: boolean
  info(request: InfoRequest): Awaitable<InfoResponse>
  initChain(request: InitChainRequest): Awaitable<InitChainResponse>
  query(request: QueryRequest): Awaitable<QueryResponse>
  checkTx(request: CheckTxRequest): Awaitable<CheckTxResponse>
  prepareProposal(request: PrepareProposalRequest): Awaitable<readonly Uint8Array[]>
  processProposal(request: ProcessProposalRequest): Awaitable<'accept' | 'reject'>
  extendVote(request: ExtendVoteRequest): Awaitable<Uint8Array>
  verifyVoteExtension(request: VerifyVoteExtensionRequest): Awaitable<'accept' | 'reject'>
  finalizeBlock(request: FinalizeBlockRequest): Awaitable<FinalizeBlockResponse>
  commit(): Awaitable<CommitResponse>
  listSnapshots?(): Awaitable<readonly Snapshot[]>
  offerSnapshot?(request: {
    readonly snapshot: Snapshot
    readonly appHash: Uint8Array
  }): Awaitable<OfferSnapshotResult>
  loadSnapshotChunk?(request: {
    readonly height: bigint
    readonly format: number
    readonly chunk: number
  }): Awaitable<Uint8Array>
  applySnapshotChunk?(request: {
    readonly index: number
    readonly chunk: Uint8Array
    readonly sender: string
  }): Awaitable<ApplySnapshotChunkResponse>
}
