// The engine. Promises: the only caller of the consensus transition; inputs are logged, effects are
// performed in order, no signature leaves before the inputs that led to it and the sign state are
// durable, and a crash at any moment is mended by feeding the log again. Never judges a signature
// (message-pool) or a block (execution), never polls. Counterpart in CometBFT: consensus/state.go's
// receiveRoutine, consensus/replay.go.
export { ConsensusEngine } from './engine.ts'
export type {
  EngineConfig,
  EngineListener,
  EngineOptions,
  FaultObserver,
} from './engine-options.ts'
export { EngineError } from './errors.ts'
export type { EngineErrorCode } from './errors.ts'
