// Blocks: made from their contents, and checked against their own hashes.

import { equalBytes } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeBlock } from '../proto/index.ts'
import type { Block, BlockId, Commit, Evidence, Header } from '../proto/index.ts'
import { hashEvidence, hashTxs } from './block-hashes.ts'
import { hashCommit, validateCommit } from './commit.ts'
import { validateEvidence } from './evidence.ts'
import { hashHeader, validateHeader } from './header.ts'
import { PartSet } from './part-set.ts'

/** The fields of a header that do not follow from the block's contents. */
export type HeaderFields = Omit<Header, 'lastCommitHash' | 'dataHash' | 'evidenceHash'>

/** What a block is made of. */
export interface BlockContents {
  readonly header: HeaderFields
  readonly txs: readonly Uint8Array[]
  readonly evidence: readonly Evidence[]
  /** {@link EMPTY_COMMIT} for the first block of a chain. */
  readonly lastCommit: Commit
}

/** A block whose header commits to its contents. */
export const makeBlock = (crypto: Crypto, contents: BlockContents): Block => {
  const { header: fields, txs, evidence, lastCommit } = contents
  const header: Header = {
    version: fields.version,
    chainId: fields.chainId,
    height: fields.height,
    time: fields.time,
    lastBlockId: fields.lastBlockId,
    lastCommitHash: hashCommit(crypto, lastCommit),
    dataHash: hashTxs(crypto, txs),
    validatorsHash: fields.validatorsHash,
    nextValidatorsHash: fields.nextValidatorsHash,
    consensusHash: fields.consensusHash,
    appHash: fields.appHash,
    lastResultsHash: fields.lastResultsHash,
    evidenceHash: hashEvidence(crypto, evidence),
    proposerAddress: fields.proposerAddress,
  }
  return { header, txs, evidence, lastCommit }
}

/** A block cut into parts, and the id that votes name it by. */
export const makeBlockId = (
  crypto: Crypto,
  block: Block,
): { readonly blockId: BlockId; readonly partSet: PartSet } => {
  const partSet = PartSet.fromBytes(crypto, encodeBlock(block))
  const blockId = { hash: hashHeader(crypto, block.header), partSetHeader: partSet.header }
  return { blockId, partSet }
}

const validateEvidenceOf = (crypto: Crypto, block: Block): string | null => {
  for (const [index, evidence] of block.evidence.entries()) {
    const reason = validateEvidence(crypto, evidence)
    if (reason !== null) return `evidence ${index}: ${reason}`
  }
  return null
}

/**
 * The internal consistency of a block, without any knowledge of the chain: structure of all its
 * pieces, and that the header's hashes are those of the contents. Null when it is consistent.
 * Remembered per object.
 */
export const validateBlockBasic = (crypto: Crypto, block: Block): string | null => {
  const known = verdicts.get(block)
  if (known !== undefined) return known
  const verdict = judge(crypto, block)
  verdicts.set(block, verdict)
  return verdict
}

/** A block is judged before the prevote and again before it is executed: hashed only once. */
const verdicts = new WeakMap<Block, string | null>()

const judge = (crypto: Crypto, block: Block): string | null => {
  const { header, txs, evidence, lastCommit } = block
  const structure = validateHeader(header)
  if (structure !== null) return `header: ${structure}`
  if (lastCommit === null) return 'no last commit'
  const commit = validateCommit(lastCommit)
  if (commit !== null) return `last commit: ${commit}`
  if (!equalBytes(header.lastCommitHash, hashCommit(crypto, lastCommit))) {
    return 'lastCommitHash is not that of the last commit'
  }
  if (!equalBytes(header.dataHash, hashTxs(crypto, txs))) {
    return 'dataHash is not that of the transactions'
  }
  const fault = validateEvidenceOf(crypto, block)
  if (fault !== null) return fault
  if (equalBytes(header.evidenceHash, hashEvidence(crypto, evidence))) return null
  return 'evidenceHash is not that of the evidence'
}
