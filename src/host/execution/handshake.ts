// Brings the application level with the stores when the node starts.

import { equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import { applyInitialAnswer, nextHeight } from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { ValidatorUpdate } from '../../core/proto/index.ts'
import type { Genesis, ValidatorSet } from '../../core/types/index.ts'
import type { InfoRequest, InfoResponse } from '../abci/index.ts'
import type { BlockExecutor } from './block-executor.ts'
import { appHashMismatch, callApplication, ExecutionError } from './errors.ts'
import { replayBlocks, type ReplayOptions } from './replay.ts'

/** What a handshake needs. */
export interface HandshakeOptions extends ReplayOptions {
  readonly executor: BlockExecutor
  readonly genesis: Genesis
  readonly infoRequest: InfoRequest
  /** The state of the genesis, used while nothing is stored. */
  readonly initialState: ChainState
}

/** The three heights that have to meet. */
interface Heights {
  readonly application: bigint
  readonly state: bigint
  readonly store: bigint
}

/**
 * Asks the application where it stands and executes what it lacks: InitChain at height 0, then
 * stored blocks. Answers the chain state to go on from, application and stores level with it.
 * Throws {@link ExecutionError}: application ahead of the stores, blocks it lacks pruned, another
 * app hash than the chain's, no validators.
 */
export async function handshake(options: HandshakeOptions): Promise<ChainState> {
  const { application, infoRequest, logger, stateStore, blockStore } = options
  const info = await callApplication('info', 0n, () => application.info(infoRequest))
  const { lastBlockHeight, lastBlockAppHash } = info
  const saved = await stateStore.loadChainState()
  const heights = {
    application: lastBlockHeight,
    state: saved?.lastBlockHeight ?? 0n,
    store: blockStore.height,
  }
  logger.info('application answered', {
    height: lastBlockHeight,
    appHash: lastBlockAppHash,
    version: info.version,
    appVersion: info.appVersion,
  })
  refuseImpossible(heights, saved ?? options.initialState)
  const start = lastBlockHeight === 0n ? await initChain(options, info, saved) : null
  const chainState = start?.chainState ?? saved ?? options.initialState
  await refuseTooOld(options, heights)
  const appHash = start?.appHash ?? lastBlockAppHash
  const level = await catchUp(options, { chainState, appHash, heights })
  options.executor.resume(level)
  return level
}

function refuseImpossible(heights: Heights, chainState: ChainState): void {
  const { application, state, store } = heights
  if (application < 0n) {
    throw refusal(
      'EXECUTION_BAD_RESPONSE',
      application,
      `the application claims height ${application}`,
    )
  }
  if (store < application) {
    throw refusal(
      'EXECUTION_APPLICATION_AHEAD',
      application,
      `the application is at height ${application}, the node has blocks up to ${store}: ` +
        'it belongs to another chain, or the node was rolled back without it',
    )
  }
  if (store !== state && store !== nextHeight(chainState)) {
    const message = `the stores disagree: blocks up to ${store}, chain state at ${state}`
    throw refusal('EXECUTION_STORE_INCONSISTENT', store, message)
  }
}

async function refuseTooOld(options: HandshakeOptions, heights: Heights): Promise<void> {
  const { application, store } = heights
  if (store === 0n) return
  const base = options.blockStore.base
  const first = application === 0n ? options.initialState.initialHeight : application + 1n
  if (first >= base) return
  throw refusal(
    'EXECUTION_APPLICATION_TOO_OLD',
    application,
    `the application is at height ${application} and needs block ${first}, ` +
      `the node has blocks from ${base}`,
  )
}

async function initChain(
  options: HandshakeOptions,
  info: InfoResponse,
  saved: ChainState | null,
): Promise<{ readonly chainState: ChainState; readonly appHash: Uint8Array }> {
  const { application, crypto, genesis, initialState, stateStore } = options
  const { initialHeight } = initialState
  const answer = await callApplication('initChain', initialHeight, () =>
    application.initChain({
      time: genesis.genesisTime,
      chainId: genesis.chainId,
      consensusParams: genesis.consensusParams,
      validators: updatesOf(initialState.validators),
      appStateBytes: toUtf8(genesis.appStateJson),
      initialHeight,
      ...(genesis.slashing === undefined ? {} : { slashing: genesis.slashing }),
    }),
  )
  if (saved !== null && saved.lastBlockHeight > 0n) {
    const appHash = answer.appHash.length > 0 ? answer.appHash : initialState.appHash
    return { chainState: saved, appHash }
  }
  const applied = applyInitialAnswer(crypto, initialState, {
    appVersion: info.appVersion,
    ...answer,
  })
  if (!applied.ok) throw refusal('EXECUTION_NO_VALIDATORS', initialHeight, applied.error)
  await stateStore.saveChainState(applied.value)
  return { chainState: applied.value, appHash: applied.value.appHash }
}

async function catchUp(
  options: HandshakeOptions,
  at: {
    readonly chainState: ChainState
    readonly appHash: Uint8Array
    readonly heights: Heights
  },
): Promise<ChainState> {
  const { chainState, heights } = at
  // The last block may be stored without its state; it is executed the usual way, at the end.
  const isOneAhead = heights.store > chainState.lastBlockHeight
  const appHash = await replayBlocks(options, {
    chainState,
    from: heights.application === 0n ? chainState.initialHeight : heights.application + 1n,
    to: chainState.lastBlockHeight,
    appHash: at.appHash,
  })
  const isCommitted = isOneAhead && heights.application === heights.store
  if (!isCommitted && !equalBytes(appHash, chainState.appHash)) {
    throw appHashMismatch(chainState.lastBlockHeight, appHash, chainState.appHash)
  }
  return isOneAhead ? applyStored(options, chainState, isCommitted) : chainState
}

/**
 * Executes the block that is stored without its state; from its stored results when the application
 * has it already.
 */
async function applyStored(
  options: HandshakeOptions,
  chainState: ChainState,
  isCommitted: boolean,
): Promise<ChainState> {
  const { blockStore, stateStore, executor, logger } = options
  const height = nextHeight(chainState)
  const block = await blockStore.loadBlock(height)
  const meta = await blockStore.loadBlockMeta(height)
  if (block === null || meta === null) {
    throw refusal('EXECUTION_STORE_INCONSISTENT', height, `block ${height} is missing`)
  }
  const seenCommit = await blockStore.loadSeenCommit(height)
  const { blockId } = meta
  const request = { chainState, block, blockId, partSet: null, seenCommit, lastPrecommits: null }
  logger.info('completing the last block', { height })
  if (!isCommitted) {
    const applied = await executor.applyBlock(request)
    if (applied.ok) return applied.value
    throw refusal('EXECUTION_STORE_INCONSISTENT', height, `the last block: ${applied.error}`)
  }
  const response = await stateStore.loadResults(height)
  if (response === null) {
    const message = `the application is at height ${height}, its results were not stored`
    throw refusal('EXECUTION_APPLICATION_AHEAD', height, message)
  }
  return executor.applyResponse(request, response, { isCommitted: true })
}

function refusal(
  code: ConstructorParameters<typeof ExecutionError>[0],
  height: bigint,
  message: string,
): ExecutionError {
  return new ExecutionError(code, { height, message })
}

function updatesOf(validatorSet: ValidatorSet): ValidatorUpdate[] {
  return validatorSet.validators.map(({ pubKey, votingPower: power }) => ({ pubKey, power }))
}
