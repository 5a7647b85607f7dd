// The chain state, and by height what the chain state was made of: validators, parameters, results.

import type { Result } from '../../core/bytes/index.ts'
import { assert } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { decodeChainState, encodeChainState, nextHeight } from '../../core/chain/index.ts'
import {
  decodeConsensusParams,
  decodeFinalizeBlockResponse,
  decodeValidatorSet,
  encodeConsensusParams,
  encodeFinalizeBlockResponse,
  encodeValidatorSet,
  tryDecode,
} from '../../core/proto/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type { ConsensusParams } from '../../core/types/index.ts'
import { ValidatorSet } from '../../core/types/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import { decodeBounds, encodeBounds, heightKey, heightOf, Kind } from './keys.ts'
import { StoreBatch } from './store-batch.ts'
import { corrupt, openValue, putValue } from './stored-value.ts'

/**
 * A set is stored whole at least every so many heights, which bounds the increments when an old one
 * is loaded.
 */
const FULL_EVERY = 100n
const PRUNE_STEP = 1000

/** Heights for which validators and parameters are known. */
interface Bounds {
  readonly low: bigint
  /** Highest height whose validators are known; parameters are known up to one less. */
  readonly high: bigint
}

/**
 * Saving a chain state also saves what follows from it: the validators two heights ahead and the
 * parameters of the next height, whole only where they changed. Order of a block's batch: this
 * store relies on results, block and chain state being in one batch, so after a crash they agree.
 */
export class StateStore {
  readonly #store: KeyValueStore
  #bounds: Bounds | null = null

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  /**
   * The last chain state, or null on a node that has none. Must be called before a later state is
   * saved.
   */
  async loadChainState(): Promise<ChainState | null> {
    const bytes = await this.#load(Kind.chainState, 'chain state')
    if (bytes === undefined) return null
    await this.#loadBounds()
    return decoded('chain state', decodeChainState(bytes))
  }

  /** Adds a chain state to a batch. */
  putChainState(batch: StoreBatch, chainState: ChainState): void {
    const next = nextHeight(chainState)
    const first = chainState.lastBlockHeight === 0n
    const { nextValidators, lastHeightValidatorsChanged: changed } = chainState
    assert(
      first || this.#bounds !== null,
      'the chain state was loaded or made before it is advanced',
    )
    const bounds = { low: first ? next : (this.#bounds?.low ?? next), high: next + 1n }
    const operations = [
      putValue(Kind.chainState, encodeChainState(chainState)),
      putValue(Kind.stateHead, encodeBounds(bounds.low, bounds.high)),
    ]
    if (first) operations.push(putValidators(next, chainState.validators))
    if (first || changed === next + 1n || (next + 1n) % FULL_EVERY === 0n) {
      operations.push(putValidators(next + 1n, nextValidators))
    }
    if (first || chainState.lastHeightConsensusParamsChanged === next) {
      operations.push(putParams(next, chainState.consensusParams))
    }
    batch.add(operations)
    batch.afterCommit(() => (this.#bounds = bounds))
  }

  /**
   * Adds a chain state that was not reached block by block here: everything it holds is stored
   * whole, and nothing is known of lower heights.
   */
  putFirstChainState(batch: StoreBatch, chainState: ChainState): void {
    const next = nextHeight(chainState)
    const { lastValidators, validators, nextValidators, consensusParams } = chainState
    const low = lastValidators === null ? next : next - 1n
    batch.add([
      putValue(Kind.chainState, encodeChainState(chainState)),
      putValue(Kind.stateHead, encodeBounds(low, next + 1n)),
      putValidators(low, lastValidators ?? validators),
      putValidators(next, validators),
      putValidators(next + 1n, nextValidators),
      putParams(low, consensusParams),
    ])
    batch.afterCommit(() => (this.#bounds = { low, high: next + 1n }))
  }

  /** Stores a chain state in a synced batch of its own. */
  async saveChainState(chainState: ChainState): Promise<void> {
    const batch = new StoreBatch(this.#store)
    this.putChainState(batch, chainState)
    await batch.commit()
  }

  /**
   * The validators of `height` with the proposer priorities of its round 0; null when not known.
   */
  async loadValidators(height: bigint): Promise<ValidatorSet | null> {
    const bounds = await this.#loadBounds()
    if (bounds === null || height < bounds.low || height > bounds.high) return null
    const what = `validators of height ${height}`
    const [at, bytes] = await this.#loadLast(Kind.validators, height, what)
    const { validators, proposer } = decoded(what, tryDecode(decodeValidatorSet, bytes))
    const set = decoded(what, ValidatorSet.tryRestore(validators, proposer))
    return height === at ? set : set.withPriorityIncremented(Number(height - at))
  }

  /** The parameters that block `height` is bound by; null when not known. */
  async loadParams(height: bigint): Promise<ConsensusParams | null> {
    const bounds = await this.#loadBounds()
    if (bounds === null || height < bounds.low || height >= bounds.high) return null
    const what = `parameters of height ${height}`
    const [, bytes] = await this.#loadLast(Kind.params, height, what)
    return decoded(what, tryDecode(decodeConsensusParams, bytes))
  }

  /** Adds the application's answer to block `height` to a batch. */
  putResults(batch: StoreBatch, height: bigint, response: FinalizeBlockResponse): void {
    const key = heightKey(Kind.results, height)
    batch.add([putValue(key, encodeFinalizeBlockResponse(response))])
  }

  /** The application's answer to block `height`; null when not stored. */
  async loadResults(height: bigint): Promise<FinalizeBlockResponse | null> {
    const what = `results of block ${height}`
    const bytes = await this.#load(heightKey(Kind.results, height), what)
    return bytes === undefined ? null : decoded(what, tryDecode(decodeFinalizeBlockResponse, bytes))
  }

  /**
   * Forgets what is known of heights below `retainHeight`. The last whole validator set and
   * parameters at or below it stay, since the heights above are derived from them.
   */
  async prune(retainHeight: bigint): Promise<void> {
    const bounds = await this.#loadBounds()
    if (bounds === null || retainHeight <= bounds.low || retainHeight >= bounds.high) return
    const low = retainHeight
    const head = new StoreBatch(this.#store)
    head.add([putValue(Kind.stateHead, encodeBounds(low, bounds.high))])
    head.afterCommit(() => (this.#bounds = { low, high: bounds.high }))
    await head.commit({ sync: false })
    await this.#removeBelow(Kind.results, low)
    const [validators] = await this.#loadLast(Kind.validators, low, `validators of height ${low}`)
    await this.#removeBelow(Kind.validators, validators)
    const [params] = await this.#loadLast(Kind.params, low, `parameters of height ${low}`)
    await this.#removeBelow(Kind.params, params)
  }

  async #removeBelow(kind: Uint8Array, height: bigint): Promise<void> {
    const range = { gte: heightKey(kind, 0n), lt: heightKey(kind, height), limit: PRUNE_STEP }
    for (let more = true; more;) {
      const operations: KeyValueOperation[] = []
      for await (const [key] of this.#store.iterate(range)) operations.push({ del: key })
      if (operations.length > 0) await this.#store.batch(operations, { sync: false })
      more = operations.length === PRUNE_STEP
    }
  }

  /** The value stored last at or below a height, with its height. */
  async #loadLast(kind: Uint8Array, height: bigint, what: string): Promise<[bigint, Uint8Array]> {
    const range = {
      gte: heightKey(kind, 0n),
      lt: heightKey(kind, height + 1n),
      reverse: true,
      limit: 1,
    }
    for await (const [key, value] of this.#store.iterate(range)) {
      const bytes = openValue(key, value, what)
      if (bytes !== undefined) return [heightOf(key), bytes]
    }
    throw corrupt(what, 'are missing')
  }

  async #loadBounds(): Promise<Bounds | null> {
    if (this.#bounds !== null) return this.#bounds
    const what = 'bounds of the chain state'
    const bytes = await this.#load(Kind.stateHead, what)
    if (bytes === undefined) return null
    this.#bounds = decodeBounds(bytes)
    if (this.#bounds === null) throw corrupt(what, `take ${bytes.length} bytes`)
    return this.#bounds
  }

  async #load(key: Uint8Array, what: string): Promise<Uint8Array | undefined> {
    return openValue(key, await this.#store.get(key), what)
  }
}

function putValidators(height: bigint, set: ValidatorSet): KeyValueOperation {
  const { validators, proposer, totalVotingPower } = set
  const bytes = encodeValidatorSet({ validators, proposer, totalVotingPower })
  return putValue(heightKey(Kind.validators, height), bytes)
}

function putParams(height: bigint, params: ConsensusParams): KeyValueOperation {
  return putValue(heightKey(Kind.params, height), encodeConsensusParams(params))
}

function decoded<T>(what: string, result: Result<T, string>): T {
  if (!result.ok) throw corrupt(what, `cannot be decoded: ${result.error}`)
  return result.value
}
