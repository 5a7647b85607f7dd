// Messages of the golden vectors have exactly CometBFT's bytes, read and written, field by field.

import { createHash } from 'node:crypto'

import { expect } from 'vitest'

import { EMPTY_BYTES, fromBase64, parseTime, toHex } from '../bytes/index.ts'
import { hex, testVectors } from '../crypto/vectors.fixture.ts'
import * as proto from './index.ts'
import type { Block, BlockId, ExecTxResult, Header, Proposal, Vote } from './index.ts'
import { FAMILIES } from './messages.fixture.ts'

interface BlockIdCase {
  readonly hash: string
  readonly total: number
  readonly psh_hash: string
}

const blockIdOf = (one: BlockIdCase): BlockId => ({
  hash: hex(one.hash),
  partSetHeader: { total: one.total, hash: hex(one.psh_hash) },
})

interface SignCase extends Readonly<Record<string, unknown>> {
  readonly kind: 'vote' | 'proposal'
  readonly chain_id: string
  readonly height: string
  readonly round: number
  readonly block_id: BlockIdCase
  readonly timestamp: { readonly rfc3339nano: string }
  readonly signature: string
  readonly proto: string
  readonly sign_bytes: string
}

const commonOf = (one: SignCase) => ({
  height: BigInt(one.height),
  round: one.round,
  blockId: blockIdOf(one.block_id),
  timestamp: parseTime(one.timestamp.rfc3339nano) as bigint,
  signature: hex(one.signature),
})

const text = (one: SignCase, key: string): string => (one[key] ?? '') as string

function checkVote(one: SignCase): void {
  const vote: Vote = {
    ...commonOf(one),
    type: one['type'] as number,
    validatorAddress: hex(text(one, 'address')),
    validatorIndex: one['validator_index'] as number,
    extension: hex(text(one, 'extension')),
    extensionSignature: one['has_ext_sig'] === true ? hex(text(one, 'ext_signature')) : EMPTY_BYTES,
  }
  expect(toHex(proto.encodeVote(vote))).toBe(one.proto)
  expect(proto.decodeVote(hex(one.proto))).toEqual(vote)
  const canonical = proto.encodeCanonicalVote(one.chain_id, vote)
  expect(toHex(canonical)).toBe(one.sign_bytes)
  if (text(one, 'ext_sign_bytes') === '') return
  const extension = proto.encodeCanonicalVoteExtension(one.chain_id, vote)
  expect(toHex(extension)).toBe(text(one, 'ext_sign_bytes'))
}

function checkProposal(one: SignCase): void {
  const proposal: Proposal = { ...commonOf(one), type: 32, polRound: one['pol_round'] as number }
  expect(toHex(proto.encodeProposal(proposal))).toBe(one.proto)
  expect(proto.decodeProposal(hex(one.proto))).toEqual(proposal)
  const canonical = proto.encodeCanonicalProposal(one.chain_id, proposal)
  expect(toHex(canonical)).toBe(one.sign_bytes)
}

function checkSigned(one: SignCase): void {
  if (one.kind === 'vote') checkVote(one)
  else checkProposal(one)
}

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** RFC 6962 root, written down once more so that leaves are judged without the crypto room. */
const rootOf = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0] as Uint8Array)
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1))
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)))
}

const headerLeaves = (header: Header): readonly Uint8Array[] => [
  proto.encodeConsensusVersion(header.version),
  proto.encodeStringValue(header.chainId),
  proto.encodeInt64Value(header.height),
  proto.encodeTimestamp(header.time),
  proto.encodeBlockId(header.lastBlockId),
  ...[
    header.lastCommitHash,
    header.dataHash,
    header.validatorsHash,
    header.nextValidatorsHash,
    header.consensusHash,
    header.appHash,
    header.lastResultsHash,
    header.evidenceHash,
    header.proposerAddress,
  ].map(proto.encodeBytesValue),
]

interface HeaderCase extends Readonly<Record<string, unknown>> {
  readonly last_block_id: BlockIdCase
  readonly time: { readonly rfc3339nano: string }
  readonly proto: string
  readonly hash: string
}

function checkHeader(one: HeaderCase): void {
  const bytes = (key: string): Uint8Array => hex(one[key] as string)
  const header: Header = {
    version: {
      block: BigInt(one['version_block'] as string),
      app: BigInt(one['version_app'] as string),
    },
    chainId: one['chain_id'] as string,
    height: BigInt(one['height'] as string),
    time: parseTime(one.time.rfc3339nano) as bigint,
    lastBlockId: blockIdOf(one.last_block_id),
    lastCommitHash: bytes('last_commit_hash'),
    dataHash: bytes('data_hash'),
    validatorsHash: bytes('validators_hash'),
    nextValidatorsHash: bytes('next_validators_hash'),
    consensusHash: bytes('consensus_hash'),
    appHash: bytes('app_hash'),
    lastResultsHash: bytes('last_results_hash'),
    evidenceHash: bytes('evidence_hash'),
    proposerAddress: bytes('proposer_address'),
  }
  expect(toHex(proto.encodeHeader(header))).toBe(one.proto)
  expect(proto.decodeHeader(hex(one.proto))).toEqual(header)
  if (one.hash !== '') expect(toHex(rootOf(headerLeaves(header)))).toBe(one.hash)
}

interface BlockCase {
  readonly block_proto_b64: string
  readonly hash: string
  readonly last_commit_hash: string
  readonly evidence_hash: string
  readonly valset_hash: string
  readonly validators: readonly { readonly pubkey: string; readonly power: string }[] | null
}

const evidenceLeaves = (block: Block): readonly Uint8Array[] =>
  block.evidence.map((one) => {
    if (one.kind === 'duplicate-vote') return proto.encodeDuplicateVoteEvidence(one)
    if (one.kind === 'light-client-attack') return proto.encodeLightClientAttackEvidence(one)
    throw new Error(`no vector has evidence of kind ${one.kind}`)
  })

function checkBlock(one: BlockCase): void {
  const bytes = fromBase64(one.block_proto_b64) as Uint8Array
  const block = proto.decodeBlock(bytes)
  expect(toHex(proto.encodeBlock(block))).toBe(toHex(bytes))
  expect(toHex(rootOf(headerLeaves(block.header)))).toBe(one.hash)
  expect(toHex(rootOf(evidenceLeaves(block)))).toBe(one.evidence_hash)
  const signatures = block.lastCommit?.signatures ?? []
  expect(toHex(rootOf(signatures.map(proto.encodeCommitSig)))).toBe(one.last_commit_hash)
}

interface ResultsCase {
  readonly last_results_hash: string
  readonly results:
    | readonly {
        readonly code: number
        readonly data: string
        readonly gas_wanted: string
        readonly gas_used: string
        readonly proto: string
      }[]
    | null
}

function checkResults(one: ResultsCase): void {
  const decoded: ExecTxResult[] = []
  for (const result of one.results ?? []) {
    const value = proto.decodeExecTxResult(hex(result.proto))
    expect(toHex(proto.encodeExecTxResult(value))).toBe(result.proto)
    expect(value).toMatchObject({
      code: result.code,
      data: hex(result.data),
      gasWanted: BigInt(result.gas_wanted),
      gasUsed: BigInt(result.gas_used),
    })
    decoded.push(value)
  }
  const leaves = decoded.map(proto.encodeDeterministicTxResult)
  expect(toHex(rootOf(leaves))).toBe(one.last_results_hash)
}

interface ValidatorSetCase {
  readonly init: readonly { readonly pubkey: string; readonly power: string }[]
  readonly after_init: {
    readonly hash: string
    readonly v: readonly { readonly a: string; readonly p: string }[]
  }
}

function checkValidators(one: ValidatorSetCase): void {
  const byAddress = new Map(
    one.init.map(({ pubkey }) => [toHex(sha256(hex(pubkey)).subarray(0, 20)), hex(pubkey)]),
  )
  const leaves = one.after_init.v.map(({ a, p }) => {
    const bytes = byAddress.get(a) as Uint8Array
    return proto.encodeSimpleValidator({
      pubKey: { type: 'ed25519', bytes },
      votingPower: BigInt(p),
    })
  })
  expect(toHex(rootOf(leaves))).toBe(one.after_init.hash)
}

interface ParamsCase {
  readonly max_bytes: string
  readonly max_gas: string
  readonly hash: string
}

function checkParams(one: ParamsCase): void {
  const params = { maxBytes: BigInt(one.max_bytes), maxGas: BigInt(one.max_gas) }
  expect(toHex(sha256(proto.encodeHashedParams(params)))).toBe(one.hash)
}

interface DecoderCase {
  readonly message: string
  readonly bytes: string
  /** The same message written again, null when the bytes are refused. */
  readonly again: string | null
}

/** Generated and damaged messages, read and written again by the Go types of CometBFT v0.38.23. */
function checkDecoder(one: DecoderCase): void {
  const family = FAMILIES.find(({ name }) => name === one.message)
  const result = proto.tryDecode(family?.again as (bytes: Uint8Array) => Uint8Array, hex(one.bytes))
  expect([one.bytes, result.ok ? toHex(result.value) : null]).toEqual([one.bytes, one.again])
}

testVectors('signbytes.json', 'votes and proposals have their bytes', checkSigned)
testVectors('headers.json', 'headers and their leaves have their bytes', checkHeader)
testVectors('blocks.json', 'blocks and the leaves of their hashes', checkBlock)
testVectors('last_results_hash.json', 'transaction results have their bytes', checkResults)
testVectors('valset.json', 'simple validators are the leaves of the hash', checkValidators)
testVectors('consensus_params_hash.json', 'hashed parameters', checkParams)
testVectors('proto_cases.json', "CometBFT's decoder and this one agree", checkDecoder)
