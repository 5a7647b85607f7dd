// Door of host/abci: one interface between the node and a replicated state machine, and the
// applications that come with the node.
//
// Promises: requests carry all that an application may see; an application in the same process is
// called without protobuf, in CometBFT's order and never twice at a time; a transaction of a
// defined application happens wholly or not at all; what a block proves against validators is
// punished with the block, by the policy of the application (core/slashing).
// Must never: know consensus, peers or blocks.
// Counterpart in CometBFT: abci/types, abci/example/kvstore and the local client of abci/client.

export type {
  AbciValidator,
  Application,
  ApplySnapshotChunkResponse,
  Awaitable,
  CheckTxRequest,
  CheckTxResponse,
  CommitInfo,
  CommitResponse,
  ExtendedCommitInfo,
  ExtendedVoteInfo,
  ExtendVoteRequest,
  FinalizeBlockRequest,
  InfoRequest,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  Misbehavior,
  OfferSnapshotResult,
  PrepareProposalRequest,
  ProcessProposalRequest,
  ProposedBlock,
  QueryRequest,
  QueryResponse,
  Snapshot,
  VerifyVoteExtensionRequest,
  VoteInfo,
} from './application.ts'
export {
  CODE_IMPOSSIBLE_CHANGE,
  CODE_INVALID_TX_FORMAT,
  KvStoreApplication,
} from './kvstore-application.ts'
export { serializeApplication } from './serial-application.ts'
export { decodeAppTx, encodeAppTx } from './app-codec.ts'
export { defineApp } from './app-definition.ts'
export type { App, AppDef, Ctx, Fault, StandardSchema } from './app-definition.ts'
export { faultOf } from './fault-kind.ts'
export { CanonicalError, decodeCanonical, encodeCanonical } from './canonical-json.ts'
export {
  CODE_TX_FAILED,
  CODE_TX_MALFORMED,
  DefinedApplication,
  SLASHING_PATH,
  slashingPolicyOf,
} from './defined-application.ts'
export type { DefinedApplicationOptions } from './defined-application.ts'
