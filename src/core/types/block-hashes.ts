// Hashes of what a block holds or follows from: transactions, evidence, parameters, results.

import { merkleRoot } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  encodeDeterministicTxResult,
  encodeDuplicateVoteEvidence,
  encodeEvidence,
  encodeHashedParams,
  encodeLightClientAttackEvidence,
} from '../proto/index.ts'
import type { ConsensusParams, Evidence, ExecTxResult } from '../proto/index.ts'
import { hashHeader } from './header.ts'

/** SHA-256 of a transaction: its name in the mempool, the index and the RPC. */
export const hashTx = (crypto: Crypto, tx: Uint8Array): Uint8Array => crypto.sha256(tx)

/**
 * The hashes of a list of transactions, which must not change any more. Remembered per list: those
 * of a block are needed when it is judged and again when it is executed.
 */
export const hashEachTx = (crypto: Crypto, txs: readonly Uint8Array[]): readonly Uint8Array[] => {
  const known = hashesOf.get(txs)
  if (known !== undefined) return known
  const hashes = txs.map((tx) => hashTx(crypto, tx))
  hashesOf.set(txs, hashes)
  return hashes
}

const hashesOf = new WeakMap<readonly Uint8Array[], readonly Uint8Array[]>()

/** Merkle root whose leaves are the hashes of the transactions: the header's `dataHash`. */
export const hashTxs = (crypto: Crypto, txs: readonly Uint8Array[]): Uint8Array =>
  merkleRoot(crypto, hashEachTx(crypto, txs))

/**
 * What hashes cover: the encoding without the oneof around it. The kinds that CometBFT does not
 * know keep the oneof, so that no two pieces of different kinds have the same leaf.
 */
const encodeLeaf = (evidence: Evidence): Uint8Array => {
  if (evidence.kind === 'duplicate-vote') return encodeDuplicateVoteEvidence(evidence)
  if (evidence.kind === 'light-client-attack') return encodeLightClientAttackEvidence(evidence)
  return encodeEvidence(evidence)
}

/** Merkle root over the evidence of a block: the header's `evidenceHash`. */
export const hashEvidence = (crypto: Crypto, evidence: readonly Evidence[]): Uint8Array =>
  merkleRoot(crypto, evidence.map(encodeLeaf))

/** Zig-zag varint of an int64. */
const signedVarint = (value: bigint): number[] => {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  const bytes: number[] = []
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}

/**
 * The name of one piece of evidence. That of a light client attack covers 31 bytes of the
 * conflicting block's hash, a
 * zero byte and the common height: the reference cuts the hash short and everybody names it so
 * (wire.md 2.6).
 */
export const evidenceHash = (crypto: Crypto, evidence: Evidence): Uint8Array => {
  if (evidence.kind !== 'light-client-attack') return crypto.sha256(encodeLeaf(evidence))
  const header = evidence.conflictingBlock.signedHeader?.header ?? null
  const height = signedVarint(evidence.commonHeight)
  const named = new Uint8Array(32 + height.length)
  if (header !== null) named.set(hashHeader(crypto, header).subarray(0, 31))
  named.set(height, 32)
  return crypto.sha256(named)
}

/** SHA-256 over block size and gas limits, the only parameters that a header commits to. */
export const hashConsensusParams = (crypto: Crypto, params: ConsensusParams): Uint8Array =>
  crypto.sha256(encodeHashedParams(params.block))

/** Merkle root over what is deterministic in the results: the next header's `lastResultsHash`. */
export const hashResults = (crypto: Crypto, results: readonly ExecTxResult[]): Uint8Array =>
  merkleRoot(crypto, results.map(encodeDeterministicTxResult))
