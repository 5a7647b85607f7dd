// Door of host/indexer: finds a transaction by its hash and the transactions of a height.
//
// Promises: a transaction is found from the moment its block is final; answers are never silently
// partial. Must never: hold results (the store room has them), or slow a commit by more than the
// writing of small keys. Counterpart in CometBFT: state/txindex/kv, without its indexing of
// application events.

export { TxIndex } from './tx-index.ts'
export type { IndexedBlock, IndexedTx, IndexRange, TxPosition } from './tx-index.ts'
