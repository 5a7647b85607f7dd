// What must be true of every state, under the names of the published TLA+ specification.

import { assert } from '../bytes/index.ts'
import { isPolkaFor } from './locks.ts'
import { blockOf, precommitMaj23 } from './quorum.ts'
import type { ConsensusState } from './state.ts'

/**
 * Throws `InvariantError` when `state` could not have come from the algorithm. Costs a few
 * comparisons.
 */
export function assertInvariants(state: ConsensusState): void {
  const { round, step, lockedRound, lockedValue, validRound, validValue } = state
  assert(Number.isInteger(round) && round >= 0, 'a round is an integer >= 0')
  assert((lockedRound === -1) === (lockedValue === null), 'AllLockedRoundIffLockedValue')
  assert((validRound === -1) === (validValue === null), 'AllValidRoundIffValidValue')
  assert(
    lockedRound >= -1 && lockedRound <= validRound,
    'a lock is never newer than the valid value',
  )
  assert(validRound <= round, 'a polka of a future round is not used')
  if (lockedValue !== null) {
    assert(isPolkaFor(state, lockedRound, lockedValue), 'IfSentPrecommitThenReceivedTwoThirds')
  }
  if (validValue !== null) {
    assert(isPolkaFor(state, validRound, validValue), 'AllIfValidRoundThenTwoThirds')
  }
  assert(round === 0 || (step !== 'new-height' && step !== 'new-round'), 'only round 0 waits')
  assertOwnMessages(state)
  assertCommit(state)
}

// AllNoFutureMessagesSent, and AllNoEquivocationByCorrect together with the assertions where votes
// are asked for.
function assertOwnMessages(state: ConsensusState): void {
  const { round, ownProposalRound, ownPrevoteRound, ownPrecommitRound } = state
  assert(ownProposalRound <= round, 'no proposal for a future round')
  assert(ownPrevoteRound <= round, 'no prevote for a future round')
  assert(ownPrecommitRound <= round, 'no precommit for a future round')
  assert(state.proposal === null || state.proposal.round === round, 'the proposal is of the round')
  assert(
    state.proposal === null || state.proposal.height === state.height,
    'the proposal is of the height',
  )
}

function assertCommit(state: ConsensusState): void {
  if (state.height === 0n) return
  assert((state.step === 'commit') === (state.commitRound !== -1), 'a commit has its round')
  if (state.commitRound === -1) {
    assert(state.decision === null, 'a decision comes with a commit')
    return
  }
  const committed = blockOf(precommitMaj23(state, state.commitRound))
  assert(committed !== null, 'AllIfInDecidedThenReceivedTwoThirds')
}
