// The hashes of a block from their descriptions (wire.md 2.6), with no memory and no shortcut.

import { concatBytes, equalBytes } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import {
  encodeBlockId,
  encodeBytesValue,
  encodeCommitSig,
  encodeConsensusVersion,
  encodeDuplicateVoteEvidence,
  encodeEvidence,
  encodeExecTxResult,
  encodeInt64Value,
  encodeLightClientAttackEvidence,
  encodeSimpleValidator,
  encodeStringValue,
  encodeTimestamp,
} from '../../core/proto/index.ts'
import type { ExecTxResult } from '../../core/proto/index.ts'
import type { BlockId, Commit, Evidence, Header } from '../../core/types/index.ts'
import type { Bench } from './naive-rotation.ts'
import { NOTHING } from './naive-values.ts'

const PART_BYTES = 65_536

/** RFC 6962: the hash of nothing, of a leaf behind 0x00, of two halves behind 0x01. */
export function treeHash(crypto: Crypto, leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return crypto.sha256(NOTHING)
  if (leaves.length === 1) return crypto.sha256(concatBytes(Uint8Array.of(0), first))
  let half = 1
  while (half * 2 < leaves.length) half *= 2
  const left = treeHash(crypto, leaves.slice(0, half))
  const right = treeHash(crypto, leaves.slice(half))
  return crypto.sha256(concatBytes(Uint8Array.of(1), left, right))
}

/** The hash of a header: its fourteen fields as leaves. */
export function headerHash(crypto: Crypto, header: Header): Uint8Array {
  return treeHash(crypto, [
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
  ])
}

/** The hash of transactions: the leaves are their hashes. */
export function dataHash(crypto: Crypto, txs: readonly Uint8Array[]): Uint8Array {
  return treeHash(
    crypto,
    txs.map((tx) => crypto.sha256(tx)),
  )
}

/** The hash of a commit: its entries. Height, round and block are not in it. */
export function commitHash(crypto: Crypto, commit: Commit): Uint8Array {
  return treeHash(crypto, commit.signatures.map(encodeCommitSig))
}

/** The bytes of a piece of evidence, without the oneof around it for the kinds of CometBFT. */
export function evidenceBytes(evidence: Evidence): Uint8Array {
  if (evidence.kind === 'duplicate-vote') return encodeDuplicateVoteEvidence(evidence)
  if (evidence.kind === 'light-client-attack') return encodeLightClientAttackEvidence(evidence)
  return encodeEvidence(evidence)
}

/** The hash of validators: key and power of each. */
export function benchHash(crypto: Crypto, { seats }: Bench): Uint8Array {
  const leaves = seats.map(({ pubKey, power }) =>
    encodeSimpleValidator({ pubKey, votingPower: power }),
  )
  return treeHash(crypto, leaves)
}

/** The hash of results: code, data and gas of each, the rest may differ from node to node. */
export function resultsHash(crypto: Crypto, results: readonly ExecTxResult[]): Uint8Array {
  const leaves = results.map((result) =>
    encodeExecTxResult({ ...result, log: '', info: '', events: [], codespace: '' }),
  )
  return treeHash(crypto, leaves)
}

/** True when the id names these header and parts. */
export function isNameOf(
  crypto: Crypto,
  blockId: BlockId,
  { header, bytes }: { readonly header: Header; readonly bytes: Uint8Array },
): boolean {
  const parts: Uint8Array[] = []
  for (let from = 0; from < bytes.length; from += PART_BYTES) {
    parts.push(bytes.slice(from, from + PART_BYTES))
  }
  const { total, hash } = blockId.partSetHeader
  return (
    equalBytes(blockId.hash, headerHash(crypto, header)) &&
    total === parts.length &&
    equalBytes(hash, treeHash(crypto, parts))
  )
}
