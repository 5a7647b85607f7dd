// Why a node cannot be put together: each error names the thing, the reason and, where there is
// one, the cure.

/** Kinds of failure before a node runs. */
export type AssemblyErrorCode =
  | 'ASSEMBLY_ADDRESS_UNUSABLE'
  | 'ASSEMBLY_APPLICATION_UNSUPPORTED'
  | 'ASSEMBLY_CONFIG_INVALID'
  | 'ASSEMBLY_FILE_MISSING'
  | 'ASSEMBLY_FLAG_INVALID'
  | 'ASSEMBLY_GENESIS_INVALID'
  | 'ASSEMBLY_HOME_NOT_EMPTY'
  | 'ASSEMBLY_STOPPED'

/** What is wrong, where and why. */
export interface AssemblyFault {
  /** File, variable or flag. */
  readonly where: string
  /** The field in it, empty when the whole is meant. */
  readonly what: string
  readonly reason: string
  readonly cause?: unknown
}

/** One line for the user: `where: what: reason`. */
export class AssemblyError extends Error {
  readonly code: AssemblyErrorCode
  readonly where: string
  readonly what: string
  readonly reason: string

  constructor(code: AssemblyErrorCode, { where, what, reason, cause }: AssemblyFault) {
    super([where, what, reason].filter((part) => part !== '').join(': '), { cause })
    this.name = 'AssemblyError'
    this.code = code
    this.where = where
    this.what = what
    this.reason = reason
  }
}
