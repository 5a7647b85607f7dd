// Why there is no proof: each error has a code and one line for the user.

/**
 * `FINALITY_UNREACHABLE`: nobody answers there. `FINALITY_NO_HEIGHT`: the height is not, not yet or
 * no longer known. `FINALITY_BAD_ANSWER`: the answer is not that of a node. `FINALITY_UNPROVED`:
 * what was answered proves nothing. `FINALITY_RPC_OFF`: the node runs and cannot be asked.
 */
export type FinalitySourceErrorCode =
  | 'FINALITY_UNREACHABLE'
  | 'FINALITY_NO_HEIGHT'
  | 'FINALITY_BAD_ANSWER'
  | 'FINALITY_UNPROVED'
  | 'FINALITY_RPC_OFF'

/** What the room throws on purpose. */
export class FinalitySourceError extends Error {
  override readonly name = 'FinalitySourceError'
  readonly code: FinalitySourceErrorCode

  constructor(code: FinalitySourceErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
