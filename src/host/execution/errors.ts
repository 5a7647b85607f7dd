// Why execution stops a node: the application or the stores did what cannot be repaired by trying again.

/** What went wrong; each code has one meaning and one advice. */
export type ExecutionErrorCode =
  | 'EXECUTION_APPLICATION_FAILED'
  | 'EXECUTION_BAD_PROPOSAL'
  | 'EXECUTION_BAD_RESPONSE'
  | 'EXECUTION_APPLICATION_AHEAD'
  | 'EXECUTION_APPLICATION_TOO_OLD'
  | 'EXECUTION_APP_HASH_MISMATCH'
  | 'EXECUTION_NO_VALIDATORS'
  | 'EXECUTION_STORE_INCONSISTENT'

/** An operational error of this room; `height` is the block it is about. */
export class ExecutionError extends Error {
  readonly code: ExecutionErrorCode
  readonly height: bigint

  constructor(
    code: ExecutionErrorCode,
    details: { readonly height: bigint; readonly message: string; readonly cause?: unknown },
  ) {
    super(details.message, { cause: details.cause })
    this.name = 'ExecutionError'
    this.code = code
    this.height = details.height
  }
}

/** Runs a call to the application and names it when it throws. */
export async function callApplication<T>(
  name: string,
  height: bigint,
  call: () => T | Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the application failed in ${name} at height ${height}: ${reason}`
    throw new ExecutionError('EXECUTION_APPLICATION_FAILED', { height, message, cause })
  }
}
