// Message pool: the gate between the network and consensus for signed messages, and the one owner
// of those that passed.
//
// Promises: what it admits is well formed, signed by a validator of its own height, new, and
// bounded in number whatever peers send; every contradiction between two signed messages that it
// sees is reported with both, also when they come a height late. Bad messages are blamed on the
// peer that sent them, contradictions on the validator that signed them. A message stands in one
// place, by height, round, type and validator; what else is asked is read from there.
// Must never: decide anything, drop one of two contradicting votes (that loses liveness), verify a
// message it already has, or look at the time. Counterpart in CometBFT: the checks around
// consensus/types/height_vote_set.go.

export type { Admission, ClaimAnswer } from './admission.ts'
export { MessagePool } from './message-pool.ts'
export type { HeldMessages, Maj23Claim, MessagePoolOptions, PoolHeight } from './message-pool.ts'
export type { HeldRound } from './height-book.ts'
export type { HeldVotes, VotePlace } from './vote-book.ts'
export type { MessageId } from './message-id.ts'
export {
  MAX_CATCH_UP_ROUNDS_PER_PEER,
  MAX_CATCH_UP_ROUNDS_PER_VALIDATOR,
  MAX_CHECKS,
  MAX_CLAIMED_VALUES,
  MAX_VALUES,
  maxMessages,
} from './bounds.ts'
