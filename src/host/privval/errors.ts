// The operational errors of keys and sign state: every one names the file, the field where there is
// one, and the way on.

/** Why a key or a sign state cannot be used. */
export type PrivvalErrorCode =
  | 'PRIVVAL_KEY_EXISTS'
  | 'PRIVVAL_KEY_MALFORMED'
  | 'PRIVVAL_KEY_MISSING'
  | 'PRIVVAL_STATE_FOREIGN'
  | 'PRIVVAL_STATE_MALFORMED'
  | 'PRIVVAL_STATE_MISSING'
  | 'PRIVVAL_STATE_WRITE_FAILED'

/** What is wrong where. Never holds secret bytes. */
export interface PrivvalErrorDetails {
  readonly file: string
  /** Path of the JSON field, such as `priv_key.value`; absent when the file as a whole is meant. */
  readonly field?: string
  readonly reason: string
}

/** The node must not sign, and mostly must not start. */
export class PrivvalError extends Error {
  readonly code: PrivvalErrorCode
  readonly details: PrivvalErrorDetails

  constructor(code: PrivvalErrorCode, details: PrivvalErrorDetails, cause?: unknown) {
    const field = details.field === undefined ? '' : `, field ${details.field}`
    super(`${details.file}${field}: ${details.reason}`, { cause })
    this.name = 'PrivvalError'
    this.code = code
    this.details = details
  }
}

/** A command for an error to advise, which works on the same home when it is pasted. */
export function commandFor(command: string, home: string | undefined): string {
  return `\`quadrille ${command}${home === undefined ? '' : ` --home ${shellWord(home)}`}\``
}

/** A path as one word of a command line: in quotes where it has more than plain characters. */
export function shellWord(path: string): string {
  return /^[\w./:@+,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
