// The two lock rules: what to prevote for a proposal, and when a lock is given up.

import { NIL_BLOCK_ID, equalBlockId } from '../types/index.ts'
import type { BlockId, Proposal } from '../types/index.ts'
import { isValue, prevoteMaj23 } from './quorum.ts'
import { knownBlock } from './state.ts'
import type { ConsensusState } from './state.ts'
import { change } from './turn.ts'
import type { Turn } from './turn.ts'

/** What the proposal in hand asks for: a prevote, or what is still missing for one. */
export type Judgement =
  | { readonly kind: 'prevote'; readonly blockId: BlockId }
  | { readonly kind: 'lacks-proposal' }
  | { readonly kind: 'lacks-validity' }

/** L22-L33 for the proposal of the current round, under the configured lock rule. */
export function judgeProposal(state: ConsensusState): Judgement {
  const { proposal } = state
  if (proposal === null) return { kind: 'lacks-proposal' }
  const block = knownBlock(state, proposal.blockId)
  if (block === null || block.partSet === null) return { kind: 'lacks-proposal' }
  // L28: a value from an earlier round counts only with the polka of that round.
  if (proposal.polRound >= 0 && !isPolkaFor(state, proposal.polRound, proposal.blockId)) {
    return { kind: 'lacks-proposal' }
  }
  if (isHeldByLock(state, proposal)) {
    return { kind: 'prevote', blockId: prevoteWithoutProposal(state) }
  }
  switch (block.validity) {
    case 'valid':
      return { kind: 'prevote', blockId: proposal.blockId }
    case 'invalid':
      return { kind: 'prevote', blockId: NIL_BLOCK_ID }
    case 'pending':
    case 'unknown':
      return { kind: 'lacks-validity' }
  }
}

/** L59 and L26/L32: nil; a legacy node that is locked repeats its lock whatever is proposed. */
export function prevoteWithoutProposal(state: ConsensusState): BlockId {
  if (state.context.lockRule === 'comet-legacy') return state.lockedValue ?? NIL_BLOCK_ID
  return NIL_BLOCK_ID
}

/** Whether more than two thirds prevoted `blockId` in `round`. */
export function isPolkaFor(state: ConsensusState, round: number, blockId: BlockId): boolean {
  const polka = prevoteMaj23(state, round)
  return isValue(polka) && equalBlockId(polka, blockId)
}

/**
 * Legacy only: a polka after the locked round, up to the current one, for anything but the lock
 * releases it. Asked when a prevote of `round` arrives and when the precommit step begins.
 */
export function releaseLegacyLock(turn: Turn, round: number): void {
  const { context, lockedRound, lockedValue, round: current } = turn.state
  if (context.lockRule !== 'comet-legacy' || lockedValue === null) return
  if (round <= lockedRound || round > current) return
  if (prevoteMaj23(turn.state, round) === null) return
  if (isPolkaFor(turn.state, round, lockedValue)) return
  change(turn, { lockedRound: -1, lockedValue: null })
}

// L23 and L29 in one: a new value has polRound -1, so any lock on another value forbids it.
function isHeldByLock(state: ConsensusState, proposal: Proposal): boolean {
  const { context, lockedRound, lockedValue } = state
  if (lockedValue === null) return false
  if (context.lockRule === 'comet-legacy') return true
  return lockedRound > proposal.polRound && !equalBlockId(lockedValue, proposal.blockId)
}
