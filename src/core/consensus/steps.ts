// Entering rounds and steps: what each entry changes and asks the host for.

import { assert, equalBytes } from '../bytes/index.ts'
import { NIL_BLOCK_ID, VoteType, isNilBlockId } from '../types/index.ts'
import type { BlockId } from '../types/index.ts'
import { collect } from './block-parts.ts'
import { prevoteWithoutProposal, releaseLegacyLock } from './locks.ts'
import { roundFailureOf } from './round-failure.ts'
import { proposerOf, roundValidatorsOf, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import { timeoutMs } from './timeout.ts'
import type { TimeoutStep } from './timeout.ts'
import { announceStep, change, emit } from './turn.ts'
import type { Turn } from './turn.ts'

/** L11-L13: StartRound. Round 0 may wait for transactions first. */
export function enterRound(turn: Turn, round: number): void {
  leaveRound(turn)
  moveToRound(turn, round)
  const { state } = turn
  if (state.waitForTxs && round === 0 && state.proposal === null) {
    change(turn, { step: 'new-round' })
    announceStep(turn)
    emit(turn, { kind: 'wait-for-txs', height: state.height })
  } else enterPropose(turn)
}

/** L14-L21: the proposer proposes, everyone else waits for it with a timeout. */
export function enterPropose(turn: Turn): void {
  change(turn, { step: 'propose' })
  announceStep(turn)
  // A proposal of ours that is already here was signed before a restart: it stands.
  if (!isProposer(turn.state) || turn.state.proposal !== null) scheduleTimeout(turn, 'propose')
  else if (turn.state.validValue !== null) {
    signProposal(turn, turn.state.validValue, turn.state.validRound)
  } else emit(turn, { kind: 'build-block', height: turn.state.height, round: turn.state.round })
}

/** Whether this node's block for the round was asked for and has not been signed yet. */
export function awaitsOwnProposal(state: ConsensusState): boolean {
  const { step, proposal, ownProposalRound, round } = state
  return step === 'propose' && proposal === null && ownProposalRound < round && isProposer(state)
}

/** L19: asks for the signature of this round's proposal. */
export function signProposal(turn: Turn, blockId: BlockId, polRound: number): void {
  const { height, round, ownProposalRound } = turn.state
  assert(ownProposalRound < round, 'a second proposal for one round')
  change(turn, { ownProposalRound: round })
  emit(turn, { kind: 'sign-proposal', height, round, polRound, blockId })
}

/** Prevotes `blockId` (nil allowed) and moves to step prevote. */
export function enterPrevote(turn: Turn, blockId: BlockId): void {
  const { round, ownPrevoteRound } = turn.state
  change(turn, { step: 'prevote' })
  announceStep(turn)
  if (!isValidator(turn.state)) return
  assert(ownPrevoteRound < round, 'a second prevote for one round')
  change(turn, { ownPrevoteRound: round })
  signVote(turn, VoteType.prevote, blockId)
}

/** L57-L60 and every other end of the wait for a proposal without a value to prevote. */
export function enterPrevoteWithoutProposal(turn: Turn): void {
  enterPrevote(turn, prevoteWithoutProposal(turn.state))
}

/** Precommits `blockId` (nil allowed) and moves to step precommit. */
export function enterPrecommit(turn: Turn, blockId: BlockId): void {
  const { round, ownPrecommitRound } = turn.state
  if (isNilBlockId(blockId)) releaseLegacyLock(turn, round)
  change(turn, { step: 'precommit' })
  announceStep(turn)
  if (!isValidator(turn.state)) return
  assert(ownPrecommitRound < round, 'a second precommit for one round')
  change(turn, { ownPrecommitRound: round })
  signVote(turn, VoteType.precommit, blockId)
}

/** L45 and L63. */
export function enterPrecommitNil(turn: Turn): void {
  enterPrecommit(turn, NIL_BLOCK_ID)
}

/** L49: +2/3 precommitted `blockId` in `round`, whichever round and step we are in. */
export function enterCommit(turn: Turn, round: number, blockId: BlockId): void {
  if (round > turn.state.round) {
    leaveRound(turn)
    moveToRound(turn, round)
  }
  change(turn, { step: 'commit', commitRound: round })
  announceStep(turn)
  collect(turn, blockId)
  // Peers count early parts as delivered; only our true bits make them send those again.
  if (turn.state.proposalParts?.isComplete !== true) emit(turn, { kind: 'announce-valid-block' })
}

/** Schedules a timeout of the current height and round. */
export function scheduleTimeout(turn: Turn, step: TimeoutStep): void {
  const { height, round, context } = turn.state
  const timeout = { height, round, step }
  const durationMs = timeoutMs(timeout, context.timeouts)
  emit(turn, { kind: 'schedule-timeout', timeout, durationMs })
}

function signVote(turn: Turn, type: VoteType, blockId: BlockId): void {
  const { height, round } = turn.state
  emit(turn, { kind: 'sign-vote', type, height, round, blockId })
}

function isValidator({ context, validatorSet }: ConsensusState): boolean {
  return context.self !== null && validatorSet.indexOf(context.self) >= 0
}

function isProposer(state: ConsensusState): boolean {
  const { self } = state.context
  return self !== null && equalBytes(proposerOf(state, state.round).address, self)
}

function moveToRound(turn: Turn, round: number): void {
  const { state } = turn
  const isNew = round !== state.round
  const proposal = isNew ? adopted(state, round) : state.proposal
  change(turn, {
    round,
    roundValidatorSet: roundValidatorsOf(state, round),
    votes: new Map(state.votes).set(round, votesOf(state, round)),
    proposal,
    nextProposal: isNew ? null : state.nextProposal,
    earlyParts: state.earlyParts.filter((early) => early.round >= round),
  })
  if (!isNew) return
  change(turn, { collecting: null, proposalParts: null })
  if (proposal !== null) collect(turn, proposal.blockId)
}

function adopted(state: ConsensusState, round: number): ConsensusState['proposal'] {
  return state.nextProposal?.round === round ? state.nextProposal : null
}

// Nothing failed when round 0 had not begun yet.
function leaveRound(turn: Turn): void {
  const { state } = turn
  if (state.step === 'new-height') return
  const { height, round } = state
  emit(turn, { kind: 'round-failed', height, round, reason: roundFailureOf(state) })
}
