// How much the pool may hold, whatever peers send.

/**
 * Rounds after the next one that one peer may bring votes for: enough to lead a node that fell
 * behind.
 */
export const MAX_CATCH_UP_ROUNDS_PER_PEER = 2

/**
 * Rounds after the next one in which votes of one validator are kept. Peers come and go, signatures
 * of a validator cost a validator: this is what bounds memory when a faulty one has many peers.
 */
export const MAX_CATCH_UP_ROUNDS_PER_VALIDATOR = 8

/**
 * Values of one validator at one height, round and type that are kept unasked, and proposals of one
 * round: the second is the proof of a fault.
 */
export const MAX_VALUES = 2

/**
 * Further values of one validator that are kept when a connected peer claims a majority for them.
 */
export const MAX_CLAIMED_VALUES = 16

/**
 * Signature checks of one message: a vote's own and its extension's. A message that fails one ends
 * the connection that brought it, so this is also what a connection may cost in vain. The check
 * that fails is the dear one: what the native backend refuses is judged again by ZIP-215.
 */
export const MAX_CHECKS = 2

/**
 * The most votes, proposals and claims a pool can hold with `validators` at either height, `rounds`
 * entered at either height and `peers` connected: two heights of votes of two types and of two
 * proposals a round, the next round included, the catch-up rounds for votes too; two claims per
 * peer and round. No message is verified twice while it is held, so with `MAX_CHECKS` each this
 * bounds the checks that are not in vain.
 */
export function maxMessages(validators: number, rounds: number, peers: number): number {
  const openRounds = rounds + 1
  const votesPerRound = validators * 2 * (MAX_VALUES + MAX_CLAIMED_VALUES)
  const votes = votesPerRound * (openRounds + MAX_CATCH_UP_ROUNDS_PER_VALIDATOR)
  const proposals = MAX_VALUES * openRounds
  const claims = peers * 2 * openRounds
  return 2 * (votes + proposals) + claims
}
