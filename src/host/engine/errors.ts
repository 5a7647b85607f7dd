// Why an engine stops by itself.

/** The kinds of failure that end an engine; none of them is tried again. */
export type EngineErrorCode = 'ENGINE_DECIDED_INVALID_BLOCK' | 'ENGINE_LOG_UNREADABLE'

/** The engine cannot go on without risking a promise; `height` is the one it was working on. */
export class EngineError extends Error {
  readonly code: EngineErrorCode
  readonly height: bigint

  constructor(code: EngineErrorCode, height: bigint, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'EngineError'
    this.code = code
    this.height = height
  }
}
