// Errors of the public API: a stable code, one line for people, the details as data.

/** Everything the public API throws on purpose. */
export class QuadrilleError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'QuadrilleError'
    this.code = code
  }
}

/**
 * A transaction that the application or the mempool refused, or that failed when its block was
 * executed.
 */
export class TxRejectedError extends QuadrilleError {
  override readonly code = 'TX_REJECTED'
  /** The application's code, or 0 when the mempool refused before asking it. */
  readonly abciCode: number
  readonly codespace: string
  /** The application's words. */
  readonly log: string

  constructor(result: { readonly code: number; readonly codespace: string; readonly log: string }) {
    super('TX_REJECTED', `the transaction was rejected: ${result.log}`)
    this.name = 'TxRejectedError'
    this.abciCode = result.code
    this.codespace = result.codespace
    this.log = result.log
  }
}
