// Makers of every message of the wire, with the choices coming from a property or a fixed sequence.

import * as fc from 'fast-check'
import { expect } from 'vitest'

import { BitArray, toHex, ZERO_TIME } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import * as proto from './index.ts'

/** Where generated messages get their choices from: a shrinking property or a seeded sequence. */
export interface Source {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
}

/** Numbers of a fixed linear congruential sequence: the frozen cases depend on nothing else. */
export function seeded(seed: number): Source {
  let state = BigInt(seed) + 0x9e3779b97f4a7c15n
  return {
    below(limit) {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
      return Number((state >> 33n) % BigInt(limit))
    },
  }
}

/** Choices that fast-check can shrink. */
export const sources = fc.gen().map((draw): Source => ({
  below: (limit) => draw(fc.nat, { max: limit - 1 }),
}))

export const pick = <T>(s: Source, values: readonly T[]): T => values[s.below(values.length)] as T
const list = <T>(s: Source, most: number, make: (s: Source) => T): T[] =>
  Array.from({ length: s.below(most + 1) }, () => make(s))
const bytes = (s: Source, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => s.below(256))
const someBytes = (s: Source): Uint8Array => bytes(s, pick(s, [0, 1, 20, 32, 41, 64, 130]))
const hash = (s: Source): Uint8Array => bytes(s, pick(s, [0, 32]))
const text = (s: Source): string =>
  pick(s, ['', 'chain-1', 'é', '\u{1f600}\0', '\udcff\udc80', 'a'])
const uint32 = (s: Source): number => pick(s, [0, 1, 127, 128, 65_535, 2 ** 31, 2 ** 32 - 1])
const int32 = (s: Source): number => pick(s, [0, 1, -1, 128, 2 ** 31 - 1, -(2 ** 31)])
const int64 = (s: Source): bigint =>
  pick(s, [0n, 1n, -1n, 127n, 128n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])
const uint64 = (s: Source): bigint => pick(s, [0n, 1n, 11n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])
export const flag = (s: Source): boolean => s.below(2) === 1
const time = (s: Source): Time =>
  pick(s, [
    ZERO_TIME,
    0n,
    -1n,
    1n,
    1_700_000_000_123_456_789n,
    253_402_300_799_999_999_999n,
    9_223_372_035_999_999_999n,
    9_223_372_036_000_000_000n,
    BigInt(s.below(2 ** 31)) * 1_000_000_000n + BigInt(s.below(1_000_000_000)),
  ])
const bits = (s: Source, most: number): BitArray =>
  BitArray.fromBools(Array.from({ length: s.below(most + 1) }, () => flag(s)))

const publicKey = (s: Source): proto.PublicKey => ({
  type: pick(s, ['ed25519', 'secp256k1']),
  bytes: bytes(s, pick(s, [0, 32, 33])),
})
const merkleProof = (s: Source): proto.MerkleProof => ({
  total: int64(s),
  index: int64(s),
  leafHash: hash(s),
  aunts: list(s, 4, hash),
})
const proofOp = (s: Source): proto.ProofOp => ({ type: text(s), key: hash(s), data: someBytes(s) })
const partSetHeader = (s: Source): proto.PartSetHeader => ({ total: uint32(s), hash: hash(s) })
const blockId = (s: Source): proto.BlockId => ({ hash: hash(s), partSetHeader: partSetHeader(s) })
const vote = (s: Source): proto.Vote => ({
  type: pick(s, [0, 1, 2, 32, -1]),
  height: int64(s),
  round: int32(s),
  blockId: blockId(s),
  timestamp: time(s),
  validatorAddress: someBytes(s),
  validatorIndex: int32(s),
  signature: someBytes(s),
  extension: someBytes(s),
  extensionSignature: someBytes(s),
})
const proposal = (s: Source): proto.Proposal => ({
  type: pick(s, [0, 32]),
  height: int64(s),
  round: int32(s),
  polRound: int32(s),
  blockId: blockId(s),
  timestamp: time(s),
  signature: someBytes(s),
})
const part = (s: Source): proto.Part => ({
  index: uint32(s),
  bytes: someBytes(s),
  proof: merkleProof(s),
})
const header = (s: Source): proto.Header => ({
  version: { block: uint64(s), app: uint64(s) },
  chainId: text(s),
  height: int64(s),
  time: time(s),
  lastBlockId: blockId(s),
  lastCommitHash: hash(s),
  dataHash: hash(s),
  validatorsHash: hash(s),
  nextValidatorsHash: hash(s),
  consensusHash: hash(s),
  appHash: someBytes(s),
  lastResultsHash: hash(s),
  evidenceHash: hash(s),
  proposerAddress: someBytes(s),
})
const commitSig = (s: Source): proto.CommitSig => ({
  blockIdFlag: pick(s, [0, 1, 2, 3, -7]),
  validatorAddress: someBytes(s),
  timestamp: time(s),
  signature: someBytes(s),
})
const commit = (s: Source): proto.Commit => ({
  height: int64(s),
  round: int32(s),
  blockId: blockId(s),
  signatures: list(s, 3, commitSig),
})
const extendedCommit = (s: Source): proto.ExtendedCommit => ({
  ...commit(s),
  signatures: list(s, 3, (s) => ({
    ...commitSig(s),
    extension: someBytes(s),
    extensionSignature: someBytes(s),
  })),
})
const validator = (s: Source): proto.ValidatorProto => ({
  address: someBytes(s),
  pubKey: publicKey(s),
  votingPower: int64(s),
  proposerPriority: int64(s),
})
const orNull = <T>(s: Source, make: (s: Source) => T): T | null => (flag(s) ? make(s) : null)
const validatorSet = (s: Source): proto.ValidatorSetProto => ({
  validators: list(s, 3, validator),
  proposer: orNull(s, validator),
  totalVotingPower: int64(s),
})
const signedHeader = (s: Source): proto.SignedHeader => ({
  header: orNull(s, header),
  commit: orNull(s, commit),
})
const lightBlock = (s: Source): proto.LightBlock => ({
  signedHeader: orNull(s, signedHeader),
  validatorSet: orNull(s, validatorSet),
})
const powers = (s: Source): { totalVotingPower: bigint; validatorPower: bigint } => ({
  totalVotingPower: int64(s),
  validatorPower: int64(s),
})
const cometEvidence = (s: Source): proto.Evidence =>
  flag(s)
    ? {
        kind: 'duplicate-vote',
        voteA: vote(s),
        voteB: vote(s),
        ...powers(s),
        timestamp: time(s),
      }
    : {
        kind: 'light-client-attack',
        conflictingBlock: lightBlock(s),
        commonHeight: int64(s),
        byzantineValidators: list(s, 2, validator),
        totalVotingPower: int64(s),
        timestamp: time(s),
      }
const ownEvidence = (s: Source): proto.Evidence =>
  flag(s)
    ? {
        kind: 'double-proposal',
        validatorAddress: someBytes(s),
        proposalA: proposal(s),
        proposalB: proposal(s),
        ...powers(s),
        timestamp: time(s),
      }
    : {
        kind: 'downtime',
        validatorAddress: someBytes(s),
        windowStart: int64(s),
        windowEnd: int64(s),
        missed: uint32(s),
        ...powers(s),
        timestamp: time(s),
      }
const block = (s: Source): proto.Block => ({
  header: header(s),
  txs: list(s, 4, someBytes),
  evidence: list(s, 2, cometEvidence),
  lastCommit: orNull(s, commit),
})
const blockMeta = (s: Source): proto.BlockMeta => ({
  blockId: blockId(s),
  blockSize: int64(s),
  header: header(s),
  numTxs: int64(s),
})
const params = (s: Source): proto.ConsensusParams => ({
  block: { maxBytes: int64(s), maxGas: int64(s) },
  evidence: {
    maxAgeNumBlocks: int64(s),
    maxAgeDuration: pick(s, [0n, 1n, -1n, -1_500_000_000n, 2n ** 63n - 1n, -(2n ** 63n)]),
    maxBytes: int64(s),
  },
  validator: { pubKeyTypes: list(s, 3, text) },
  version: { app: uint64(s) },
  abci: { voteExtensionsEnableHeight: int64(s) },
})
const paramsUpdate = (s: Source): proto.ConsensusParamsUpdate => {
  const whole = params(s)
  return {
    ...(flag(s) && { block: whole.block }),
    ...(flag(s) && { evidence: whole.evidence }),
    ...(flag(s) && { validator: whole.validator }),
    ...(flag(s) && { version: whole.version }),
    ...(flag(s) && { abci: whole.abci }),
  }
}
const event = (s: Source): proto.Event => ({
  type: text(s),
  attributes: list(s, 3, (s) => ({ key: text(s), value: text(s), index: flag(s) })),
})
const txResult = (s: Source): proto.ExecTxResult => ({
  code: uint32(s),
  data: someBytes(s),
  log: text(s),
  info: text(s),
  gasWanted: int64(s),
  gasUsed: int64(s),
  events: list(s, 2, event),
  codespace: text(s),
})
const validatorUpdate = (s: Source): proto.ValidatorUpdate => ({
  pubKey: publicKey(s),
  power: int64(s),
})
const finalizeResponse = (s: Source): proto.FinalizeBlockResponse => ({
  events: list(s, 2, event),
  txResults: list(s, 3, txResult),
  validatorUpdates: list(s, 2, validatorUpdate),
  consensusParamUpdates: orNull(s, paramsUpdate),
  appHash: someBytes(s),
})
const nodeInfo = (s: Source): proto.NodeInfo => ({
  protocolVersion: { p2p: uint64(s), block: uint64(s), app: uint64(s) },
  nodeId: text(s),
  listenAddress: text(s),
  network: text(s),
  version: text(s),
  channels: someBytes(s),
  moniker: text(s),
  txIndex: text(s),
  rpcAddress: text(s),
})
const packet = (s: Source): proto.Packet =>
  pick<(s: Source) => proto.Packet>(s, [
    () => ({ kind: 'ping' }),
    () => ({ kind: 'pong' }),
    (s) => ({ kind: 'msg', channelId: int32(s), eof: flag(s), data: someBytes(s) }),
  ])(s)
const place = (s: Source): { height: bigint; round: number } => ({
  height: int64(s),
  round: int32(s),
})
const voteType = (s: Source): number => pick(s, [0, 1, 2])
const consensusMessages: readonly ((s: Source) => proto.ConsensusWireMessage)[] = [
  (s) => ({
    kind: 'new-round-step',
    ...place(s),
    step: uint32(s),
    secondsSinceStartTime: int64(s),
    lastCommitRound: int32(s),
  }),
  (s) => ({
    kind: 'new-valid-block',
    ...place(s),
    blockPartSetHeader: partSetHeader(s),
    blockParts: bits(s, 70),
    isCommit: flag(s),
  }),
  (s) => ({ kind: 'proposal', proposal: proposal(s) }),
  (s) => ({
    kind: 'proposal-pol',
    height: int64(s),
    proposalPolRound: int32(s),
    proposalPol: bits(s, 130),
  }),
  (s) => ({ kind: 'block-part', ...place(s), part: part(s) }),
  (s) => ({ kind: 'vote', vote: vote(s) }),
  (s) => ({ kind: 'has-vote', ...place(s), type: voteType(s), index: int32(s) }),
  (s) => ({ kind: 'vote-set-maj23', ...place(s), type: voteType(s), blockId: blockId(s) }),
  (s) => ({
    kind: 'vote-set-bits',
    ...place(s),
    type: voteType(s),
    blockId: blockId(s),
    votes: bits(s, 130),
  }),
]
const consensusMessage = (s: Source): proto.ConsensusWireMessage => pick(s, consensusMessages)(s)
const blocksyncMessages: readonly ((s: Source) => proto.BlocksyncMessage)[] = [
  (s) => ({ kind: 'block-request', height: int64(s) }),
  (s) => ({ kind: 'no-block-response', height: int64(s) }),
  (s) => {
    const one = block(s)
    const extCommit = orNull(s, extendedCommit)
    return { kind: 'block-response', block: one, blockBytes: proto.encodeBlock(one), extCommit }
  },
  () => ({ kind: 'status-request' }),
  (s) => ({ kind: 'status-response', height: int64(s), base: int64(s) }),
]
const blocksyncMessage = (s: Source): proto.BlocksyncMessage => pick(s, blocksyncMessages)(s)

/** One message with its encoder and decoder, the type of its value hidden. */
export interface Family {
  readonly name: string
  readonly encode: (s: Source) => Uint8Array
  readonly again: (bytes: Uint8Array) => Uint8Array
  readonly expectSame: (s: Source) => void
}

function family<T>(
  name: string,
  make: (s: Source) => T,
  [encode, decode]: readonly [(value: T) => Uint8Array, (bytes: Uint8Array) => T],
): Family {
  return {
    name,
    encode: (s) => encode(make(s)),
    again: (bytes) => encode(decode(bytes)),
    expectSame(s) {
      const value = make(s)
      const encoded = encode(value)
      const decoded = decode(encoded)
      expect(decoded).toEqual(value)
      expect(toHex(encode(decoded))).toBe(toHex(encoded))
    },
  }
}

const p = proto
export const FAMILIES: readonly Family[] = [
  family('PublicKey', publicKey, [p.encodePublicKey, p.decodePublicKey]),
  family('MerkleProof', merkleProof, [p.encodeMerkleProof, p.decodeMerkleProof]),
  family('ProofOps', (s) => list(s, 3, proofOp), [p.encodeProofOps, p.decodeProofOps]),
  family('PartSetHeader', partSetHeader, [p.encodePartSetHeader, p.decodePartSetHeader]),
  family('BlockId', blockId, [p.encodeBlockId, p.decodeBlockId]),
  family('Vote', vote, [p.encodeVote, p.decodeVote]),
  family('Proposal', proposal, [p.encodeProposal, p.decodeProposal]),
  family('Part', part, [p.encodePart, p.decodePart]),
  family('Header', header, [p.encodeHeader, p.decodeHeader]),
  family('CommitSig', commitSig, [p.encodeCommitSig, p.decodeCommitSig]),
  family('Commit', commit, [p.encodeCommit, p.decodeCommit]),
  family('ExtendedCommit', extendedCommit, [p.encodeExtendedCommit, p.decodeExtendedCommit]),
  family('Validator', validator, [p.encodeValidator, p.decodeValidator]),
  family('ValidatorSet', validatorSet, [p.encodeValidatorSet, p.decodeValidatorSet]),
  family('SignedHeader', signedHeader, [p.encodeSignedHeader, p.decodeSignedHeader]),
  family('LightBlock', lightBlock, [p.encodeLightBlock, p.decodeLightBlock]),
  family('Evidence', cometEvidence, [p.encodeEvidence, p.decodeEvidence]),
  family('OwnEvidence', ownEvidence, [p.encodeEvidence, p.decodeEvidence]),
  family('EvidenceList', (s) => list(s, 2, cometEvidence), [
    p.encodeEvidenceList,
    p.decodeEvidenceList,
  ]),
  family('Block', block, [p.encodeBlock, p.decodeBlock]),
  family('BlockMeta', blockMeta, [p.encodeBlockMeta, p.decodeBlockMeta]),
  family('ConsensusParams', params, [p.encodeConsensusParams, p.decodeConsensusParams]),
  family('ConsensusParamsUpdate', paramsUpdate, [
    p.encodeConsensusParamsUpdate,
    p.decodeConsensusParamsUpdate,
  ]),
  family('BytesValue', someBytes, [p.encodeBytesValue, p.decodeBytesValue]),
  family('AuthSigMessage', (s) => ({ pubKey: publicKey(s), sig: someBytes(s) }), [
    p.encodeAuthSigMessage,
    p.decodeAuthSigMessage,
  ]),
  family('NodeInfo', nodeInfo, [p.encodeNodeInfo, p.decodeNodeInfo]),
  family('Packet', packet, [p.encodePacket, p.decodePacket]),
  family('Txs', (s) => list(s, 4, someBytes), [p.encodeTxs, p.decodeTxs]),
  family('ConsensusMessage', consensusMessage, [
    p.encodeConsensusMessage,
    p.decodeConsensusMessage,
  ]),
  family('BlocksyncMessage', blocksyncMessage, [
    p.encodeBlocksyncMessage,
    p.decodeBlocksyncMessage,
  ]),
  family('Event', event, [p.encodeEvent, p.decodeEvent]),
  family('ExecTxResult', txResult, [p.encodeExecTxResult, p.decodeExecTxResult]),
  family('ValidatorUpdate', validatorUpdate, [p.encodeValidatorUpdate, p.decodeValidatorUpdate]),
  family('FinalizeBlockResponse', finalizeResponse, [
    p.encodeFinalizeBlockResponse,
    p.decodeFinalizeBlockResponse,
  ]),
]
