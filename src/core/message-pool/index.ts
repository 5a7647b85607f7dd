// Message pool: the gate between the network and consensus for signed messages.
//
// Promises: what it admits is well formed, signed by a validator of its own height, new, and
// bounded in number whatever peers send; every contradiction between two signed messages that it
// sees is reported with both. Bad messages are blamed on the peer that sent them, contradictions on
// the validator that signed them.
// Must never: decide anything, drop one of two contradicting votes (that loses liveness), verify a
// message it already has, or look at the time. Counterpart in CometBFT: the checks around
// consensus/types/height_vote_set.go.

export type { Admission, ClaimAnswer } from './admission.ts'
export { MessagePool } from './message-pool.ts'
export type { Maj23Claim, MessagePoolOptions, PoolHeight } from './message-pool.ts'
export {
  MAX_CATCH_UP_ROUNDS_PER_PEER,
  MAX_CATCH_UP_ROUNDS_PER_VALIDATOR,
  MAX_CLAIMED_VALUES,
  MAX_VALUES,
  maxMessages,
} from './bounds.ts'
