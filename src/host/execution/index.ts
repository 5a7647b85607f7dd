// Door of host/execution: from a decided block to the next chain state.
//
// Promises: a block is durable with its results before the application commits it; a crash at any
// point leaves what the handshake at the next start completes; events come last. Must never: decide
// what block is next, speak to peers, or apply a block twice. Counterpart in CometBFT:
// state/execution.go, and the handshake of consensus/replay.go.

export { misbehaviorOf } from './abci-requests.ts'
export { BlockExecutor } from './block-executor.ts'
export type {
  ApplyRequest,
  BlockExecutorOptions,
  BuiltBlock,
  JudgeRequest,
  ProposalRequest,
} from './block-executor.ts'
export { ExecutionError } from './errors.ts'
export type { ExecutionErrorCode } from './errors.ts'
export { NO_EVIDENCE } from './evidence-source.ts'
export type { EvidenceSource, PendingEvidence } from './evidence-source.ts'
export { handshake } from './handshake.ts'
export type { HandshakeOptions } from './handshake.ts'
