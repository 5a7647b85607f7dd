// What a chain is after each block, followed from the genesis with naive rules.

import { ZERO_TIME, bytesKey } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type {
  Block,
  BlockId,
  Commit,
  ConsensusParams,
  ConsensusVersion,
  Evidence,
  Genesis,
  Header,
} from '../../core/types/index.ts'
import { evidenceBytes, treeHash, resultsHash } from './naive-hashes.ts'
import { offenceOf } from './naive-offence.ts'
import { changeBench, foundBench, nextRound } from './naive-rotation.ts'
import type { Bench } from './naive-rotation.ts'
import type { ChainStart } from './setting.ts'

/** The chain after a block, or before the first one. */
export interface NaiveState {
  readonly genesis: Genesis
  readonly version: ConsensusVersion
  readonly params: ConsensusParams
  /** Null before the first block. */
  readonly last: LastBlock | null
  /** The height of the next block. */
  readonly nextHeight: bigint
  /** Validators of the next height, and of the one after it. */
  readonly bench: Bench
  readonly nextBench: Bench
  readonly resultsHash: Uint8Array
  readonly appHash: Uint8Array
  /** The blocks of all branches that carry evidence, by what makes it known. */
  readonly carriers: Map<string, LastBlock[]>
}

/** The block that made a state. */
export interface LastBlock {
  readonly height: bigint
  readonly blockId: BlockId
  readonly time: Time
  readonly header: Header
  /** The commit of the block before. */
  readonly lastCommit: Commit | null
  /** Its validators. */
  readonly bench: Bench
  /** The chain before it. */
  readonly before: NaiveState
}

/** The chain before its first block. */
export function naiveStart(crypto: Crypto, genesis: Genesis, start: ChainStart): NaiveState {
  const named = start.validators ?? []
  const bench = foundBench(crypto, named.length > 0 ? named : genesis.validators)
  const update = start.consensusParams ?? null
  const params = { ...genesis.consensusParams, ...update }
  const appHash = start.appHash ?? new Uint8Array(0)
  return {
    genesis,
    version: {
      block:
        (genesis.lockRule === 'paper' ? 111n : 11n) + (genesis.evidenceRule === 'all' ? 200n : 0n),
      app: update === null ? start.appVersion : params.version.app,
    },
    params,
    last: null,
    nextHeight: genesis.initialHeight,
    bench,
    nextBench: nextRound(bench),
    resultsHash: treeHash(crypto, []),
    appHash: appHash.length > 0 ? appHash : genesis.appHash,
    carriers: new Map(),
  }
}

/** The chain after one more block: changes of validators act two heights later, others at once. */
export function naiveNext(
  crypto: Crypto,
  before: NaiveState,
  decided: { readonly block: Block; readonly blockId: BlockId },
  response: FinalizeBlockResponse,
): NaiveState {
  const { block, blockId } = decided
  const { header, lastCommit } = block
  const { height, time } = header
  const last: LastBlock = { height, blockId, time, header, lastCommit, bench: before.bench, before }
  for (const piece of block.evidence) {
    const name = nameOfEvidence(before.genesis, piece)
    before.carriers.set(name, [...(before.carriers.get(name) ?? []), last])
  }
  const update = response.consensusParamUpdates
  const params = { ...before.params, ...update }
  const app = update === null ? before.version.app : params.version.app
  return {
    genesis: before.genesis,
    version: { block: before.version.block, app },
    params,
    last,
    nextHeight: before.nextHeight + 1n,
    bench: before.nextBench,
    nextBench: nextRound(changeBench(crypto, before.nextBench, response.validatorUpdates)),
    resultsHash: resultsHash(crypto, response.txResults),
    appHash: response.appHash,
    carriers: before.carriers,
  }
}

/** What no chain carries twice: the bytes where CometBFT's rules hold, else the offence. */
export function nameOfEvidence({ evidenceRule }: Genesis, piece: Evidence): string {
  return evidenceRule === 'comet' ? bytesKey(evidenceBytes(piece)) : offenceOf(piece)
}

/** True when a block of this branch carries evidence of that name. */
export function isCarried(state: NaiveState, name: string): boolean {
  const blocks = state.carriers.get(name) ?? []
  return blocks.some((block) => blockAt(state, block.height) === block)
}

/** The time of the last block, of the genesis before the first. */
export function lastTime(state: NaiveState): Time {
  return state.last?.time ?? state.genesis.genesisTime
}

/** The block of an earlier height in this branch, null when there is none. */
export function blockAt(state: NaiveState, height: bigint): LastBlock | null {
  let at = state.last
  while (at !== null && at.height !== height) at = at.before.last
  return at
}

/** One timestamp and the power behind it. */
export interface Say {
  readonly time: Time
  readonly power: bigint
}

/**
 * The weighted median: times in order, and the first at which the powers so far reach half of all,
 * rounded down.
 */
export function naiveMedian(says: readonly Say[]): Time {
  const half = says.reduce((sum, say) => sum + say.power, 0n) / 2n
  let reached = 0n
  for (const { time, power } of says.toSorted((a, b) => Number(a.time > b.time) - 0.5)) {
    reached += power
    if (reached >= half) return time
  }
  return ZERO_TIME
}
