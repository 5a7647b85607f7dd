// The data of the chain: what blocks, votes, proposals, evidence and parameters hold.

import type { Time } from '../bytes/index.ts'

/** A public key with its kind (Wire: crypto/keys.proto PublicKey, a oneof). */
export interface PublicKey {
  readonly type: 'ed25519' | 'secp256k1'
  readonly bytes: Uint8Array
}

/** A Merkle path from a leaf to a root (Wire: crypto/proof.proto Proof). */
export interface MerkleProof {
  readonly total: bigint
  readonly index: bigint
  readonly leafHash: Uint8Array
  readonly aunts: readonly Uint8Array[]
}

/** One step of a proof over several trees (Wire: crypto/proof.proto ProofOp). */
export interface ProofOp {
  readonly type: string
  readonly key: Uint8Array
  readonly data: Uint8Array
}

/** Number of parts of a block and the root over them; total 0 and empty hash when there is none. */
export interface PartSetHeader {
  readonly total: number
  readonly hash: Uint8Array
}

/** Header hash and part set header of a block; nil is empty hash, total 0, empty hash. */
export interface BlockId {
  readonly hash: Uint8Array
  readonly partSetHeader: PartSetHeader
}

/** What a signature is for (Wire: types.proto SignedMsgType). */
export const SignedMsgType = { unknown: 0, prevote: 1, precommit: 2, proposal: 32 } as const

/** The two kinds of vote, with their numbers on the wire. */
export const VoteType = { prevote: 1, precommit: 2 } as const
export type VoteType = (typeof VoteType)[keyof typeof VoteType]

/** Wire: types.proto Vote. `type` is any number the wire can carry; `round` and index are int32. */
export interface Vote {
  readonly type: number
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
  readonly timestamp: Time
  readonly validatorAddress: Uint8Array
  readonly validatorIndex: number
  readonly signature: Uint8Array
  readonly extension: Uint8Array
  readonly extensionSignature: Uint8Array
}

/** Wire: types.proto Proposal; `polRound` is -1 when there is no polka behind it. */
export interface Proposal {
  readonly type: number
  readonly height: bigint
  readonly round: number
  readonly polRound: number
  readonly blockId: BlockId
  readonly timestamp: Time
  readonly signature: Uint8Array
}

/** One piece of an encoded block with its proof (Wire: types.proto Part). */
export interface Part {
  readonly index: number
  readonly bytes: Uint8Array
  readonly proof: MerkleProof
}

/** Wire: version/types.proto Consensus. */
export interface ConsensusVersion {
  readonly block: bigint
  readonly app: bigint
}

/** Wire: types.proto Header. */
export interface Header {
  readonly version: ConsensusVersion
  readonly chainId: string
  readonly height: bigint
  readonly time: Time
  readonly lastBlockId: BlockId
  readonly lastCommitHash: Uint8Array
  readonly dataHash: Uint8Array
  readonly validatorsHash: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  readonly consensusHash: Uint8Array
  readonly appHash: Uint8Array
  readonly lastResultsHash: Uint8Array
  readonly evidenceHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** What a validator's slot in a commit says (Wire: validator.proto BlockIDFlag). */
export const BlockIdFlag = { unknown: 0, absent: 1, commit: 2, nil: 3 } as const

/** Wire: types.proto CommitSig; an absent one has empty address and signature and ZERO_TIME. */
export interface CommitSig {
  readonly blockIdFlag: number
  readonly validatorAddress: Uint8Array
  readonly timestamp: Time
  readonly signature: Uint8Array
}

/** Wire: types.proto Commit. */
export interface Commit {
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
  readonly signatures: readonly CommitSig[]
}

/** Wire: types.proto ExtendedCommitSig. */
export interface ExtendedCommitSig extends CommitSig {
  readonly extension: Uint8Array
  readonly extensionSignature: Uint8Array
}

/** Wire: types.proto ExtendedCommit. */
export interface ExtendedCommit {
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
  readonly signatures: readonly ExtendedCommitSig[]
}

/** Wire: validator.proto Validator. */
export interface ValidatorProto {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly votingPower: bigint
  readonly proposerPriority: bigint
}

/**
 * Wire: validator.proto ValidatorSet; the total is what the sender claims, nobody has checked it.
 */
export interface ValidatorSetProto {
  readonly validators: readonly ValidatorProto[]
  readonly proposer: ValidatorProto | null
  readonly totalVotingPower: bigint
}

/** Wire: types.proto SignedHeader; either may be missing in what a peer sends. */
export interface SignedHeader {
  readonly header: Header | null
  readonly commit: Commit | null
}

/** Wire: types.proto LightBlock; either may be missing in what a peer sends. */
export interface LightBlock {
  readonly signedHeader: SignedHeader | null
  readonly validatorSet: ValidatorSetProto | null
}

/** Two votes of one validator for one step (Wire: evidence.proto DuplicateVoteEvidence). */
export interface DuplicateVoteEvidence {
  readonly kind: 'duplicate-vote'
  readonly voteA: Vote
  readonly voteB: Vote
  readonly totalVotingPower: bigint
  readonly validatorPower: bigint
  readonly timestamp: Time
}

/** A second signed header at one height (Wire: evidence.proto LightClientAttackEvidence). */
export interface LightClientAttackEvidence {
  readonly kind: 'light-client-attack'
  readonly conflictingBlock: LightBlock
  readonly commonHeight: bigint
  readonly byzantineValidators: readonly ValidatorProto[]
  readonly totalVotingPower: bigint
  readonly timestamp: Time
}

/**
 * Two proposals of one validator for one round, A before B. CometBFT has no such evidence: it
 * stands behind field 101 of the oneof, and only on chains that allow it.
 */
export interface DoubleProposalEvidence {
  readonly kind: 'double-proposal'
  /** The proposer of the round; no signature covers it, so it is compared with the one derived. */
  readonly validatorAddress: Uint8Array
  readonly proposalA: Proposal
  readonly proposalB: Proposal
  readonly totalVotingPower: bigint
  readonly validatorPower: bigint
  readonly timestamp: Time
}

/**
 * Too few signatures of one validator in the committed commits of a window of heights. CometBFT has
 * no such evidence: it stands behind field 102 of the oneof, and only on chains that allow it.
 */
export interface DowntimeEvidence {
  readonly kind: 'downtime'
  readonly validatorAddress: Uint8Array
  /** First and last height whose commits are counted. */
  readonly windowStart: bigint
  readonly windowEnd: bigint
  /** Commits of the window that lack the validator's signature. */
  readonly missed: number
  /** The powers at `windowEnd`. */
  readonly totalVotingPower: bigint
  readonly validatorPower: bigint
  /** The time of block `windowEnd`. */
  readonly timestamp: Time
}

/** Wire: evidence.proto Evidence, a oneof, and the two kinds that CometBFT does not know. */
export type Evidence =
  | DuplicateVoteEvidence
  | LightClientAttackEvidence
  | DoubleProposalEvidence
  | DowntimeEvidence

/** Wire: block.proto Block; `lastCommit` is null only when the wire has none. */
export interface Block {
  readonly header: Header
  readonly txs: readonly Uint8Array[]
  readonly evidence: readonly Evidence[]
  readonly lastCommit: Commit | null
}

/** Wire: types.proto BlockMeta. */
export interface BlockMeta {
  readonly blockId: BlockId
  readonly blockSize: bigint
  readonly header: Header
  readonly numTxs: bigint
}

/** Wire: params.proto BlockParams; -1 gas means no limit. */
export interface BlockParams {
  readonly maxBytes: bigint
  readonly maxGas: bigint
}

/** Wire: params.proto EvidenceParams; the duration is in nanoseconds. */
export interface EvidenceParams {
  readonly maxAgeNumBlocks: bigint
  readonly maxAgeDuration: bigint
  readonly maxBytes: bigint
}

/** Wire: params.proto ValidatorParams. */
export interface ValidatorParams {
  readonly pubKeyTypes: readonly string[]
}

/** Wire: params.proto VersionParams. */
export interface VersionParams {
  readonly app: bigint
}

/** Wire: params.proto ABCIParams; 0 means vote extensions are off. */
export interface AbciParams {
  readonly voteExtensionsEnableHeight: bigint
}

/** Wire: params.proto ConsensusParams with every group present. */
export interface ConsensusParams {
  readonly block: BlockParams
  readonly evidence: EvidenceParams
  readonly validator: ValidatorParams
  readonly version: VersionParams
  readonly abci: AbciParams
}

/**
 * Wire: params.proto ConsensusParams as the application returns it: absent groups stay as they are.
 */
export interface ConsensusParamsUpdate {
  readonly block?: BlockParams
  readonly evidence?: EvidenceParams
  readonly validator?: ValidatorParams
  readonly version?: VersionParams
  readonly abci?: AbciParams
}
