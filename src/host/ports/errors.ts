// The operational errors of files and stores, the same from a real disk and from an invented one.

/** Why an operation on a port failed. */
export type PortErrorCode =
  | 'PORTS_CLOSED'
  | 'PORTS_CORRUPT'
  | 'PORTS_IN_USE'
  | 'PORTS_IO_FAILED'
  | 'PORTS_NO_SPACE'
  | 'PORTS_SYNC_FAILED'

/** What failed, on what. */
export interface PortErrorDetails {
  /** The method of the port, for example `writeFileDurable`. */
  readonly operation: string
  /** The file or directory. */
  readonly path: string
  /** The system's words. */
  readonly reason: string
}

/**
 * A disk or database did not do what was asked. `PORTS_SYNC_FAILED` is fatal to a node: the system
 * may have dropped the bytes and say nothing the next time, so the operation is never tried again.
 */
export class PortError extends Error {
  readonly code: PortErrorCode
  readonly details: PortErrorDetails

  constructor(code: PortErrorCode, details: PortErrorDetails, cause?: unknown) {
    super(`${details.path}: ${details.operation} failed: ${details.reason}`, { cause })
    this.name = 'PortError'
    this.code = code
    this.details = details
  }
}
