// Makes the block that a proposer offers for the next height, and tells how much data fits into it.

import { assert } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  MAX_BLOCK_BYTES,
  MAX_BLOCK_OVERHEAD_BYTES,
  MAX_HEADER_BYTES,
  hashConsensusParams,
  makeBlock,
  maxCommitBytes,
  medianTime,
} from '../types/index.ts'
import type { Block, Commit, Evidence } from '../types/index.ts'
import { nextHeight } from './chain-state.ts'
import type { ChainState } from './chain-state.ts'

/** What a proposer puts into a block. */
export interface BlockProposal {
  readonly crypto: Crypto
  readonly chainState: ChainState
  /** The next height of the chain state. */
  readonly height: bigint
  readonly txs: readonly Uint8Array[]
  readonly evidence: readonly Evidence[]
  /** The commit of the last height; `EMPTY_COMMIT` at the initial height. */
  readonly lastCommit: Commit
  readonly proposerAddress: Uint8Array
}

/**
 * The time of the block that follows a commit: the weighted median of its timestamps, at the
 * initial height the genesis time. It follows from the commit alone, so proposer and validators
 * compute the same.
 */
export const blockTimeAfter = (chainState: ChainState, lastCommit: Commit): Time => {
  const { lastValidators, lastBlockHeight, lastBlockTime, medianTimeRule } = chainState
  if (lastBlockHeight === 0n) return lastBlockTime
  assert(lastValidators !== null, 'after the first block there are last validators')
  return medianTime(lastCommit, lastValidators, medianTimeRule)
}

/** The block of the next height with everything that follows from the chain state filled in. */
export const makeProposalBlock = (proposal: BlockProposal): Block => {
  const { crypto, chainState, height, txs, evidence, lastCommit, proposerAddress } = proposal
  assert(height === nextHeight(chainState), 'a block is made for the next height')
  const header = {
    version: chainState.version,
    chainId: chainState.chainId,
    height,
    time: blockTimeAfter(chainState, lastCommit),
    lastBlockId: chainState.lastBlockId,
    validatorsHash: chainState.validators.hash(crypto),
    nextValidatorsHash: chainState.nextValidators.hash(crypto),
    consensusHash: hashConsensusParams(crypto, chainState.consensusParams),
    appHash: chainState.appHash,
    lastResultsHash: chainState.lastResultsHash,
    proposerAddress,
  }
  return makeBlock(crypto, { header, txs, evidence, lastCommit })
}

/** The most bytes that the next block may have, all of it encoded. */
export const maxBlockBytes = ({ consensusParams }: ChainState): bigint => {
  const { maxBytes } = consensusParams.block
  return maxBytes === -1n ? BigInt(MAX_BLOCK_BYTES) : maxBytes
}

/**
 * Bytes left for transactions in a block with `evidenceBytes` of evidence and a commit of all
 * validators; negative when the block size limit does not even hold header and commit.
 */
export const maxDataBytes = (chainState: ChainState, evidenceBytes: bigint): bigint => {
  const commitBytes = maxCommitBytes(chainState.validators.size)
  const maxBytes = maxBlockBytes(chainState)
  return maxBytes - MAX_BLOCK_OVERHEAD_BYTES - MAX_HEADER_BYTES - commitBytes - evidenceBytes
}
