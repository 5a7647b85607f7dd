// The data of the chain as JSON: headers, commits, votes, evidence, blocks, validators, parameters.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type {
  Block,
  BlockId,
  BlockMeta,
  Commit,
  CommitSig,
  ConsensusParams,
  DoubleProposalEvidence,
  DowntimeEvidence,
  Evidence,
  Header,
  MerkleProof,
  PartSetHeader,
  Proposal,
  PublicKey,
  TxProof,
  ValidatorProto,
  Vote,
} from '../../core/types/index.ts'
import {
  jsonBase64,
  jsonBytes,
  jsonHex,
  jsonInt64,
  jsonList,
  jsonListOrNull,
  jsonMembers,
  jsonString,
  jsonTime,
} from './json-text.ts'

/** What a missing block is identified by. */
const NO_BLOCK_ID: BlockId = { hash: EMPTY_BYTES, partSetHeader: { total: 0, hash: EMPTY_BYTES } }

/** A part set header. */
export function partSetHeaderJson(header: PartSetHeader): string {
  return `{"total":${header.total},"hash":${jsonHex(header.hash)}}`
}

/** A block id; null is the empty one. */
export function blockIdJson(blockId: BlockId | null): string {
  const { hash, partSetHeader } = blockId ?? NO_BLOCK_ID
  return `{"hash":${jsonHex(hash)},"parts":${partSetHeaderJson(partSetHeader)}}`
}

/** A header. */
export function headerJson(header: Header): string {
  const version = jsonMembers([
    ['block', header.version.block === 0n ? null : jsonInt64(header.version.block)],
    ['app', header.version.app === 0n ? null : jsonInt64(header.version.app)],
  ])
  return (
    `{"version":${version},"chain_id":${jsonString(header.chainId)}` +
    `,"height":${jsonInt64(header.height)},"time":${jsonTime(header.time)}` +
    `,"last_block_id":${blockIdJson(header.lastBlockId)}` +
    `,"last_commit_hash":${jsonHex(header.lastCommitHash)}` +
    `,"data_hash":${jsonHex(header.dataHash)}` +
    `,"validators_hash":${jsonHex(header.validatorsHash)}` +
    `,"next_validators_hash":${jsonHex(header.nextValidatorsHash)}` +
    `,"consensus_hash":${jsonHex(header.consensusHash)},"app_hash":${jsonHex(header.appHash)}` +
    `,"last_results_hash":${jsonHex(header.lastResultsHash)}` +
    `,"evidence_hash":${jsonHex(header.evidenceHash)}` +
    `,"proposer_address":${jsonHex(header.proposerAddress)}}`
  )
}

function commitSigJson(signature: CommitSig): string {
  return (
    `{"block_id_flag":${signature.blockIdFlag}` +
    `,"validator_address":${jsonHex(signature.validatorAddress)}` +
    `,"timestamp":${jsonTime(signature.timestamp)},"signature":${jsonBytes(signature.signature)}}`
  )
}

/** A commit, or `null`. */
export function commitJson(commit: Commit | null): string {
  if (commit === null) return 'null'
  return (
    `{"height":${jsonInt64(commit.height)},"round":${commit.round}` +
    `,"block_id":${blockIdJson(commit.blockId)}` +
    `,"signatures":${jsonList(commit.signatures, commitSigJson)}}`
  )
}

/** A vote. */
export function voteJson(vote: Vote): string {
  return (
    `{"type":${vote.type},"height":${jsonInt64(vote.height)},"round":${vote.round}` +
    `,"block_id":${blockIdJson(vote.blockId)},"timestamp":${jsonTime(vote.timestamp)}` +
    `,"validator_address":${jsonHex(vote.validatorAddress)}` +
    `,"validator_index":${vote.validatorIndex},"signature":${jsonBytes(vote.signature)}` +
    `,"extension":${jsonBytes(vote.extension)}` +
    `,"extension_signature":${jsonBytes(vote.extensionSignature)}}`
  )
}

/** A proposal, or `null`. */
export function proposalJson(proposal: Proposal | null): string {
  if (proposal === null) return 'null'
  return (
    `{"Type":${proposal.type},"height":${jsonInt64(proposal.height)},"round":${proposal.round}` +
    `,"pol_round":${proposal.polRound},"block_id":${blockIdJson(proposal.blockId)}` +
    `,"timestamp":${jsonTime(proposal.timestamp)},"signature":${jsonBytes(proposal.signature)}}`
  )
}

const KEY_TYPES: Readonly<Record<PublicKey['type'], string>> = {
  ed25519: 'tendermint/PubKeyEd25519',
  secp256k1: 'tendermint/PubKeySecp256k1',
}

/** A public key with its registered type name. */
export function publicKeyJson(key: PublicKey): string {
  return `{"type":"${KEY_TYPES[key.type]}","value":${jsonBase64(key.bytes)}}`
}

/** A validator. */
export function validatorJson(validator: ValidatorProto): string {
  return (
    `{"address":${jsonHex(validator.address)},"pub_key":${publicKeyJson(validator.pubKey)}` +
    `,"voting_power":${jsonInt64(validator.votingPower)}` +
    `,"proposer_priority":${jsonInt64(validator.proposerPriority)}}`
  )
}

/** A validator set, or `null`. */
export function validatorSetJson(
  set: {
    readonly validators: readonly ValidatorProto[]
    readonly proposer: ValidatorProto | null
  } | null,
): string {
  if (set === null) return 'null'
  const proposer = set.proposer === null ? 'null' : validatorJson(set.proposer)
  return `{"validators":${jsonListOrNull(set.validators, validatorJson)},"proposer":${proposer}}`
}

/** One piece of evidence with its registered type name. */
export function evidenceJson(evidence: Evidence): string {
  if (evidence.kind === 'duplicate-vote') {
    return (
      `{"type":"tendermint/DuplicateVoteEvidence","value":{"vote_a":${voteJson(evidence.voteA)}` +
      `,"vote_b":${voteJson(evidence.voteB)}` +
      `,"TotalVotingPower":${jsonInt64(evidence.totalVotingPower)}` +
      `,"ValidatorPower":${jsonInt64(evidence.validatorPower)}` +
      `,"Timestamp":${jsonTime(evidence.timestamp)}}}`
    )
  }
  if (evidence.kind !== 'light-client-attack') return ownEvidenceJson(evidence)
  const { signedHeader, validatorSet } = evidence.conflictingBlock
  const signedText = signedHeader === null ? 'null' : signedHeaderJson(signedHeader)
  return (
    `{"type":"tendermint/LightClientAttackEvidence","value":{"ConflictingBlock":` +
    `{"signed_header":${signedText},"validator_set":${validatorSetJson(validatorSet)}}` +
    `,"CommonHeight":${jsonInt64(evidence.commonHeight)}` +
    `,"ByzantineValidators":${jsonList(evidence.byzantineValidators, validatorJson)}` +
    `,"TotalVotingPower":${jsonInt64(evidence.totalVotingPower)}` +
    `,"Timestamp":${jsonTime(evidence.timestamp)}}}`
  )
}

// The kinds that CometBFT does not know, in the form that it would give them.
function ownEvidenceJson(evidence: DoubleProposalEvidence | DowntimeEvidence): string {
  const powers =
    `,"TotalVotingPower":${jsonInt64(evidence.totalVotingPower)}` +
    `,"ValidatorPower":${jsonInt64(evidence.validatorPower)}` +
    `,"Timestamp":${jsonTime(evidence.timestamp)}}}`
  const address = `"validator_address":${jsonHex(evidence.validatorAddress)}`
  if (evidence.kind === 'double-proposal') {
    return (
      `{"type":"quadrille/DoubleProposalEvidence","value":{${address}` +
      `,"proposal_a":${proposalJson(evidence.proposalA)}` +
      `,"proposal_b":${proposalJson(evidence.proposalB)}${powers}`
    )
  }
  return (
    `{"type":"quadrille/DowntimeEvidence","value":{${address}` +
    `,"window_start":${jsonInt64(evidence.windowStart)}` +
    `,"window_end":${jsonInt64(evidence.windowEnd)},"missed":${evidence.missed}${powers}`
  )
}

/** A header with its commit. */
export function signedHeaderJson(signed: {
  readonly header: Header | null
  readonly commit: Commit | null
}): string {
  const header = signed.header === null ? 'null' : headerJson(signed.header)
  return `{"header":${header},"commit":${commitJson(signed.commit)}}`
}

/** A block, or `null`. */
export function blockJson(block: Block | null): string {
  if (block === null) return 'null'
  return (
    `{"header":${headerJson(block.header)},"data":{"txs":${jsonList(block.txs, jsonBase64)}}` +
    `,"evidence":{"evidence":${jsonList(block.evidence, evidenceJson)}}` +
    `,"last_commit":${commitJson(block.lastCommit)}}`
  )
}

/** What `block` and `block_by_hash` answer. */
export function blockResultJson(blockId: BlockId | null, block: Block | null): string {
  return `{"block_id":${blockIdJson(blockId)},"block":${blockJson(block)}}`
}

/** The summary of a block, or `null`. */
export function blockMetaJson(meta: BlockMeta | null): string {
  if (meta === null) return 'null'
  return (
    `{"block_id":${blockIdJson(meta.blockId)},"block_size":${jsonInt64(meta.blockSize)}` +
    `,"header":${headerJson(meta.header)},"num_txs":${jsonInt64(meta.numTxs)}}`
  )
}

/** Consensus parameters. */
export function consensusParamsJson(params: ConsensusParams): string {
  const { block, evidence, validator, version, abci } = params
  return (
    `{"block":{"max_bytes":${jsonInt64(block.maxBytes)},"max_gas":${jsonInt64(block.maxGas)}}` +
    `,"evidence":{"max_age_num_blocks":${jsonInt64(evidence.maxAgeNumBlocks)}` +
    `,"max_age_duration":${jsonInt64(evidence.maxAgeDuration)}` +
    `,"max_bytes":${jsonInt64(evidence.maxBytes)}}` +
    `,"validator":{"pub_key_types":${jsonList(validator.pubKeyTypes, jsonString)}}` +
    `,"version":{"app":${jsonInt64(version.app)}}` +
    `,"abci":{"vote_extensions_enable_height":${jsonInt64(abci.voteExtensionsEnableHeight)}}}`
  )
}

function merkleProofJson(proof: MerkleProof): string {
  return (
    `{"total":${jsonInt64(proof.total)},"index":${jsonInt64(proof.index)}` +
    `,"leaf_hash":${jsonBytes(proof.leafHash)},"aunts":${jsonList(proof.aunts, jsonBase64)}}`
  )
}

/** The proof that a transaction is in its block. */
export function txProofJson(proof: TxProof): string {
  return (
    `{"root_hash":${jsonHex(proof.rootHash)},"data":${jsonBase64(proof.data)}` +
    `,"proof":${merkleProofJson(proof.proof)}}`
  )
}
