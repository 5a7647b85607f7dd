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

  constructor(code: ReplicaErrorCode, message: string) {
    super(message)
    this.name = 'ReplicaError'
    this.code = code
  }
}
