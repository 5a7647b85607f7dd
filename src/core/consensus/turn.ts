// One transition in progress: the state so far and the effects so far.

import type { Effect } from './effect.ts'
import type { ConsensusState } from './state.ts'

/** Lives only inside one call of `transition`; every state it passes through stays immutable. */
export interface Turn {
  state: ConsensusState
  readonly effects: Effect[]
}

/** Moves on to a state that differs in `patch`. */
export function change(turn: Turn, patch: Partial<ConsensusState>): void {
  turn.state = Object.assign(copied(turn.state), patch)
}

// Field by field: spreading so many is several times slower, and a transition does it often.
function copied(state: ConsensusState): ConsensusState {
  return {
    context: state.context,
    height: state.height,
    validatorSet: state.validatorSet,
    roundValidatorSet: state.roundValidatorSet,
    waitForTxs: state.waitForTxs,
    lastPrecommits: state.lastPrecommits,
    round: state.round,
    step: state.step,
    proposal: state.proposal,
    nextProposal: state.nextProposal,
    collecting: state.collecting,
    proposalParts: state.proposalParts,
    earlyParts: state.earlyParts,
    lockedRound: state.lockedRound,
    lockedValue: state.lockedValue,
    validRound: state.validRound,
    validValue: state.validValue,
    blocks: state.blocks,
    votes: state.votes,
    ownProposalRound: state.ownProposalRound,
    ownPrevoteRound: state.ownPrevoteRound,
    ownPrecommitRound: state.ownPrecommitRound,
    prevoteTimeoutRound: state.prevoteTimeoutRound,
    precommitTimeoutRound: state.precommitTimeoutRound,
    commitRound: state.commitRound,
    decision: state.decision,
  }
}

/** Adds an effect after those already there. */
export function emit(turn: Turn, effect: Effect): void {
  turn.effects.push(effect)
}

/**
 * Adds `announce-step` unless it is there already: the host announces the state at the end of the
 * turn.
 */
export function announceStep(turn: Turn): void {
  if (!turn.effects.some((effect) => effect.kind === 'announce-step')) {
    emit(turn, { kind: 'announce-step' })
  }
}
