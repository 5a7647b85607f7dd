// Why a transaction did not enter the mempool, before the application was asked or although it
// agreed.

/**
 * Which refusals there are. A refusal by the application is not among them: it is a response with a
 * code.
 */
export type MempoolErrorKind =
  | 'in-cache'
  | 'full'
  | 'rechecking'
  | 'too-large'
  | 'pre-check'
  | 'application-failed'

/**
 * A refusal. `reason` is CometBFT's text where it has one. Only `full` and `rechecking` are worth
 * another try, after the next block.
 */
export type MempoolError =
  | {
      readonly kind: 'full'
      readonly reason: string
      readonly numTxs: number
      readonly maxTxs: number
      readonly txsBytes: number
      readonly maxTxsBytes: number
    }
  | {
      readonly kind: 'too-large'
      readonly reason: string
      readonly max: number
      readonly actual: number
    }
  | { readonly kind: Exclude<MempoolErrorKind, 'full' | 'too-large'>; readonly reason: string }

/** Seen before: in the mempool now, or committed or refused not long ago. */
export const TX_IN_CACHE: MempoolError = { kind: 'in-cache', reason: 'tx already exists in cache' }

/** The check of what is left after a block did not finish before the next block. */
export const RECHECKING: MempoolError = {
  kind: 'rechecking',
  reason: 'mempool is still rechecking after a new committed block, so it is considered as full',
}

/** How full the mempool is. */
export interface Fullness {
  readonly numTxs: number
  readonly maxTxs: number
  readonly txsBytes: number
  readonly maxTxsBytes: number
}

/** No room for this transaction. */
export function mempoolFull(fullness: Fullness): MempoolError {
  const { numTxs, maxTxs, txsBytes, maxTxsBytes } = fullness
  const reason =
    `mempool is full: number of txs ${numTxs} (max: ${maxTxs}), ` +
    `total txs bytes ${txsBytes} (max: ${maxTxsBytes})`
  return { kind: 'full', reason, ...fullness }
}

/** Larger than any transaction may be. */
export function txTooLarge(max: number, actual: number): MempoolError {
  const reason = `Tx too large. Max size is ${max}, but got ${actual}`
  return { kind: 'too-large', reason, max, actual }
}

/** Could never fit into a block of this chain. */
export function preCheckFailed(size: bigint, max: bigint): MempoolError {
  return { kind: 'pre-check', reason: `tx pre check: tx size is too big: ${size}, max: ${max}` }
}

/** The application threw instead of answering. */
export function applicationFailed(cause: unknown): MempoolError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return { kind: 'application-failed', reason: `appConn mempool: ${reason}` }
}
