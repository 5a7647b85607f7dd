// Door of host/rpc: what a node tells and takes over JSON-RPC, URIs and WebSockets.
//
// Promises: requests, results, errors and status codes as CometBFT 0.38 has them; bounded work and
// memory per request, connection and subscription, whatever a client sends or does not read.
// Must never: open a socket itself, change the state of the node other than by submitting a
// transaction, or know how the node keeps what it shows.
// Counterpart in CometBFT: rpc/core, rpc/jsonrpc/server, libs/json.

export { DEFAULT_RPC_CONFIG } from './config.ts'
export type { RpcConfig } from './config.ts'
export { parseEvidence } from './evidence-json.ts'
export { RpcServer } from './rpc-server.ts'
export type {
  RpcApplication,
  RpcBlocks,
  RpcChannelStatus,
  RpcConsensusView,
  RpcEnvironment,
  RpcFlow,
  RpcIndexedTx,
  RpcMempool,
  RpcPeer,
  RpcPeerRound,
  RpcStates,
  RpcSubmission,
  RpcTxIndex,
} from './environment.ts'
