// Hashes of headers, transactions, results and parameters are CometBFT's.

import { expect } from 'vitest'
import { toHex } from '../bytes/index.ts'
import { nobleCrypto, verifyMerkleProof } from '../crypto/index.ts'
import { hex, testVectors } from '../crypto/vectors.fixture.ts'
import { decodeExecTxResult, encodeMerkleProof } from '../proto/index.ts'
import {
  defaultConsensusParams,
  hashConsensusParams,
  hashHeader,
  hashResults,
  hashTxs,
  makeTxProof,
} from './index.ts'
import type { Header } from './index.ts'
import { blockIdOf, timeOf } from './vectors.fixture.ts'
import type { BlockIdVector, TimeVector } from './vectors.fixture.ts'

interface HeaderCase {
  readonly version_block: number
  readonly version_app: number
  readonly chain_id: string
  readonly height: string
  readonly time: TimeVector
  readonly last_block_id: BlockIdVector
  readonly last_commit_hash: string
  readonly data_hash: string
  readonly validators_hash: string
  readonly next_validators_hash: string
  readonly consensus_hash: string
  readonly app_hash: string
  readonly last_results_hash: string
  readonly evidence_hash: string
  readonly proposer_address: string
  readonly hash: string
}

const headerOf = (one: HeaderCase): Header => ({
  version: { block: BigInt(one.version_block), app: BigInt(one.version_app) },
  chainId: one.chain_id,
  height: BigInt(one.height),
  time: timeOf(one.time),
  lastBlockId: blockIdOf(one.last_block_id),
  lastCommitHash: hex(one.last_commit_hash),
  dataHash: hex(one.data_hash),
  validatorsHash: hex(one.validators_hash),
  nextValidatorsHash: hex(one.next_validators_hash),
  consensusHash: hex(one.consensus_hash),
  appHash: hex(one.app_hash),
  lastResultsHash: hex(one.last_results_hash),
  evidenceHash: hex(one.evidence_hash),
  proposerAddress: hex(one.proposer_address),
})

const checkHeader = (one: HeaderCase): void => {
  const header = headerOf(one)
  expect(toHex(hashHeader(nobleCrypto, header))).toBe(one.hash)
  expect(toHex(hashHeader(nobleCrypto, header))).toBe(one.hash)
}

testVectors('headers.json', 'header hashes are equal', checkHeader)

interface TxsCase {
  readonly txs: readonly string[] | null
  readonly data_hash: string
  readonly proof_last_proto?: string
}

/**
 * TxProof on the wire: root, data, proof; all of these vectors are shorter than 128 bytes but the
 * proof.
 */
const delimited = (tag: string, bytes: string): string => {
  const length = bytes.length / 2
  const varint = length < 128 ? [length] : [(length % 128) + 128, length >> 7]
  return tag + toHex(Uint8Array.from(varint)) + bytes
}

const checkTxs = (one: TxsCase): void => {
  const txs = (one.txs ?? []).map(hex)
  expect(toHex(hashTxs(nobleCrypto, txs))).toBe(one.data_hash)
  if (one.proof_last_proto === undefined || txs.length === 0) return
  const { rootHash, data, proof } = makeTxProof(nobleCrypto, txs, txs.length - 1)
  const wire =
    delimited('0a', toHex(rootHash)) +
    delimited('12', toHex(data)) +
    delimited('1a', toHex(encodeMerkleProof(proof)))
  expect(wire).toBe(one.proof_last_proto)
  expect(verifyMerkleProof(nobleCrypto, proof, rootHash, nobleCrypto.sha256(data))).toBe(true)
}

testVectors('txs.json', 'data hashes and proofs are equal', checkTxs)

interface ResultsCase {
  readonly results: readonly { readonly proto: string }[] | null
  readonly last_results_hash: string
}

const checkResults = (one: ResultsCase): void => {
  const results = (one.results ?? []).map(({ proto }) => decodeExecTxResult(hex(proto)))
  expect(toHex(hashResults(nobleCrypto, results))).toBe(one.last_results_hash)
}

testVectors('last_results_hash.json', 'hashes of results are equal', checkResults)

interface ParamsCase {
  readonly max_bytes: string
  readonly max_gas: string
  readonly hash: string
}

const checkParams = (one: ParamsCase): void => {
  const block = { maxBytes: BigInt(one.max_bytes), maxGas: BigInt(one.max_gas) }
  const params = { ...defaultConsensusParams, block }
  expect(toHex(hashConsensusParams(nobleCrypto, params))).toBe(one.hash)
}

testVectors('consensus_params_hash.json', 'hashes of parameters are equal', checkParams)
