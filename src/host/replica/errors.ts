// Why a replica cannot be put together.

/** Kinds of failure that belong to no single room. */
export type ReplicaErrorCode =
  | 'REPLICA_BAD_PEER'
  | 'REPLICA_OTHER_CHAIN'
  | 'REPLICA_UNSUPPORTED_GENESIS'
  | 'REPLICA_KEY_SIGNED_RECENTLY'

/** One line for the operator. */
export class ReplicaError extends Error {
  readonly code: ReplicaErrorCode
  /** Path of the field that is wrong, in the genesis; empty when there is none. */
  readonly field: string
  readonly reason: string

  constructor(code: ReplicaErrorCode, reason: string, field = '') {
    super(field === '' ? reason : `genesis: ${field}: ${reason}`)
    this.name = 'ReplicaError'
    this.code = code
    this.field = field
    this.reason = reason
  }
}
