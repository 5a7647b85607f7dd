// Reads recorded results back into the data they were written from, so that tests can write them
// again.

import { fromBase64, fromHex, parseTime, ZERO_TIME } from '../../core/bytes/index.ts'
import { BitArray } from '../../core/bytes/index.ts'
import type {
  Block,
  BlockId,
  BlockMeta,
  Commit,
  ConsensusParams,
  ConsensusParamsUpdate,
  Event,
  Evidence,
  ExecTxResult,
  FinalizeBlockResponse,
  Header,
  NodeInfo,
  ProofOp,
  PublicKey,
  ValidatorUpdate,
  Vote,
} from '../../core/proto/index.ts'
import type { Validator } from '../../core/types/index.ts'
import type { QueryResponse } from '../abci/index.ts'
import type { RpcFlow, RpcPeer } from './environment.ts'

/** Anything that JSON holds. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any

export const hex = (text: string): Uint8Array => fromHex(text) ?? fail(text)
export const base64 = (text: string | null | undefined): Uint8Array =>
  fromBase64(text ?? '') ?? fail(text)
export const time = (text: string): bigint => parseTime(text) ?? fail(text)
export const list = <T>(items: Json, read: (item: Json) => T): T[] =>
  ((items ?? []) as Json[]).map(read)

function fail(text: unknown): never {
  throw new Error(`a recorded result holds ${String(text)}`)
}

export const readBlockId = (json: Json): BlockId => ({
  hash: hex(json.hash),
  partSetHeader: { total: json.parts.total, hash: hex(json.parts.hash) },
})

export const readHeader = (json: Json): Header => ({
  version: { block: BigInt(json.version.block ?? 0), app: BigInt(json.version.app ?? 0) },
  chainId: json.chain_id,
  height: BigInt(json.height),
  time: time(json.time),
  lastBlockId: readBlockId(json.last_block_id),
  lastCommitHash: hex(json.last_commit_hash),
  dataHash: hex(json.data_hash),
  validatorsHash: hex(json.validators_hash),
  nextValidatorsHash: hex(json.next_validators_hash),
  consensusHash: hex(json.consensus_hash),
  appHash: hex(json.app_hash),
  lastResultsHash: hex(json.last_results_hash),
  evidenceHash: hex(json.evidence_hash),
  proposerAddress: hex(json.proposer_address),
})

export const readCommit = (json: Json): Commit => ({
  height: BigInt(json.height),
  round: json.round,
  blockId: readBlockId(json.block_id),
  signatures: list(json.signatures, (signature) => ({
    blockIdFlag: signature.block_id_flag,
    validatorAddress: hex(signature.validator_address),
    timestamp: time(signature.timestamp),
    signature: base64(signature.signature),
  })),
})

export const readVote = (json: Json): Vote => ({
  type: json.type,
  height: BigInt(json.height),
  round: json.round,
  blockId: readBlockId(json.block_id),
  timestamp: time(json.timestamp),
  validatorAddress: hex(json.validator_address),
  validatorIndex: json.validator_index,
  signature: base64(json.signature),
  extension: base64(json.extension),
  extensionSignature: base64(json.extension_signature),
})

export const readPublicKey = (json: Json): PublicKey => ({
  type: json.type === 'tendermint/PubKeyEd25519' ? 'ed25519' : 'secp256k1',
  bytes: base64(json.value),
})

export const readValidator = (json: Json): Validator => ({
  address: hex(json.address),
  pubKey: readPublicKey(json.pub_key),
  votingPower: BigInt(json.voting_power),
  proposerPriority: BigInt(json.proposer_priority ?? 0),
})

export const readEvidence = ({ type, value }: Json): Evidence => {
  const totalVotingPower = BigInt(value.TotalVotingPower)
  const timestamp = time(value.Timestamp)
  if (type === 'tendermint/DuplicateVoteEvidence') {
    return {
      kind: 'duplicate-vote',
      voteA: readVote(value.vote_a),
      voteB: readVote(value.vote_b),
      totalVotingPower,
      validatorPower: BigInt(value.ValidatorPower),
      timestamp,
    }
  }
  const { signed_header: signed, validator_set: set } = value.ConflictingBlock
  return {
    kind: 'light-client-attack',
    conflictingBlock: {
      signedHeader: { header: readHeader(signed.header), commit: readCommit(signed.commit) },
      validatorSet: {
        validators: list(set.validators, readValidator),
        proposer: set.proposer === null ? null : readValidator(set.proposer),
        totalVotingPower: 0n,
      },
    },
    commonHeight: BigInt(value.CommonHeight),
    byzantineValidators: list(value.ByzantineValidators, readValidator),
    totalVotingPower,
    timestamp,
  }
}

export const readBlock = (json: Json): Block => ({
  header: readHeader(json.header),
  txs: list(json.data.txs, base64),
  evidence: list(json.evidence.evidence, readEvidence),
  lastCommit: json.last_commit === null ? null : readCommit(json.last_commit),
})

export const readBlockMeta = (json: Json): BlockMeta => ({
  blockId: readBlockId(json.block_id),
  blockSize: BigInt(json.block_size),
  header: readHeader(json.header),
  numTxs: BigInt(json.num_txs),
})

/** The summary that belongs to a block that was recorded without one. */
export const metaOf = (blockId: BlockId, header: Header): BlockMeta => ({
  blockId,
  blockSize: 0n,
  header,
  numTxs: 0n,
})

export const readParams = (json: Json): ConsensusParams => ({
  block: { maxBytes: BigInt(json.block.max_bytes), maxGas: BigInt(json.block.max_gas) },
  evidence: {
    maxAgeNumBlocks: BigInt(json.evidence.max_age_num_blocks),
    maxAgeDuration: BigInt(json.evidence.max_age_duration),
    maxBytes: BigInt(json.evidence.max_bytes),
  },
  validator: { pubKeyTypes: json.validator.pub_key_types },
  version: { app: BigInt(json.version.app) },
  abci: { voteExtensionsEnableHeight: BigInt(json.abci.vote_extensions_enable_height) },
})

const readParamsUpdate = (json: Json): ConsensusParamsUpdate => {
  const { block, evidence, validator, version, abci } = json
  return {
    ...(block && {
      block: { maxBytes: BigInt(block.max_bytes ?? 0), maxGas: BigInt(block.max_gas ?? 0) },
    }),
    ...(evidence && {
      evidence: {
        maxAgeNumBlocks: BigInt(evidence.max_age_num_blocks ?? 0),
        maxAgeDuration: BigInt(evidence.max_age_duration),
        maxBytes: BigInt(evidence.max_bytes ?? 0),
      },
    }),
    ...(validator && { validator: { pubKeyTypes: validator.pub_key_types ?? [] } }),
    ...(version && { version: { app: BigInt(version.app ?? 0) } }),
    ...(abci && {
      abci: { voteExtensionsEnableHeight: BigInt(abci.vote_extensions_enable_height ?? 0) },
    }),
  }
}

export const readEvent = (json: Json): Event => ({
  type: json.type ?? '',
  attributes: list(json.attributes, ({ key, value, index }) => ({ key, value, index })),
})

/** Reads both forms: the complete one, and the one without zero members. */
export const readTxResult = (json: Json): ExecTxResult => ({
  code: json.code ?? 0,
  data: base64(json.data),
  log: json.log ?? '',
  info: json.info ?? '',
  gasWanted: BigInt(json.gas_wanted ?? 0),
  gasUsed: BigInt(json.gas_used ?? 0),
  events: list(json.events, readEvent),
  codespace: json.codespace ?? '',
})

const readValidatorUpdate = (json: Json): ValidatorUpdate => {
  const { value } = json.pub_key.Sum
  const type = value.ed25519 === undefined ? 'secp256k1' : 'ed25519'
  return { pubKey: { type, bytes: base64(value[type]) }, power: BigInt(json.power ?? 0) }
}

/** Reads `block_results` and what a NewBlock event holds. */
export const readFinalizeBlock = (json: Json): FinalizeBlockResponse => ({
  events: list(json.finalize_block_events ?? json.events, readEvent),
  txResults: list(json.txs_results ?? json.tx_results, readTxResult),
  validatorUpdates: list(json.validator_updates, readValidatorUpdate),
  consensusParamUpdates: json.consensus_param_updates
    ? readParamsUpdate(json.consensus_param_updates)
    : null,
  appHash: base64(json.app_hash),
})

const readProofOp = (json: Json): ProofOp => ({
  type: json.type,
  key: base64(json.key),
  data: base64(json.data),
})

export const readQuery = (json: Json): QueryResponse => ({
  code: json.code,
  log: json.log,
  info: json.info,
  index: BigInt(json.index),
  key: base64(json.key),
  value: json.value === null ? null : base64(json.value),
  proofOps: json.proofOps === null ? null : list(json.proofOps.ops, readProofOp),
  height: BigInt(json.height),
  codespace: json.codespace,
})

export const readNodeInfo = (json: Json): NodeInfo => ({
  protocolVersion: {
    p2p: BigInt(json.protocol_version.p2p),
    block: BigInt(json.protocol_version.block),
    app: BigInt(json.protocol_version.app),
  },
  nodeId: json.id,
  listenAddress: json.listen_addr,
  network: json.network,
  version: json.version,
  channels: hex(json.channels),
  moniker: json.moniker,
  txIndex: json.other.tx_index,
  rpcAddress: json.other.rpc_address,
})

const readFlow = (json: Json): RpcFlow => ({
  start: time(json.Start),
  bytes: BigInt(json.Bytes),
  samples: BigInt(json.Samples),
  instRate: BigInt(json.InstRate),
  curRate: BigInt(json.CurRate),
  avgRate: BigInt(json.AvgRate),
  peakRate: BigInt(json.PeakRate),
  duration: BigInt(json.Duration),
  idle: BigInt(json.Idle),
  active: json.Active,
})

/** A peer of `net_info`. */
export const readPeer = (json: Json): RpcPeer => ({
  nodeInfo: readNodeInfo(json.node_info),
  outbound: json.is_outbound,
  remoteIp: json.remote_ip,
  nodeAddress: '',
  duration: BigInt(json.connection_status.Duration),
  sent: readFlow(json.connection_status.SendMonitor),
  received: readFlow(json.connection_status.RecvMonitor),
  channels: list(json.connection_status.Channels, (channel) => ({
    id: channel.ID,
    sendQueueCapacity: Number(channel.SendQueueCapacity),
    sendQueueSize: Number(channel.SendQueueSize),
    priority: Number(channel.Priority),
    recentlySent: BigInt(channel.RecentlySent),
  })),
  round: null,
})

const readBits = (text: string | null): BitArray | null =>
  text === null ? null : BitArray.fromBools(text.split('').map((bit) => bit === 'x'))

const NO_FLOW: RpcFlow = {
  start: ZERO_TIME,
  bytes: 0n,
  samples: 0n,
  instRate: 0n,
  curRate: 0n,
  avgRate: 0n,
  peakRate: 0n,
  duration: 0n,
  idle: 0n,
  active: true,
}

/** A peer of `dump_consensus_state`. */
export const readPeerState = (json: Json, nodeInfo: NodeInfo): RpcPeer => {
  const base = {
    nodeInfo,
    outbound: true,
    remoteIp: '',
    nodeAddress: json.node_address,
    duration: 0n,
    sent: NO_FLOW,
    received: NO_FLOW,
    channels: [],
  }
  if (json.peer_state === null) return { ...base, round: null }
  const { round_state: round, stats } = json.peer_state
  const { total, hash } = round.proposal_block_part_set_header
  return {
    ...base,
    round: {
      height: BigInt(round.height),
      round: round.round,
      step: round.step,
      startTime: time(round.start_time),
      proposal: round.proposal,
      proposalBlockId: { total, hash: hex(hash) },
      proposalParts: readBits(round.proposal_block_parts),
      polRound: round.proposal_pol_round,
      pol: readBits(round.proposal_pol),
      prevotes: readBits(round.prevotes),
      precommits: readBits(round.precommits),
      lastCommitRound: round.last_commit_round,
      lastCommit: readBits(round.last_commit),
      catchupCommitRound: round.catchup_commit_round,
      catchupCommit: readBits(round.catchup_commit),
      votesReceived: BigInt(stats.votes),
      blockPartsReceived: BigInt(stats.block_parts),
    },
  }
}
