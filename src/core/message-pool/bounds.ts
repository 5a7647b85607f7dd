// How much the pool may hold, whatever peers send.

/**
 * Rounds after the next one that one peer may bring votes for: enough to lead a node that fell
 * behind.
 */
export const MAX_CATCH_UP_ROUNDS_PER_PEER = 2

/**
 * Rounds after the next one in which votes of one validator are kept. Peers come and go, signatures
 * of a
 * validator cost a validator: this is what bounds memory when a faulty one has many peers.
 */
export const MAX_CATCH_UP_ROUNDS_PER_VALIDATOR = 8

/**
 * Values of one validator at one height, round and type that are kept unasked: the second is the
 * proof of its fault.
 */
export const MAX_VALUES = 2

/**
 * Further values of one validator that are kept when a connected peer claims a majority for them.
 */
export const MAX_CLAIMED_VALUES = 16

/**
 * The most votes, proposals and claims a pool can hold with `validators` at either height, `rounds`
 * entered at either height and `peers` connected. Two heights of votes of two types, the next round
 * and the catch-up rounds included; two proposals each for the current and the next round; two
 * claims per peer and round.
 */
export function maxMessages(validators: number, rounds: number, peers: number): number {
  const openRounds = rounds + 1
  const votesPerRound = validators * 2 * (MAX_VALUES + MAX_CLAIMED_VALUES)
  const votes = 2 * votesPerRound * (openRounds + MAX_CATCH_UP_ROUNDS_PER_VALIDATOR)
  return votes + 2 * 2 + peers * 2 * openRounds
}
