// Whether a block may follow a chain, derived anew from what the fields of a header mean.

import { equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { encodeHashedParams } from '../../core/proto/index.ts'
import type { Block, BlockId } from '../../core/types/index.ts'
import { judgeCommit, saysOf, shapeOfCommit } from './naive-commit.ts'
import { NIL, NOTHING, isSameId } from './naive-values.ts'
import { judgeEvidence } from './naive-evidence.ts'
import {
  benchHash,
  commitHash,
  dataHash,
  evidenceBytes,
  isNameOf,
  treeHash,
} from './naive-hashes.ts'
import { lastTime, naiveMedian } from './naive-state.ts'
import type { NaiveState } from './naive-state.ts'
import type { Means } from './notary.ts'

const LARGEST_BLOCK = 104_857_600n

/**
 * Every rule that the block breaks as the next one of the chain; none when it is valid. Nothing is
 * remembered and nothing is cut short: slow, and as plain as the rules.
 */
export function judgeBlock(means: Means, state: NaiveState, block: Block): string[] {
  return [
    ...judgeFields(state, block),
    ...judgeHashes(means.crypto, state, block),
    ...judgeLastCommit(means, state, block),
    ...judgeTime(state, block),
    ...judgeEvidence(means, state, block.evidence),
  ]
}

/** Why `blockId` is not the name of the block with these bytes, or the block is too large. */
export function judgeName(
  crypto: Crypto,
  state: NaiveState,
  block: Block,
  named: { readonly blockId: BlockId; readonly bytes: Uint8Array },
): string[] {
  const { bytes } = named
  const reasons: string[] = []
  if (!isNameOf(crypto, named.blockId, { header: block.header, bytes })) {
    reasons.push('the id names another block')
  }
  const { maxBytes } = state.params.block
  const limit = maxBytes === -1n ? LARGEST_BLOCK : maxBytes
  if (BigInt(bytes.length) > limit) reasons.push(`${bytes.length} bytes, ${limit} are allowed`)
  return reasons
}

function judgeFields(state: NaiveState, { header }: Block): string[] {
  const { version, genesis, bench, last } = state
  const reasons: string[] = []
  if (header.version.block !== version.block) reasons.push(`block version ${header.version.block}`)
  if (header.version.app !== version.app) reasons.push(`app version ${header.version.app}`)
  if (header.chainId !== genesis.chainId) reasons.push('chain id')
  if (toUtf8(header.chainId).length > 50) reasons.push('chain id too long')
  if (header.height !== state.nextHeight) reasons.push(`height ${header.height}`)
  if (!isSameId(header.lastBlockId, last?.blockId ?? NIL)) reasons.push('last block id')
  const { proposerAddress } = header
  if (!bench.seats.some(({ address }) => equalBytes(address, proposerAddress))) {
    reasons.push('proposer is no validator')
  }
  return reasons
}

function judgeHashes(crypto: Crypto, state: NaiveState, block: Block): string[] {
  const { header, txs, evidence, lastCommit } = block
  const expected: Readonly<Record<string, readonly [Uint8Array, Uint8Array]>> = {
    'data hash': [header.dataHash, dataHash(crypto, txs)],
    'evidence hash': [header.evidenceHash, treeHash(crypto, evidence.map(evidenceBytes))],
    'last commit hash': [
      header.lastCommitHash,
      lastCommit === null ? NOTHING : commitHash(crypto, lastCommit),
    ],
    'validators hash': [header.validatorsHash, benchHash(crypto, state.bench)],
    'next validators hash': [header.nextValidatorsHash, benchHash(crypto, state.nextBench)],
    'consensus hash': [header.consensusHash, crypto.sha256(encodeHashedParams(state.params.block))],
    'results hash': [header.lastResultsHash, state.resultsHash],
    'app hash': [header.appHash, state.appHash],
  }
  return Object.entries(expected).flatMap(([name, [given, right]]) =>
    equalBytes(given, right) ? [] : [name],
  )
}

function judgeLastCommit({ notary }: Means, state: NaiveState, block: Block): string[] {
  const { lastCommit } = block
  const { last } = state
  if (lastCommit === null) return ['no last commit']
  if (last !== null) {
    const decided = { height: last.height, blockId: last.blockId }
    const reasons = judgeCommit(notary, lastCommit, last.bench, decided)
    return reasons.map((reason) => `last commit: ${reason}`)
  }
  // Nothing was decided before the first block.
  const reasons = lastCommit.signatures.length > 0 ? ['last commit of the first block'] : []
  return [...reasons, ...shapeOfCommit(lastCommit)]
}

function judgeTime(state: NaiveState, { header, lastCommit }: Block): string[] {
  const { last, genesis } = state
  if (last === null) return header.time === genesis.genesisTime ? [] : ['time is not the genesis']
  if (lastCommit === null) return []
  const median = naiveMedian(saysOf(lastCommit, last.bench, genesis.medianTimeRule))
  const reasons = header.time === median ? [] : ['time is not the median']
  if (header.time <= lastTime(state)) reasons.push('time is not after the last block')
  return reasons
}
