// Makes, judges and executes blocks: the one way a block reaches the application and the stores.

import { ok, type Result } from '../../core/bytes/index.ts'
import {
  applyResults,
  makeProposalBlock,
  maxDataBytes,
  nextHeight,
  validateBlockRules,
} from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Evidence, FinalizeBlockResponse } from '../../core/proto/index.ts'
import { blockIdKey, hashEachTx, makeBlockId } from '../../core/types/index.ts'
import type { Block, BlockId, Commit, PartSet, VoteSet } from '../../core/types/index.ts'
import type { Application } from '../abci/index.ts'
import type { EventBus } from '../events/index.ts'
import type { TxIndex } from '../indexer/index.ts'
import { encodedTxSize, type Mempool, type TxLimits } from '../mempool/index.ts'
import type { KeyValueStore, Logger } from '../ports/index.ts'
import { StoreBatch } from '../store/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import {
  extendedCommitInfo,
  finalizeBlockRequest,
  misbehaviorOf,
  proposedBlock,
} from './abci-requests.ts'
import { publishBlock } from './block-events.ts'
import { callApplication, ExecutionError } from './errors.ts'
import type { EvidenceSource } from './evidence-source.ts'
import { Pruner } from './pruning.ts'
import { verifiedSignatures } from './verified-signatures.ts'

/** What a block executor is made of. */
export interface BlockExecutorOptions {
  readonly application: Application
  readonly mempool: Mempool
  readonly evidence: EvidenceSource
  /** The database of the stores and the index, for the one batch that joins them. */
  readonly store: KeyValueStore
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly eventBus: EventBus
  /** Null on a node that does not index. */
  readonly txIndex: TxIndex | null
  readonly crypto: Crypto
  readonly logger: Logger
}

/** A block that is to be proposed. */
export interface ProposalRequest {
  readonly chainState: ChainState
  readonly height: bigint
  /** `EMPTY_COMMIT` at the initial height. */
  readonly lastCommit: Commit
  readonly proposerAddress: Uint8Array
  /**
   * The precommits behind `lastCommit`, for their vote extensions; may be left out where there are
   * none.
   */
  readonly lastPrecommits?: VoteSet | null
}

/** A block with its id and parts. */
export interface BuiltBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly partSet: PartSet
}

/** A complete proposed block. */
export interface JudgeRequest {
  readonly chainState: ChainState
  readonly block: Block
  readonly blockId: BlockId
  /**
   * Precommits whose signatures are known to be good and are not verified again in the block's last
   * commit.
   */
  readonly lastPrecommits: VoteSet | null
}

/** A decided block. */
export interface ApplyRequest extends JudgeRequest {
  /** Null when the block is in the store already. */
  readonly partSet: PartSet | null
  /** Null when the block is in the store already. */
  readonly seenCommit: Commit | null
}

/** Valid blocks of one height that are remembered; a round brings one. */
const MAX_REMEMBERED = 64

/** What an executed block leaves, ready to be made durable. */
interface ExecutedBlock {
  readonly request: ApplyRequest
  readonly hashes: readonly Uint8Array[]
  readonly response: FinalizeBlockResponse
  readonly next: ChainState
}

/**
 * Executes blocks, one at a time and in order of height; the engine and block sync take turns,
 * never overlap.
 *
 * Order of `applyBlock`, and what the next start finds after a crash behind each step:
 * 1. validate, then `finalizeBlock`: nothing has changed, the block is decided again from the log.
 * 2. one synced batch with block, commit, results, index and chain state: the application is one
 *    block behind, the handshake gives it the block again.
 * 3. `commit` of the application: all are level.
 * 4. mempool, evidence, pruning, events: in memory, or repeated harmlessly. Events of a crashed
 *    node are not repeated.
 */
export class BlockExecutor {
  readonly #options: BlockExecutorOptions
  readonly #logger: Logger
  readonly #pruner: Pruner
  /** The blocks of the next height that were found valid, by id. */
  readonly #valid = new Set<string>()

  constructor(options: BlockExecutorOptions) {
    this.#options = options
    this.#logger = options.logger
    this.#pruner = new Pruner(options)
  }

  /**
   * Says where the chain stands at the start; the handshake calls it. Throws {@link ExecutionError}
   * when this node cannot go on from there.
   */
  resume(chainState: ChainState): void {
    refuseVoteExtensions(chainState)
    const height = chainState.lastBlockHeight
    this.#options.mempool.resume({ height, limits: limitsOf(chainState) })
  }

  /**
   * A block for the next height. Throws {@link ExecutionError} when the application fails or gives
   * too much.
   */
  async createProposalBlock(request: ProposalRequest): Promise<BuiltBlock> {
    const { crypto, evidence: pool, mempool } = this.#options
    const { chainState, height, lastCommit, proposerAddress } = request
    const { block: limits, evidence: evidenceParams } = chainState.consensusParams
    const free = maxDataBytes(chainState, 0n)
    const { evidence, byteSize } = pool.pending(
      evidenceParams.maxBytes < free ? evidenceParams.maxBytes : free,
    )
    const maxTxBytes = maxDataBytes(chainState, byteSize)
    const room = limits.maxBytes === -1n ? -1n : maxTxBytes
    const reaped = mempool.reapMaxBytesMaxGas(room, limits.maxGas)
    const fields = { crypto, chainState, height, evidence, lastCommit, proposerAddress }
    const { time, nextValidatorsHash } = makeProposalBlock({ txs: [], ...fields }).header
    const txs = await callApplication('prepareProposal', height, () =>
      this.#options.application.prepareProposal({
        maxTxBytes,
        txs: reaped,
        localLastCommit: extendedCommitInfo(
          lastCommit,
          chainState.lastValidators,
          request.lastPrecommits ?? null,
        ),
        misbehavior: misbehaviorOf(evidence),
        height,
        time,
        nextValidatorsHash,
        proposerAddress,
      }),
    )
    assertFits(txs, maxTxBytes, height)
    const block = makeProposalBlock({ txs, ...fields })
    const built = { block, ...makeBlockId(crypto, block) }
    this.#remember(built.blockId)
    return built
  }

  /**
   * Why this node does not vote for the block, or null: the rules of the chain, then the
   * application's.
   */
  async judgeProposal(request: JudgeRequest): Promise<string | null> {
    const reason = await this.validateBlock(request)
    if (reason !== null) return reason
    const { block, blockId, chainState } = request
    const { height } = block.header
    const proposed = proposedBlock(block, blockId.hash, chainState.lastValidators)
    const verdict = await callApplication('processProposal', height, () =>
      this.#options.application.processProposal(proposed),
    )
    return verdict === 'accept' ? null : 'the application rejects the proposal'
  }

  /** Why the block may not follow the chain state, or null. The application is not asked. */
  async validateBlock(request: JudgeRequest): Promise<string | null> {
    if (this.#valid.has(blockIdKey(request.blockId))) return null
    const { block, chainState, lastPrecommits } = request
    const { lastValidators, chainId } = chainState
    const known =
      lastPrecommits === null || lastValidators === null
        ? {}
        : { isVerified: verifiedSignatures(chainId, lastValidators, lastPrecommits) }
    const { crypto } = this.#options
    const reason =
      validateBlockRules({ crypto, chainState, block, ...known }) ??
      (await this.#checkEvidence(chainState, block.evidence))
    if (reason === null) this.#remember(request.blockId)
    return reason
  }

  /**
   * Executes a decided block and answers the chain state after it; an error says why the block is
   * invalid, and nothing has changed then. Throws {@link ExecutionError} when the application or
   * its answer makes going on impossible.
   */
  async applyBlock(request: ApplyRequest): Promise<Result<ChainState, string>> {
    const reason = await this.validateBlock(request)
    if (reason !== null) return { ok: false, error: reason }
    const { block, blockId, chainState } = request
    const { height } = block.header
    const finalize = finalizeBlockRequest(block, blockId.hash, chainState.lastValidators)
    const response = await callApplication('finalizeBlock', height, () =>
      this.#options.application.finalizeBlock(finalize),
    )
    return ok(await this.applyResponse(request, response))
  }

  /**
   * The second half of `applyBlock`, from the application's answer on. Also completes a block whose
   * answer was stored before a crash; `isCommitted` says that the application has committed it
   * already.
   */
  async applyResponse(
    request: ApplyRequest,
    response: FinalizeBlockResponse,
    options: { readonly isCommitted: boolean } = { isCommitted: false },
  ): Promise<ChainState> {
    const { crypto, mempool, evidence, application } = this.#options
    const { block } = request
    const { height } = block.header
    const next = this.#nextState(request, response)
    const hashes = hashEachTx(crypto, block.txs)
    const executed = { request, hashes, response, next }
    await this.#save(executed)
    await mempool.lock()
    try {
      const { retainHeight } = options.isCommitted
        ? { retainHeight: 0n }
        : await callApplication('commit', height, () => application.commit())
      this.#updateMempool(executed)
      if (retainHeight > 0n) this.#pruner.request(retainHeight, next)
    } finally {
      mempool.unlock()
    }
    this.#valid.clear()
    await evidence.update(next, block)
    this.#announce(executed)
    refuseVoteExtensions(next)
    return next
  }

  #remember(blockId: BlockId): void {
    if (this.#valid.size >= MAX_REMEMBERED) this.#valid.clear()
    this.#valid.add(blockIdKey(blockId))
  }

  /** One piece after the other, up to the first bad one: a proof costs reads and signatures. */
  async #checkEvidence(
    chainState: ChainState,
    pieces: readonly Evidence[],
  ): Promise<string | null> {
    for (const [index, piece] of pieces.entries()) {
      const reason = await this.#options.evidence.check(chainState, piece)
      if (reason !== null) return `evidence ${index}: ${reason}`
    }
    return null
  }

  #nextState(request: ApplyRequest, response: FinalizeBlockResponse): ChainState {
    const { block, blockId, chainState } = request
    const { header, txs } = block
    const { height } = header
    if (response.txResults.length !== txs.length) {
      const message =
        'expected tx results length to match size of transactions in block. ' +
        `Expected ${txs.length}, got ${response.txResults.length}`
      throw new ExecutionError('EXECUTION_BAD_RESPONSE', { height, message })
    }
    const next = applyResults({
      crypto: this.#options.crypto,
      chainState,
      blockId,
      header,
      response,
    })
    if (next.ok) return next.value
    const message = `the application's updates at height ${height} are impossible: ${next.error}`
    throw new ExecutionError('EXECUTION_BAD_RESPONSE', { height, message })
  }

  /** One synced batch: a crash leaves all of the block or nothing of it. */
  async #save({ request, hashes, response, next }: ExecutedBlock): Promise<void> {
    const { blockStore, evidence, stateStore, store, txIndex } = this.#options
    const { block, blockId, partSet, seenCommit } = request
    const { height } = block.header
    const batch = new StoreBatch(store)
    if (partSet !== null && seenCommit !== null) {
      blockStore.putBlock(batch, { block, blockId, partSet, seenCommit })
    }
    stateStore.putResults(batch, height, response)
    if (txIndex !== null) {
      batch.add(await txIndex.operations({ height, hashes, results: response.txResults }))
    }
    if (block.evidence.length > 0) batch.add(evidence.operations?.(block.evidence) ?? [])
    stateStore.putChainState(batch, next)
    await batch.commit()
  }

  #updateMempool({ request, hashes, response, next }: ExecutedBlock): void {
    const { txs, header } = request.block
    this.#options.mempool.update({
      height: header.height,
      txs,
      hashes,
      results: response.txResults,
      limits: limitsOf(next),
    })
  }

  #announce({ request, hashes, response, next }: ExecutedBlock): void {
    const { block, blockId, seenCommit } = request
    const { height } = block.header
    this.#logger.info('executed block', {
      height,
      txs: block.txs.length,
      validatorUpdates: response.validatorUpdates.length,
      appHash: next.appHash,
    })
    const round = seenCommit?.round ?? 0
    publishBlock(this.#options.eventBus, { block, blockId, round, hashes, response })
  }
}

// From then on a precommit without its extension counts nowhere.
function refuseVoteExtensions(chainState: ChainState): void {
  const height = nextHeight(chainState)
  const from = chainState.consensusParams.abci.voteExtensionsEnableHeight
  if (from === 0n || from > height) return
  const message =
    `the application asks for vote extensions from height ${from} on, ` +
    `which this node does not sign: it stops before height ${height}`
  throw new ExecutionError('EXECUTION_UNSUPPORTED', { height, message })
}

function limitsOf(chainState: ChainState): TxLimits {
  const { maxGas } = chainState.consensusParams.block
  return { maxDataBytes: maxDataBytes(chainState, 0n), maxGas }
}

function assertFits(txs: readonly Uint8Array[], maxBytes: bigint, height: bigint): void {
  let size = 0
  for (const tx of txs) size += encodedTxSize(tx.length)
  if (BigInt(size) <= maxBytes) return
  const message = `the application proposes ${size} bytes of transactions, at most ${maxBytes} fit`
  throw new ExecutionError('EXECUTION_BAD_PROPOSAL', { height, message })
}
