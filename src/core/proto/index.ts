// Door of the proto room: the messages of the wire as plain data, and their exact protobuf bytes.
//
// Promises: bytes equal to CometBFT 0.38's, an accept set equal to its decoder's, views instead of
// copies, work and memory linear in the input, nothing thrown but ProtoError.
// Must never: judge what a message means, hash, verify, or keep state between calls.
// Counterpart in CometBFT: proto/tendermint, the generated *.pb.go.

export { BlockIdFlag, SignedMsgType, VoteType } from './chain-messages.ts'
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
  ProofOp,
  Proposal,
  PublicKey,
  SignedHeader,
  ValidatorParams,
  ValidatorProto,
  ValidatorSetProto,
  VersionParams,
  Vote,
} from './chain-messages.ts'
export type {
  AuthSigMessage,
  BlockPartMessage,
  BlockResponseMessage,
  BlocksyncMessage,
  ConsensusWireMessage,
  HasVoteMessage,
  NewRoundStepMessage,
  NewValidBlockMessage,
  NodeInfo,
  Packet,
  ProposalMessage,
  ProposalPolMessage,
  ProtocolVersion,
  VoteMessage,
  VoteSetBitsMessage,
  VoteSetMaj23Message,
} from './peer-messages.ts'
export type {
  Event,
  EventAttribute,
  ExecTxResult,
  FinalizeBlockResponse,
  ValidatorUpdate,
} from './abci-messages.ts'
export {
  decodeEvent,
  decodeExecTxResult,
  decodeFinalizeBlockResponse,
  decodeValidatorUpdate,
  EMPTY_EVENT,
  EMPTY_TX_RESULT,
  encodeDeterministicTxResult,
  encodeEvent,
  encodeExecTxResult,
  encodeFinalizeBlockResponse,
  encodeValidatorUpdate,
  readEvent,
  readExecTxResult,
  readFinalizeBlockResponse,
  readValidatorUpdate,
  writeEvent,
  writeExecTxResult,
  writeFinalizeBlockResponse,
  writeValidatorUpdate,
} from './abci.ts'
export {
  decodeBlockId,
  decodePartSetHeader,
  encodeBlockId,
  encodePartSetHeader,
} from './block-id.ts'
export { decodeBlock, decodeBlockMeta, encodeBlock, encodeBlockMeta } from './block.ts'
export { decodeBlocksyncMessage, encodeBlockResponse, encodeBlocksyncMessage } from './blocksync.ts'
export {
  encodeCanonicalProposal,
  encodeCanonicalVote,
  encodeCanonicalVoteExtension,
} from './canonical.ts'
export {
  decodeCommit,
  decodeCommitSig,
  decodeExtendedCommit,
  encodeCommit,
  encodeCommitSig,
  encodeExtendedCommit,
} from './commit.ts'
export { decodeConsensusMessage, encodeConsensusMessage } from './consensus.ts'
export {
  decodeMerkleProof,
  decodeProofOps,
  decodePublicKey,
  encodeMerkleProof,
  encodeProofOps,
  encodePublicKey,
  readProofOps,
  writeProofOps,
} from './crypto.ts'
export { encodeDelimited, readUvarint } from './delimited.ts'
export {
  decodeEvidence,
  decodeEvidenceList,
  encodeDuplicateVoteEvidence,
  encodeEvidence,
  encodeEvidenceList,
  encodeLightClientAttackEvidence,
} from './evidence.ts'
export { decodeHeader, encodeConsensusVersion, encodeHeader } from './header.ts'
export {
  decodeLightBlock,
  decodeSignedHeader,
  encodeLightBlock,
  encodeSignedHeader,
} from './light-block.ts'
export { decodeTxs, encodeTxs } from './mempool.ts'
export {
  decodeAuthSigMessage,
  decodeNodeInfo,
  decodePacket,
  encodeAuthSigMessage,
  encodeNodeInfo,
  encodePacket,
} from './p2p.ts'
export {
  decodeConsensusParams,
  decodeConsensusParamsUpdate,
  encodeConsensusParams,
  encodeConsensusParamsUpdate,
  encodeHashedParams,
  readParamsUpdate,
  writeParamsUpdate,
} from './params.ts'
export { decodePart, decodeProposal, encodePart, encodeProposal } from './proposal.ts'
export { ProtoError, tryDecode } from './proto-error.ts'
export type { ProtoErrorCode } from './proto-error.ts'
export { Reader } from './reader.ts'
export { encodeTimestamp, readDuration, readTime, writeDuration, writeTime } from './timestamp.ts'
export {
  decodeValidator,
  decodeValidatorSet,
  encodeSimpleValidator,
  encodeValidator,
  encodeValidatorSet,
} from './validator.ts'
export type { SimpleValidator } from './validator.ts'
export { decodeVote, encodeVote } from './vote.ts'
export {
  decodeBytesValue,
  encodeBytesValue,
  encodeInt64Value,
  encodeStringValue,
} from './wrapped-values.ts'
export { encodeMessage, Writer } from './writer.ts'
