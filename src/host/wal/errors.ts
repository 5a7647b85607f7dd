// The operational errors of the log.

/** Why the log cannot go on. */
export type WalErrorCode =
  | 'WAL_CLOSED'
  | 'WAL_CORRUPT'
  | 'WAL_RECORD_TOO_LARGE'
  | 'WAL_WRITE_FAILED'

/** Where it happened, why, and what the operator can do. */
export interface WalErrorDetails {
  /** Segment file, or the log's directory. */
  readonly file: string
  /** Byte in the file at which the first bad record begins; absent when the whole file is meant. */
  readonly offset?: number
  readonly reason: string
  readonly cure: string
}

/**
 * The log is damaged where it was durable once, or cannot be written. Both are fatal to the engine:
 * what the log promised cannot be kept any more.
 */
export class WalError extends Error {
  readonly code: WalErrorCode
  readonly details: WalErrorDetails

  constructor(code: WalErrorCode, details: WalErrorDetails, cause?: unknown) {
    const place =
      details.offset === undefined ? details.file : `${details.file} at byte ${details.offset}`
    super(`write-ahead log ${place}: ${details.reason}; ${details.cure}`, { cause })
    this.name = 'WalError'
    this.code = code
    this.details = details
  }
}
