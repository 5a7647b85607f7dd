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
