// Removes the blocks that the application no longer asks to keep, beside the work of the node.

import type { ChainState } from '../../core/chain/index.ts'
import type { TxIndex } from '../indexer/index.ts'
import type { Logger } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'

/** What is pruned. */
export interface PrunerOptions {
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly txIndex: TxIndex | null
  readonly logger: Logger
}

/** Index entries of blocks removed in one step. */
const INDEX_STEP = 100

/**
 * One pruning at a time; a request that comes while one runs is dropped, the next block brings
 * another. Blocks that evidence may still name are kept whatever the application says: without
 * their headers and validators a block with such evidence could not be judged.
 */
export class Pruner {
  readonly #options: PrunerOptions
  #isRunning = false

  constructor(options: PrunerOptions) {
    this.#options = options
  }

  /** Starts removing what lies below `retainHeight`, as far as it may go. */
  request(retainHeight: bigint, chainState: ChainState): void {
    if (this.#isRunning || retainHeight <= this.#options.blockStore.base) return
    this.#isRunning = true
    void this.#run(retainHeight, chainState)
      .catch((error: unknown) => this.#options.logger.warn('pruning stopped', { error }))
      .finally(() => (this.#isRunning = false))
  }

  async #run(retainHeight: bigint, chainState: ChainState): Promise<void> {
    const { blockStore, stateStore, txIndex, logger } = this.#options
    const height = await this.#allowed(retainHeight, chainState)
    if (height <= blockStore.base) return
    const blocks = await blockStore.prune(height)
    await stateStore.prune(height)
    for (let more = txIndex !== null; more;) {
      more = (await txIndex?.prune(height, INDEX_STEP)) === INDEX_STEP
    }
    if (blocks > 0) logger.debug('pruned blocks', { blocks, retainHeight: height })
  }

  /** Evidence expires when it is too old by blocks and by time; both must have passed. */
  async #allowed(retainHeight: bigint, chainState: ChainState): Promise<bigint> {
    const { maxAgeNumBlocks, maxAgeDuration } = chainState.consensusParams.evidence
    const { lastBlockHeight, lastBlockTime } = chainState
    const byBlocks = lastBlockHeight - maxAgeNumBlocks
    const height = retainHeight < byBlocks ? retainHeight : byBlocks
    const meta = await this.#options.blockStore.loadBlockMeta(height)
    const isOld = meta !== null && lastBlockTime - meta.header.time > maxAgeDuration
    return isOld ? height : 0n
  }
}
