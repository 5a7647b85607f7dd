// The transition function: what each input changes, then every rule that has become applicable.

import { assert } from '../bytes/index.ts'
import { VoteType, blockIdKey } from '../types/index.ts'
import type { Proposal, Vote } from '../types/index.ts'
import { collect, onBlockPart, recordBlock } from './block-parts.ts'
import type { Effect } from './effect.ts'
import type { Input } from './input.ts'
import { assertInvariants } from './invariants.ts'
import { judgeProposal, releaseLegacyLock } from './locks.ts'
import { blockOf, oneThirdVotedIn, precommitMaj23, prevoteMaj23 } from './quorum.ts'
import { applyRules } from './rules.ts'
import { FRESH_HEIGHT, knownBlock, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import { enterCommit, enterPrecommitNil, enterPrevoteWithoutProposal } from './steps.ts'
import {
  awaitsOwnProposal,
  enterPropose,
  enterRound,
  scheduleTimeout,
  signProposal,
} from './steps.ts'
import type { Timeout } from './timeout.ts'
import { announceStep, change, emit } from './turn.ts'
import type { Turn } from './turn.ts'

/** The state after an input and what the host has to do, in this order. */
export interface Transition {
  readonly state: ConsensusState
  readonly effects: readonly Effect[]
}

type InputOf<K extends Input['kind']> = Extract<Input, { kind: K }>

/**
 * Algorithm 1: the next state and the effects of one input. Changes nothing it is given; equal
 * arguments give equal results. An input that changes nothing returns the same state object. Throws
 * `InvariantError` when the state is broken or a height starts out of order (a bug of the host).
 */
export function transition(state: ConsensusState, input: Input): Transition {
  assertInvariants(state)
  const turn: Turn = { state, effects: [] }
  apply(turn, input)
  if (turn.state !== state) {
    applyRules(turn)
    assertInvariants(turn.state)
  }
  return turn
}

function apply(turn: Turn, input: Input): void {
  switch (input.kind) {
    case 'start-height':
      return onStartHeight(turn, input)
    case 'txs-available':
      return onTxsAvailable(turn, input.height)
    case 'proposal':
    case 'signed-proposal':
      return onProposal(turn, input.proposal)
    case 'block-part':
      return onBlockPart(turn, input.height, { round: input.round, part: input.part })
    case 'vote':
    case 'signed-vote':
      return onVote(turn, input.vote)
    case 'timeout':
      return onTimeout(turn, input.timeout)
    case 'block-built':
      return onBlockBuilt(turn, input)
    case 'block-validity':
      return onBlockValidity(turn, input)
    case 'sign-refused':
      return onSignRefused(turn, input)
  }
}

// L53-L54 and L10: everything of the height before is forgotten but its precommits.
function onStartHeight(turn: Turn, input: InputOf<'start-height'>): void {
  const { height, validatorSet, lastPrecommits, waitForTxs } = input
  assert(height > turn.state.height, 'heights only grow')
  const roundValidatorSet = validatorSet
  change(turn, FRESH_HEIGHT)
  change(turn, { height, validatorSet, roundValidatorSet, lastPrecommits, waitForTxs })
  const { timeouts } = turn.state.context
  if (input.immediately || timeouts.commitMs === 0 || hasEveryLastPrecommit(turn.state)) {
    enterRound(turn, 0)
  } else {
    announceStep(turn)
    scheduleTimeout(turn, 'new-height')
  }
}

function onTxsAvailable(turn: Turn, height: bigint): void {
  if (height !== turn.state.height) return
  if (turn.state.step === 'new-height') change(turn, { waitForTxs: false })
  else if (turn.state.step === 'new-round') enterPropose(turn)
}

// The first proposal of a round counts. A second one is a fault the message pool reports; following
// the polka is what keeps us live if the others saw that one.
function onProposal(turn: Turn, proposal: Proposal): void {
  const { state } = turn
  if (proposal.height !== state.height || state.step === 'commit') return
  if (proposal.polRound < -1 || proposal.polRound >= proposal.round) return
  if (proposal.round === state.round && state.proposal === null) {
    const awaitsOwn = awaitsOwnProposal(state)
    change(turn, { proposal })
    // A polka of this round already told which block matters.
    if (turn.state.collecting === null) collect(turn, proposal.blockId)
    // A proposal of ours from before a restart, brought back by a peer: its parts may never come.
    if (awaitsOwn) scheduleTimeout(turn, 'propose')
  } else if (proposal.round === state.round + 1 && state.nextProposal === null) {
    change(turn, { nextProposal: proposal })
  }
}

function onVote(turn: Turn, vote: Vote): void {
  if (vote.height === turn.state.height) {
    if (!count(turn, vote)) return
    // L49 for any round and step; L55 only while nothing is decided.
    const committed = blockOf(precommitMaj23(turn.state, vote.round))
    if (turn.state.commitRound !== -1) return
    if (committed !== null) return enterCommit(turn, vote.round, committed)
    if (vote.type === VoteType.prevote) releaseLegacyLock(turn, vote.round)
    // L55-L56
    if (vote.round > turn.state.round && oneThirdVotedIn(turn.state, vote.round)) {
      enterRound(turn, vote.round)
    }
  } else if (vote.height + 1n === turn.state.height) onLatePrecommit(turn, vote)
}

function count(turn: Turn, vote: Vote): boolean {
  const { prevotes, precommits } = votesOf(turn.state, vote.round)
  const isPrevote = vote.type === VoteType.prevote
  const result = (isPrevote ? prevotes : precommits).add(vote)
  if (result.kind === 'duplicate') return false
  const roundVotes = isPrevote
    ? { prevotes: result.voteSet, precommits }
    : { prevotes, precommits: result.voteSet }
  change(turn, { votes: new Map(turn.state.votes).set(vote.round, roundVotes) })
  emit(turn, { kind: 'announce-vote', vote })
  return true
}

// Precommits of the height before are welcome until round 0 starts: they make the next commit
// fuller.
function onLatePrecommit(turn: Turn, vote: Vote): void {
  const { lastPrecommits, step } = turn.state
  if (lastPrecommits === null || step !== 'new-height') return
  if (vote.type !== VoteType.precommit || vote.round !== lastPrecommits.round) return
  const result = lastPrecommits.add(vote)
  if (result.kind === 'duplicate') return
  change(turn, { lastPrecommits: result.voteSet })
  emit(turn, { kind: 'announce-vote', vote })
  if (hasEveryLastPrecommit(turn.state)) enterRound(turn, 0)
}

function hasEveryLastPrecommit({ context, lastPrecommits }: ConsensusState): boolean {
  return context.skipTimeoutCommit && lastPrecommits?.hasAll === true
}

function onTimeout(turn: Turn, { height, round, step }: Timeout): void {
  const { state } = turn
  if (height !== state.height || round !== state.round || state.step === 'commit') return
  switch (step) {
    case 'new-height':
      return state.step === 'new-height' ? enterRound(turn, 0) : undefined
    // L57-L60
    case 'propose':
      return state.step === 'propose' ? onTimeoutPropose(turn) : undefined
    // L61-L64
    case 'prevote':
      return state.step === 'prevote' ? onTimeoutPrevote(turn) : undefined
    // L65-L67
    case 'precommit':
      return state.step === 'new-height' ? undefined : enterRound(turn, round + 1)
  }
}

// Where only our own application's answer is missing, the vote waits for it: the answer always
// comes, and a timeout shorter than the application would otherwise prevent every decision.
function onTimeoutPropose(turn: Turn): void {
  if (judgeProposal(turn.state).kind !== 'lacks-validity') enterPrevoteWithoutProposal(turn)
}

function onTimeoutPrevote(turn: Turn): void {
  const polka = blockOf(prevoteMaj23(turn.state, turn.state.round))
  const isPending = polka !== null && knownBlock(turn.state, polka)?.validity === 'pending'
  if (!isPending) enterPrecommitNil(turn)
}

function onBlockBuilt(turn: Turn, { height, round, block }: InputOf<'block-built'>): void {
  if (height !== turn.state.height || round !== turn.state.round) return
  if (!awaitsOwnProposal(turn.state)) return
  if (block === null) return enterPrevoteWithoutProposal(turn)
  signProposal(turn, block.blockId, -1)
  recordBlock(turn, block.blockId, block.partSet)
}

function onBlockValidity(turn: Turn, input: InputOf<'block-validity'>): void {
  if (input.height !== turn.state.height) return
  const block = knownBlock(turn.state, input.blockId)
  if (block?.validity !== 'pending') return
  const judged = { ...block, validity: input.valid ? ('valid' as const) : ('invalid' as const) }
  change(turn, { blocks: new Map(turn.state.blocks).set(blockIdKey(input.blockId), judged) })
}

// A refused vote is a vote not sent; a refused proposal must not keep us waiting for it.
function onSignRefused(turn: Turn, { height, round, what }: InputOf<'sign-refused'>): void {
  if (what !== 'proposal' || height !== turn.state.height || round !== turn.state.round) return
  const { step, proposal } = turn.state
  if (step === 'propose' && proposal === null) enterPrevoteWithoutProposal(turn)
}
