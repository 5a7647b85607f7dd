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
  turn.state = { ...turn.state, ...patch }
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
