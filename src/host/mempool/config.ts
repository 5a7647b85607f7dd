// The mempool's limits, with CometBFT's defaults.

/** Limits; sizes in bytes unless said otherwise. */
export interface MempoolConfig {
  /** Most transactions at once. */
  readonly size: number
  /** Most bytes of transactions at once. */
  readonly maxTxsBytes: number
  /** Largest transaction. */
  readonly maxTxBytes: number
  /** Hashes of transactions remembered, so that each is checked once. */
  readonly cacheSize: number
  /** Remember refused transactions too, so that they are not checked again. */
  readonly keepInvalidTxsInCache: boolean
  /** Ask the application again after each block about what is left, unless it need not be. */
  readonly recheck: boolean
  /** Longest stretch of rechecking before the loop gets its turn. */
  readonly recheckBudgetMs: number
  /** Send transactions to peers. */
  readonly broadcast: boolean
  /**
   * How long a transaction that came from a peer is held before it is sent on. In a full mesh
   * everybody has it by then and it is not sent at all; elsewhere it costs this much per hop.
   */
  readonly relayDelayMs: number
  /**
   * How long a transaction waits for others to travel with when some were sent just before; the
   * first after a pause leaves at once. A message costs each peer a sealed frame, a write, a read
   * and a turn of its loop, however small it is.
   */
  readonly batchDelayMs: number
  /** Bytes of transactions put into one message; a larger transaction travels alone. */
  readonly maxBatchBytes: number
}

/** CometBFT's defaults, and ours for what it does not have. */
export const DEFAULT_MEMPOOL_CONFIG: MempoolConfig = {
  size: 5000,
  maxTxsBytes: 1024 ** 3,
  maxTxBytes: 1024 ** 2,
  cacheSize: 10_000,
  keepInvalidTxsInCache: false,
  recheck: true,
  recheckBudgetMs: 2,
  broadcast: true,
  relayDelayMs: 500,
  batchDelayMs: 20,
  maxBatchBytes: 16 * 1024,
}
