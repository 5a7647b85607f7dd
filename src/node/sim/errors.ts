// Errors of the room: a stable code, one line for people.

/**
 * `SIM_BAD_PLAN`: the data are no plan. `SIM_BAD_TRACE`: the file is no trace. `SIM_FILE`: the file
 * cannot be read or written. `SIM_WORKER`: a thread of a search ended. `SIM_MISUSE`: a world was
 * asked for something that its run does not allow any more.
 */
export type SimErrorCode =
  | 'SIM_BAD_PLAN'
  | 'SIM_BAD_TRACE'
  | 'SIM_FILE'
  | 'SIM_WORKER'
  | 'SIM_MISUSE'

/** What the room throws on purpose. */
export class SimError extends Error {
  override readonly name = 'SimError'
  readonly code: SimErrorCode

  constructor(code: SimErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
