// The rules as promises about one instance: what it says follows from what it has heard, and what
// it has heard it acts on.

import { knownBlock } from '../../src/core/consensus/index.ts'
import type { ConsensusState, Effect, Input, TimeoutStep } from '../../src/core/consensus/index.ts'
import { NIL_BLOCK_ID, VoteType, equalBlockId, isNilBlockId } from '../../src/core/types/index.ts'
import type { BlockId, Proposal, Vote } from '../../src/core/types/index.ts'
import type { Tally } from './tally.ts'

type SignVote = Extract<Effect, { kind: 'sign-vote' }>

const { prevote, precommit } = VoteType

/** Watches one instance. States are those after the input. */
export class Watch {
  readonly violations: string[] = []
  readonly #index: number
  readonly #tally: Tally
  /** The first proposal of each round that came in time for it. */
  readonly #proposals: (Proposal | undefined)[] = []
  #cause: Input['kind'] = 'start-height'
  #lastPrecommit: { readonly round: number; readonly blockId: BlockId } | null = null

  constructor(index: number, tally: Tally) {
    this.#index = index
    this.#tally = tally
  }

  /** An input is about to be applied; `state` is the one before. */
  before(state: ConsensusState, input: Input): void {
    this.#cause = input.kind
    if (input.kind === 'vote' || input.kind === 'signed-vote') {
      this.#tally.add(this.#index, input.vote)
    }
    if (input.kind === 'proposal' || input.kind === 'signed-proposal') {
      const { round } = input.proposal
      if (round >= state.round) this.#proposals[round] ??= input.proposal
    }
  }

  /** What the instance asks for, before anything is answered. */
  effect(state: ConsensusState, effect: Effect): void {
    if (effect.kind === 'sign-proposal') {
      // L15-L19
      if (effect.polRound !== state.validRound) this.#blame('proposes with a wrong valid round')
      if (effect.polRound >= 0) {
        const named = { type: prevote, round: effect.polRound, blockId: effect.blockId }
        if (!this.#isChosen(named)) this.#blame('proposes without the polka it names')
      }
    }
    if (effect.kind === 'decide' && !this.#isChosen({ ...effect, type: precommit })) {
      this.#blame('decides without two thirds')
    }
    if (effect.kind === 'sign-vote') this.#signs(state, effect)
  }

  /** Everything that the input led to is done; `before` is the state before it. */
  after(before: ConsensusState, state: ConsensusState, input: Input): void {
    if (state.step === 'commit') return
    // L55
    const isPulled = input.kind === 'vote' && state.round > before.round
    if (isPulled && !this.#tally.isOthersRound(this.#index, state.round)) {
      this.#blame('skips to a round without one third')
    }
    if (input.kind === 'vote' || input.kind === 'signed-vote') this.#reacts(state, input.vote)
    this.#keepsLock(state)
  }

  /** Whether there is a timeout to every wait; `runs` tells which are running. */
  waits({ step, round }: ConsensusState, runs: (step: TimeoutStep) => boolean): void {
    const isWaiting = step === 'propose' && !runs('propose')
    if (isWaiting) this.#blame('waits for a proposal without a timeout')
    const isAny = (type: number): boolean => this.#tally.isAny(this.#index, { type, round })
    if (step === 'prevote' && !runs('prevote') && isAny(prevote)) {
      this.#blame('waits for prevotes without a timeout')
    }
    if (step === 'precommit' && !runs('precommit') && isAny(precommit)) {
      this.#blame('waits for precommits without a timeout')
    }
  }

  #signs(state: ConsensusState, { type, round, blockId }: SignVote): void {
    if (type === prevote) {
      if (isNilBlockId(blockId)) return this.#prevotesNil(state)
      if (!this.#mayPrevote(state, blockId)) this.#blame('prevotes what it may not')
      return
    }
    const isTimeout = isNilBlockId(blockId) && this.#cause === 'timeout'
    if (!isTimeout && !this.#isChosen({ type: prevote, round, blockId })) {
      this.#blame('precommits without a polka or a timeout')
    }
    if (!isNilBlockId(blockId)) this.#lastPrecommit = { round, blockId }
  }

  // L22-L33; a legacy instance that is locked repeats its lock whatever is proposed.
  #mayPrevote(state: ConsensusState, blockId: BlockId): boolean {
    const { lockedValue, context } = state
    if (context.lockRule === 'comet-legacy' && lockedValue !== null) {
      return equalBlockId(lockedValue, blockId)
    }
    const proposal = this.#proposals[state.round]
    if (proposal === undefined || !equalBlockId(proposal.blockId, blockId)) return false
    return this.#isJustified(proposal) && !this.#isBarred(state, proposal)
  }

  #prevotesNil(state: ConsensusState): void {
    const proposal = this.#proposals[state.round]
    if (proposal === undefined) {
      if (this.#cause !== 'timeout') this.#blame('prevotes nil too early')
    } else if (this.#isJustified(proposal) && !this.#isBarred(state, proposal)) {
      this.#blame('prevotes nil against a proposal it may prevote')
    }
  }

  #isJustified({ polRound, blockId }: Proposal): boolean {
    return polRound === -1 || this.#isChosen({ type: prevote, round: polRound, blockId })
  }

  #isBarred(state: ConsensusState, { polRound, blockId }: Proposal): boolean {
    if (state.context.lockRule === 'comet-legacy') return state.lockedValue !== null
    const lock = this.#lastPrecommit
    return lock !== null && lock.round > polRound && !equalBlockId(lock.blockId, blockId)
  }

  #reacts(state: ConsensusState, { type, round, blockId }: Vote): void {
    if (round > state.round && this.#tally.isOthersRound(this.#index, round)) {
      this.#blame('stays behind')
    }
    if (!this.#isChosen({ type, round, blockId })) return
    if (type === precommit) {
      if (!isNilBlockId(blockId)) this.#blame('does not decide')
      return
    }
    const { lockedRound, lockedValue, context } = state
    if (lockedValue !== null && context.lockRule === 'comet-legacy') {
      const isLater = lockedRound < round && round <= state.round
      if (isLater && !equalBlockId(lockedValue, blockId)) this.#blame('keeps a lock that has ended')
    }
    if (round !== state.round || state.step === 'propose') return
    if (isNilBlockId(blockId)) {
      if (state.step === 'prevote') this.#blame('does not precommit nil')
    } else if (knownBlock(state, blockId)?.partSet && state.validRound !== round) {
      this.#blame('does not remember a polka')
    }
  }

  // AllLatestPrecommitHasLockedRound; only a legacy instance may have given the lock up.
  #keepsLock({ lockedRound, lockedValue, context }: ConsensusState): void {
    if (lockedRound === -1 && context.lockRule === 'comet-legacy') return
    const { round, blockId } = this.#lastPrecommit ?? { round: -1, blockId: NIL_BLOCK_ID }
    if (round !== lockedRound || !equalBlockId(blockId, lockedValue ?? NIL_BLOCK_ID)) {
      this.#blame('has another lock than its last precommit')
    }
  }

  #isChosen(place: { type: number; round: number; blockId: BlockId }): boolean {
    return this.#tally.isChosen(this.#index, place)
  }

  #blame(what: string): void {
    this.violations.push(`v${this.#index}: ${what}`)
  }
}
