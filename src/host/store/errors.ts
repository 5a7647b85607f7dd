// The operational error of stored values.

/** Why a stored value cannot be used. */
export type StoreErrorCode = 'STORE_CORRUPT'

/** Which value, and what is wrong with it. */
export interface StoreErrorDetails {
  /** For people: `part 3 of block 17`. */
  readonly what: string
  readonly reason: string
}

/**
 * A value that must be there is missing, or is not what was stored. It is never served and never
 * guessed: the node stops, or fetches the block again.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly details: StoreErrorDetails

  constructor(code: StoreErrorCode, details: StoreErrorDetails) {
    super(`the store's ${details.what} ${details.reason}`)
    this.name = 'StoreError'
    this.code = code
    this.details = details
  }
}
