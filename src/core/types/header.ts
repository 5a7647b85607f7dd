// The block header: its structure and its hash, which is the name of a block.

import { EMPTY_BYTES, toUtf8 } from '../bytes/index.ts'
import { ADDRESS_SIZE, merkleRoot } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  encodeBlockId,
  encodeBytesValue,
  encodeConsensusVersion,
  encodeInt64Value,
  encodeStringValue,
  encodeTimestamp,
} from '../proto/index.ts'
import type { Header } from '../proto/index.ts'
import { isHashOrEmpty, validateBlockId } from './block-id.ts'
import { isBlockVersion } from './chain-rules.ts'
import { MAX_CHAIN_ID_BYTES } from './limits.ts'

const hashes = new WeakMap<Header, Uint8Array>()

/** The fourteen leaves in their order; an empty value is an empty leaf. */
const leavesOf = (header: Header): Uint8Array[] => [
  encodeConsensusVersion(header.version),
  encodeStringValue(header.chainId),
  encodeInt64Value(header.height),
  encodeTimestamp(header.time),
  encodeBlockId(header.lastBlockId),
  encodeBytesValue(header.lastCommitHash),
  encodeBytesValue(header.dataHash),
  encodeBytesValue(header.validatorsHash),
  encodeBytesValue(header.nextValidatorsHash),
  encodeBytesValue(header.consensusHash),
  encodeBytesValue(header.appHash),
  encodeBytesValue(header.lastResultsHash),
  encodeBytesValue(header.evidenceHash),
  encodeBytesValue(header.proposerAddress),
]

/**
 * Merkle root over the fields, empty for a header without a validators hash. Remembered per object.
 */
export const hashHeader = (crypto: Crypto, header: Header): Uint8Array => {
  if (header.validatorsHash.length === 0) return EMPTY_BYTES
  const known = hashes.get(header)
  if (known !== undefined) return known
  const hash = merkleRoot(crypto, leavesOf(header))
  hashes.set(header, hash)
  return hash
}

/** The hash fields of a header; the application hash is not among them, it has any length. */
const HASH_FIELDS = [
  'lastCommitHash',
  'dataHash',
  'evidenceHash',
  'validatorsHash',
  'nextValidatorsHash',
  'consensusHash',
  'lastResultsHash',
] as const

/** Structure of a header. Null when it is well formed. */
export const validateHeader = (header: Header): string | null => {
  const { version, chainId, height, lastBlockId, proposerAddress } = header
  if (!isBlockVersion(version.block)) return `block version ${version.block}`
  if (toUtf8(chainId).length > MAX_CHAIN_ID_BYTES) return 'chain id is too long'
  if (height <= 0n) return `height ${height}`
  const blockId = validateBlockId(lastBlockId)
  if (blockId !== null) return `last block id: ${blockId}`
  for (const field of HASH_FIELDS) {
    if (!isHashOrEmpty(header[field])) return `${field} of ${header[field].length} bytes`
  }
  if (proposerAddress.length === ADDRESS_SIZE) return null
  return `proposer address of ${proposerAddress.length} bytes`
}
