// Door of core/types: the values consensus is about, and the rules that need no chain to judge
// them.
//
// Promises: immutable values, hashes and sign bytes equal to CometBFT 0.38's, exact int64
// arithmetic.
// Must never: know the state of a chain, read a clock, or change an object that it was given.
// Counterpart in CometBFT: types/, and the median time of state/state.go.

export { BlockIdFlag, SignedMsgType, VoteType, decodeBlock, encodeBlock } from '../proto/index.ts'
export type {
  AbciParams,
  Block,
  BlockId,
  BlockMeta,
  BlockParams,
  Commit,
  CommitSig,
  ConsensusParams,
  ConsensusParamsUpdate,
  ConsensusVersion,
  DoubleProposalEvidence,
  DowntimeEvidence,
  DuplicateVoteEvidence,
  Evidence,
  EvidenceParams,
  ExtendedCommit,
  ExtendedCommitSig,
  Header,
  LightBlock,
  LightClientAttackEvidence,
  MerkleProof,
  Part,
  PartSetHeader,
  Proposal,
  PublicKey,
  SignedHeader,
  ValidatorParams,
  ValidatorProto,
  ValidatorSetProto,
  VersionParams,
  Vote,
} from '../proto/index.ts'

export {
  EMPTY_PART_SET_HEADER,
  NIL_BLOCK_ID,
  blockIdKey,
  equalBlockId,
  equalPartSetHeader,
  isCompleteBlockId,
  isNilBlockId,
  validateBlockId,
} from './block-id.ts'
export { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from './sign-bytes.ts'
export {
  mayHaveExtension,
  validateProposal,
  validateVote,
  verifyProposal,
  verifyVote,
  verifyVoteExtension,
} from './vote.ts'
export { hashHeader, validateHeader } from './header.ts'
export {
  evidenceHash,
  hashConsensusParams,
  hashEachTx,
  hashEvidence,
  hashResults,
  hashTx,
  hashTxs,
} from './block-hashes.ts'
export {
  ABSENT_COMMIT_SIG,
  EMPTY_COMMIT,
  commitSigOf,
  commitVote,
  hashCommit,
  validateCommit,
  validateCommitSig,
} from './commit.ts'
export {
  compareProposals,
  evidenceByteSize,
  evidenceHeight,
  isAllowedEvidence,
  validateDuplicateVoteEvidence,
  validateEvidence,
} from './evidence.ts'
export { attackKey, offenceKey } from './offence.ts'
export { validateLightBlock } from './light-block.ts'
export { makeTxProof } from './tx-proof.ts'
export type { TxProof } from './tx-proof.ts'
export { makeBlock, makeBlockId, validateBlockBasic } from './block.ts'
export type { BlockContents, HeaderFields } from './block.ts'
export { PartSet, validatePart } from './part-set.ts'
export type { PartAddition } from './part-set.ts'
export { validateValidator } from './validator.ts'
export type { Validator, ValidatorPower } from './validator.ts'
export { proposerAfterRounds } from './proposer-turns.ts'
export { ValidatorSet } from './validator-set.ts'
export {
  verifiedSignatureKey,
  verifyCommit,
  verifyCommitLight,
  verifyCommitLightAll,
  verifyCommitLightTrusting,
  verifyCommitLightTrustingAll,
} from './commit-verification.ts'
export type { CommitExpectation, IsVerified, TrustingExpectation } from './commit-verification.ts'
export { medianTime, weightedMedian } from './median-time.ts'
export type { WeightedTime } from './median-time.ts'
export { VoteSet } from './vote-set.ts'
export type { VoteAddition, VoteSetScope } from './vote-set.ts'
export { formatVote } from './vote-format.ts'
export {
  defaultConsensusParams,
  updateConsensusParams,
  validateConsensusParams,
  validateParamsUpdate,
} from './params.ts'
export { formatGenesis, genesisPowers, parseGenesis } from './genesis.ts'
export type { Genesis, GenesisValidator } from './genesis.ts'
export { blockVersionOf } from './chain-rules.ts'
export type { EvidenceRule, LockRule, MedianTimeRule, NetworkRules } from './chain-rules.ts'
export type { FieldError } from './json-fields.ts'
export {
  DEFAULT_SLASHING_POLICY,
  downtimeRuleOf,
  equalSlashingPolicy,
  parseSlashingPolicy,
} from './slashing-policy.ts'
export type {
  DowntimePenalty,
  FaultKind,
  Penalty,
  SlashingPolicy,
  SlashingPolicyText,
} from './slashing-policy.ts'
export {
  BLOCK_PART_SIZE,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_OVERHEAD_BYTES,
  MAX_BLOCK_PARTS,
  MAX_CHAIN_ID_BYTES,
  MAX_COMMIT_OVERHEAD_BYTES,
  MAX_COMMIT_SIG_BYTES,
  MAX_DOWNTIME_WINDOW,
  MAX_HEADER_BYTES,
  MAX_SIGNATURE_SIZE,
  MAX_TOTAL_VOTING_POWER,
  MAX_VOTES,
  maxCommitBytes,
} from './limits.ts'
