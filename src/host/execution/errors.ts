// Why execution stops a node: the application or the stores did what cannot be repaired by trying
// again.

import { toHexUpper } from '../../core/bytes/index.ts'

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
  | 'EXECUTION_UNSUPPORTED'

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

/**
 * The application came to another state than the chain: `height` is the block after which they
 * differ.
 */
export function appHashMismatch(
  height: bigint,
  given: Uint8Array,
  expected: Uint8Array,
): ExecutionError {
  const message =
    `the application's hash after block ${height} is ${toHexUpper(given)}, ` +
    `the chain has ${toHexUpper(expected)}: ` +
    'it is not deterministic, or not the one that made this chain'
  return new ExecutionError('EXECUTION_APP_HASH_MISMATCH', { height, message })
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
