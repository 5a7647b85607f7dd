// Door of host/store: blocks and chain state on the key-value store.
//
// Promises: what belongs to one block becomes durable in one synced batch or not at all; every
// value is checked when it is read, and a damaged or missing one is a typed error, never an answer.
// Must never: judge a block, or keep a second truth in memory beside the bounds of the stores.
// Counterpart in CometBFT: store/store.go, state/store.go, with a layout of its own.

export { BlockStore } from './block-store.ts'
export type { StoredBlock } from './block-store.ts'
export { StoreError } from './errors.ts'
export type { StoreErrorCode, StoreErrorDetails } from './errors.ts'
export { StateStore } from './state-store.ts'
export { StoreBatch } from './store-batch.ts'
export { loadDecision } from './stored-decision.ts'
export type { StoredDecision } from './stored-decision.ts'
