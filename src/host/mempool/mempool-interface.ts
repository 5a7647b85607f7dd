// What goes into a mempool and what comes out of it.

import type { Result } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { ExecTxResult } from '../../core/proto/index.ts'
import type { Application, CheckTxResponse } from '../abci/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { MempoolConfig } from './config.ts'
import type { MempoolError } from './mempool-error.ts'
import type { TxLimits } from './tx-limits.ts'

/** What a mempool is made of. */
export interface MempoolOptions {
  readonly application: Pick<Application, 'checkTx' | 'isCheckStateless'>
  readonly crypto: Crypto
  readonly clock: Clock
  readonly logger: Logger
  readonly config?: Partial<MempoolConfig>
}

/** A committed block as the mempool sees it. `hashes` are the SHA-256 of `txs`, one each. */
export interface MempoolUpdate {
  readonly height: bigint
  readonly txs: readonly Uint8Array[]
  readonly hashes: readonly Uint8Array[]
  readonly results: readonly ExecTxResult[]
  readonly limits: TxLimits
}

/** The application's answer, or why it was not asked or not followed. */
export type CheckTxResult = Result<CheckTxResponse, MempoolError>

/** Counts since the start, under the names of CometBFT's metrics. */
export interface MempoolCounts {
  readonly failedTxs: number
  readonly rejectedTxs: number
  readonly evictedTxs: number
  readonly recheckTimes: number
  readonly alreadyReceivedTxs: number
}
