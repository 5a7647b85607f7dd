// Decides whether a block may follow the chain state, exactly as CometBFT 0.38 decides it.

import { equalBytes, formatTime, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  equalBlockId,
  evidenceByteSize,
  evidenceHash,
  hashConsensusParams,
  isAllowedEvidence,
  offenceKey,
  validateBlockBasic,
  verifyCommit,
} from '../types/index.ts'
import type { Block, Commit, IsVerified } from '../types/index.ts'
import { blockTimeAfter } from './proposal-block.ts'
import { nextHeight } from './chain-state.ts'
import type { ChainState } from './chain-state.ts'

/** A block and what it is judged by. */
export interface BlockRules {
  readonly crypto: Crypto
  readonly chainState: ChainState
  readonly block: Block
  /** Signatures known to be good are not verified again. */
  readonly isVerified?: IsVerified
}

/** The rules that compare one header field with the chain state. */
const checkHeader = ({ crypto, chainState, block }: BlockRules): string | null => {
  const { header } = block
  const { version } = chainState
  if (header.version.block !== version.block || header.version.app !== version.app) {
    const { block: given, app } = header.version
    return `version ${given}/${app}, expected ${version.block}/${version.app}`
  }
  if (header.chainId !== chainState.chainId) return `chain id ${header.chainId}`
  const height = nextHeight(chainState)
  if (header.height !== height) return `height ${header.height}, expected ${height}`
  if (!equalBlockId(header.lastBlockId, chainState.lastBlockId)) {
    return 'last block id is not that of the last block'
  }
  return checkHashes(crypto, chainState, block)
}

const checkHashes = (crypto: Crypto, chainState: ChainState, block: Block): string | null => {
  const { header } = block
  const expected: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['appHash', header.appHash, chainState.appHash],
    [
      'consensusHash',
      header.consensusHash,
      hashConsensusParams(crypto, chainState.consensusParams),
    ],
    ['lastResultsHash', header.lastResultsHash, chainState.lastResultsHash],
    ['validatorsHash', header.validatorsHash, chainState.validators.hash(crypto)],
    ['nextValidatorsHash', header.nextValidatorsHash, chainState.nextValidators.hash(crypto)],
  ]
  for (const [name, given, wanted] of expected) {
    if (!equalBytes(given, wanted)) {
      return `${name} ${toHexUpper(given)}, expected ${toHexUpper(wanted)}`
    }
  }
  return null
}

const checkLastCommit = (rules: BlockRules, lastCommit: Commit): string | null => {
  const { crypto, chainState, block, isVerified } = rules
  const { lastValidators: validatorSet, lastBlockId: blockId, chainId } = chainState
  if (validatorSet === null) {
    return lastCommit.signatures.length === 0 ? null : 'the first block cannot have a last commit'
  }
  const height = block.header.height - 1n
  const expectation = { chainId, validatorSet, blockId, height, commit: lastCommit, isVerified }
  const reason = verifyCommit(crypto, expectation)
  return reason === null ? null : `last commit: ${reason}`
}

/**
 * Equal to the median, and above the last block's: both, for a median may go back. No wall clock
 * (faults.md 0.3).
 */
const checkTime = (chainState: ChainState, block: Block, lastCommit: Commit): string | null => {
  const { time } = block.header
  const expected = blockTimeAfter(chainState, lastCommit)
  if (chainState.lastBlockHeight > 0n && time <= chainState.lastBlockTime) {
    return `time ${formatTime(time)} is not after the last block's`
  }
  return time === expected ? null : `time ${formatTime(time)}, expected ${formatTime(expected)}`
}

/** Size, kinds and duplicates: all that can be said of evidence without a proof. */
const checkEvidenceList = ({ crypto, chainState, block }: BlockRules): string | null => {
  const { evidence } = block
  if (evidence.length === 0) return null
  const size = evidenceByteSize(evidence)
  const { maxBytes } = chainState.consensusParams.evidence
  if (size > maxBytes) return `${size} bytes of evidence, at most ${maxBytes} are allowed`
  const seen = new Set<string>()
  for (const [index, piece] of evidence.entries()) {
    if (!isAllowedEvidence(chainState.evidenceRule, piece)) {
      return `evidence ${index}: blocks of this chain carry no evidence of kind ${piece.kind}`
    }
    // Where CometBFT validates too, only the same bytes are the same.
    const name =
      chainState.evidenceRule === 'comet'
        ? toHexUpper(evidenceHash(crypto, piece))
        : offenceKey(piece)
    if (seen.has(name)) return `evidence ${index} stands twice in the block`
    seen.add(name)
  }
  return null
}

/**
 * All rules for the block after the chain state but the proofs in its evidence, which need the
 * history (core/faults `checkEvidence`): consistency with itself, header against the state, last
 * commit, proposer, time, and size, kinds and duplicates of the evidence. Null when they hold, else
 * the reason. Comes first, for a proof costs reads and signatures, and a block has room for
 * thousands. Depends on nothing but its arguments, so a decided block is never found invalid later.
 */
export const validateBlockRules = (rules: BlockRules): string | null => {
  const { crypto, chainState, block } = rules
  const { header, lastCommit } = block
  const basic = validateBlockBasic(crypto, block)
  if (basic !== null || lastCommit === null) return basic
  const reason = checkHeader(rules) ?? checkLastCommit(rules, lastCommit)
  if (reason !== null) return reason
  if (chainState.validators.find(header.proposerAddress) === null) {
    return `proposer ${toHexUpper(header.proposerAddress)} is no validator`
  }
  return checkTime(chainState, block, lastCommit) ?? checkEvidenceList(rules)
}
