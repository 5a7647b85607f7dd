// Watches the honest machines of a cluster and knows only what they promise.

import { VoteType, blockIdKey, equalBlockId, isNilBlockId } from '../types/index.ts'
import type { BlockId, LockRule } from '../types/index.ts'
import type { Effect } from './effect.ts'
import type { ConsensusState } from './state.ts'

/** A machine as the judge sees it. */
export interface Watched {
  readonly index: number
  readonly state: ConsensusState
}

interface LastPrecommit {
  readonly round: number
  readonly blockId: BlockId
}

/** Collects broken promises in words. */
export class Judge {
  readonly violations: string[] = []
  readonly #rule: LockRule
  readonly #validity = new Map<string, boolean>()
  readonly #signed = new Set<string>()
  readonly #decided = new Map<bigint, string>()
  readonly #decisions = new Set<string>()
  readonly #locks = new Map<string, LastPrecommit>()
  /** Rounds that needed more than one, for knowing that schedules are hard enough. */
  failedRounds = 0

  constructor(rule: LockRule) {
    this.#rule = rule
  }

  /** Settles the opinion of every honest application. */
  setValidity(blockId: BlockId, isValid: boolean): void {
    this.#validity.set(blockIdKey(blockId), isValid)
  }

  /** What every honest application would say about a block. */
  isValid(blockId: BlockId): boolean {
    return this.#validity.get(blockIdKey(blockId)) === true
  }

  /** Looks at one effect of an honest machine; its state is the one after. */
  see(member: Watched, effect: Effect): void {
    if (effect.kind === 'sign-vote') this.#onVote(member, effect)
    if (effect.kind === 'sign-proposal') {
      this.#once(member, `proposal ${effect.height}/${effect.round}`)
    }
    if (effect.kind === 'decide') this.#onDecide(member, effect)
    if (effect.kind === 'round-failed') this.failedRounds += 1
  }

  #blame(member: Watched, what: string): void {
    this.violations.push(`v${member.index}: ${what}`)
  }

  #once(member: Watched, what: string): void {
    const key = `${member.index} ${what}`
    if (this.#signed.has(key)) this.#blame(member, `signs twice: ${what}`)
    this.#signed.add(key)
  }

  #onDecide(member: Watched, effect: Extract<Effect, { kind: 'decide' }>): void {
    const { height, blockId, partSet, precommits } = effect
    const key = blockIdKey(blockId)
    const agreed = this.#decided.get(height) ?? key
    this.#decided.set(height, agreed)
    if (agreed !== key) this.#blame(member, `decides another block at ${height}`)
    const decision = `${member.index} ${height}`
    if (this.#decisions.has(decision)) this.#blame(member, `decides ${height} twice`)
    this.#decisions.add(decision)
    if (!this.isValid(blockId)) this.#blame(member, `decides an invalid block at ${height}`)
    if (!partSet.isComplete) this.#blame(member, `decides without the block at ${height}`)
    const { totalVotingPower } = precommits.validatorSet
    if (precommits.powerFor(blockId) * 3n <= totalVotingPower * 2n) {
      this.#blame(member, `decides without two thirds at ${height}`)
    }
  }

  #onVote(member: Watched, effect: Extract<Effect, { kind: 'sign-vote' }>): void {
    const { type, height, round, blockId } = effect
    const isPrevote = type === VoteType.prevote
    this.#once(member, `${isPrevote ? 'prevote' : 'precommit'} ${height}/${round}`)
    const key = `${member.index} ${height}`
    if (isPrevote) return this.#onPrevote(member, effect, this.#locks.get(key))
    if (isNilBlockId(blockId)) return
    if (!hasPolka(member.state, round, blockId)) this.#blame(member, 'precommits without a polka')
    this.#locks.set(key, { round, blockId })
  }

  // A machine that precommitted a value may only prevote another one with the right polka in hand.
  #onPrevote(
    member: Watched,
    { round, blockId }: Extract<Effect, { kind: 'sign-vote' }>,
    lock: LastPrecommit | undefined,
  ): void {
    if (lock === undefined || equalBlockId(lock.blockId, blockId)) return
    const { state } = member
    if (this.#rule === 'paper') {
      if (isNilBlockId(blockId)) return
      const isLawful = rounds(lock.round, round - 1).some((at) => hasPolka(state, at, blockId))
      if (!isLawful) this.#blame(member, `prevotes against its lock in round ${round}`)
      return
    }
    const isReleased = rounds(lock.round + 1, round).some((at) => {
      const polka = state.votes.get(at)?.prevotes.maj23 ?? null
      return polka !== null && (polka === 'nil' || !equalBlockId(polka, lock.blockId))
    })
    if (!isReleased) this.#blame(member, `prevotes against its lock in round ${round}`)
  }
}

function hasPolka(state: ConsensusState, round: number, blockId: BlockId): boolean {
  const votes = state.votes.get(round)?.prevotes
  return votes !== undefined && votes.validatorSet.hasTwoThirds(votes.powerFor(blockId))
}

function rounds(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset)
}
