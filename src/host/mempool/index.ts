// Door of host/mempool: the transactions that wait for a block, and their way from node to node.
//
// Promises: each transaction is checked once, kept in order of arrival, sent to each peer at most
// once and rechecked off the commit path; everything it holds is bounded, and each refusal is
// typed. Must never: know consensus, decide what is valid (the application does), or wait on a slow
// peer. Counterpart in CometBFT: mempool/clist_mempool.go and mempool/reactor.go.

export { DEFAULT_MEMPOOL_CONFIG } from './config.ts'
export type { MempoolConfig } from './config.ts'
export type { Fullness, MempoolError, MempoolErrorKind } from './mempool-error.ts'
export { Mempool } from './mempool.ts'
export type {
  CheckTxResult,
  MempoolCounts,
  MempoolOptions,
  MempoolUpdate,
} from './mempool-interface.ts'
export { PooledTx } from './pooled-tx.ts'
export { encodedTxSize, NO_TX_LIMITS } from './tx-limits.ts'
export type { TxLimits } from './tx-limits.ts'
export { MAX_MESSAGE_TXS, MEMPOOL_CHANNEL, MempoolReactor } from './reactor.ts'
export type { MempoolReactorOptions } from './reactor.ts'
