// Gives an application that is behind the stored blocks again, without touching the chain state.

import { equalBytes } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { hashHeader } from '../../core/types/index.ts'
import type { Block, ValidatorSet } from '../../core/types/index.ts'
import type { Application } from '../abci/index.ts'
import type { Logger } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import { finalizeBlockRequest } from './abci-requests.ts'
import { appHashMismatch, callApplication, ExecutionError } from './errors.ts'

/** Blocks between two lines of progress. */
const PROGRESS_EVERY = 1000n

/** Where blocks come from and go to. */
export interface ReplayOptions {
  readonly application: Application
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly crypto: Crypto
  readonly logger: Logger
}

/** Which blocks to give again. */
export interface Replay {
  readonly chainState: ChainState
  /** First block, inclusive. */
  readonly from: bigint
  /** Last block, inclusive; nothing happens when it is below `from`. */
  readonly to: bigint
  /** The application's hash before the first block. */
  readonly appHash: Uint8Array
}

/**
 * Executes and commits each block at the application and compares its hash with the one the next
 * block records. Answers the hash after the last block; throws {@link ExecutionError} at the first
 * block after which they differ.
 */
export async function replayBlocks(options: ReplayOptions, replay: Replay): Promise<Uint8Array> {
  const { logger } = options
  const { from, to, chainState } = replay
  let appHash = replay.appHash
  for (let height = from; height <= to; height++) {
    if (height === from || height % PROGRESS_EVERY === 0n) {
      logger.info('executing stored blocks again', { height, to })
    }
    const block = await loadBlock(options, height)
    if (!equalBytes(appHash, block.header.appHash)) {
      throw appHashMismatch(height - 1n, appHash, block.header.appHash)
    }
    const isFirst = height === chainState.initialHeight
    const lastValidators = isFirst ? null : await loadValidators(options, height - 1n)
    appHash = await execute(options, block, lastValidators)
  }
  if (to >= from) logger.info('stored blocks executed', { from, to })
  return appHash
}

async function execute(
  options: ReplayOptions,
  block: Block,
  lastValidators: ValidatorSet | null,
): Promise<Uint8Array> {
  const { application, crypto } = options
  const { height } = block.header
  const hash = hashHeader(crypto, block.header)
  const request = finalizeBlockRequest(block, hash, lastValidators)
  const response = await callApplication('finalizeBlock', height, () =>
    application.finalizeBlock(request),
  )
  await callApplication('commit', height, () => application.commit())
  return response.appHash
}

async function loadBlock(options: ReplayOptions, height: bigint): Promise<Block> {
  const block = await options.blockStore.loadBlock(height)
  if (block !== null) return block
  const message = `block ${height} is missing`
  throw new ExecutionError('EXECUTION_STORE_INCONSISTENT', { height, message })
}

async function loadValidators(options: ReplayOptions, height: bigint): Promise<ValidatorSet> {
  const validators = await options.stateStore.loadValidators(height)
  if (validators !== null) return validators
  const message = `the validators of height ${height} are missing`
  throw new ExecutionError('EXECUTION_STORE_INCONSISTENT', { height, message })
}
