// The locks of honest validators, under the names of the published TLA+ specification.
//
// Judged whenever an honest node signs: the state it signed in, and what it signed before, crashes
// or not. Polkas are counted anew from the votes in that state.

import { VoteType } from '../../core/types/index.ts'
import type { LockRule, Proposal, Vote } from '../../core/types/index.ts'
import { isNil, isSameId } from './naive-values.ts'
import type { Notary } from './notary.ts'
import type { SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'
import { VoteCount } from './vote-count.ts'

type State = SignedVote['state']

interface Promises {
  readonly height: bigint
  /** Precommits for blocks at this height, in the order of signing. */
  readonly precommits: Vote[]
  /** The last signature is such a precommit. */
  isLast: boolean
  /** It may never have been used: the node went down before it did anything else. */
  isDoubtful: boolean
}

/** Convicts honest nodes of votes and states that the lock rule of the chain forbids. */
export class LockJudge {
  readonly #report: Report
  readonly #isPaper: boolean
  readonly #onUnused: (vote: Vote) => void
  readonly #count: VoteCount
  readonly #nodes = new Map<number, Promises>()
  /** What each node knew when it signed last. */
  readonly #states = new Map<number, State>()

  /** `onUnused` hears of a signed precommit that never left its node. */
  constructor(notary: Notary, rule: LockRule, report: Report, onUnused: (vote: Vote) => void) {
    this.#count = new VoteCount(notary)
    this.#report = report
    this.#isPaper = rule === 'paper'
    this.#onUnused = onUnused
  }

  /**
   * A node went down. Its last signature may have been lost with it: signing makes the signature
   * durable and the log beside it, and uses it only after both.
   */
  onDown(node: number): void {
    const promises = this.#nodes.get(node)
    if (promises?.isLast === true) promises.isDoubtful = true
  }

  /** Looks at a vote of an honest node and the state it was signed in. */
  onSignedVote({ node, atMs, vote, state }: SignedVote): void {
    this.#states.set(node, state)
    const promises = this.#promisesOf(node, vote.height)
    this.#settleDoubt(promises, state, vote)
    const flaws: string[] = []
    // A signature that took long may come back in another height, whose votes say nothing of it.
    if (state.height === vote.height) {
      flaws.push(...stateFlaws(this.#count, state), ...this.#lockFlaws(state, promises))
      if (vote.round > state.round) flaws.push('AllNoFutureMessagesSent')
      flaws.push(...this.#voteFlaws(state, vote, promises))
    }
    const isPromise = vote.type === VoteType.precommit && !isNil(vote.blockId)
    if (isPromise) promises.precommits.push(vote)
    promises.isLast = isPromise
    this.#blame({ node, atMs }, vote, flaws)
  }

  /**
   * Looks at a proposal of an honest node: a round it names has a polka for its block, and who has
   * a valid value of an earlier round proposes nothing else.
   */
  onSignedProposal({ node, atMs, proposal, state }: SignedProposal): void {
    const { height, round, polRound, blockId } = proposal
    this.#states.set(node, state)
    if (state.height !== height) return
    this.#settleDoubt(this.#promisesOf(node, height), state, null)
    const flaws = [
      ...stateFlaws(this.#count, state),
      ...this.#lockFlaws(state, this.#promisesOf(node, height)),
    ]
    if (round > state.round) flaws.push('AllNoFutureMessagesSent')
    if (polRound >= round) flaws.push('a proposal names a polka of its own round')
    if (polRound >= 0 && !this.#count.hasPolka(state, polRound, blockId)) {
      flaws.push('AllIfValidRoundThenTwoThirds: a proposal names a polka that is not there')
    }
    // A round's own polka comes after its proposal, so of an earlier one the node knew before.
    const { validRound, validValue } = state
    const isBound = validValue !== null && state.round === round && validRound < round
    if (isBound && (polRound !== validRound || !isSameId(validValue, blockId))) {
      flaws.push(`L15: a proposal passes over the valid value of round ${validRound}`)
    }
    this.#blame({ node, atMs }, proposal, flaws)
  }

  #promisesOf(node: number, height: bigint): Promises {
    const known = this.#nodes.get(node)
    if (known?.height === height) return known
    const fresh = { height, precommits: [], isLast: false, isDoubtful: false }
    if (known === undefined || known.height < height) this.#nodes.set(node, fresh)
    return fresh
  }

  // A precommit that was used is known to its node after a restart, or to somebody else.
  #settleDoubt(promises: Promises, state: State, again: Vote | null): void {
    const last = promises.precommits.at(-1)
    if (!promises.isDoubtful || last === undefined) return
    promises.isDoubtful = false
    promises.isLast = false
    if (again !== null && again.type === last.type && again.round === last.round) return
    const isKnown = [state, ...this.#states.values()].some((each) => {
      const precommits = each.height === last.height && each.votes.get(last.round)?.precommits
      return precommits ? precommits.getFor(last.validatorIndex, last.blockId) !== null : false
    })
    if (isKnown) return
    promises.precommits.pop()
    this.#onUnused(last)
  }

  // AllLatestPrecommitHasLockedRound; a legacy lock may have been given up for a later polka.
  #lockFlaws(state: State, { precommits }: Promises): string[] {
    const latest = precommits.at(-1)
    if (latest === undefined) return []
    const { lockedRound, lockedValue } = state
    const isKept =
      lockedValue !== null &&
      (lockedRound > latest.round ||
        (lockedRound === latest.round && isSameId(lockedValue, latest.blockId)))
    if (isKept) return []
    if (!this.#isPaper && isReleased(this.#count, state, latest, state.round)) return []
    return [`AllLatestPrecommitHasLockedRound: locked in ${lockedRound}, not in ${latest.round}`]
  }

  #voteFlaws(state: State, vote: Vote, promises: Promises): string[] {
    if (vote.type === VoteType.prevote) return this.#prevoteFlaws(state, vote, promises)
    if (isNil(vote.blockId) || this.#count.hasPolka(state, vote.round, vote.blockId)) return []
    return ['IfSentPrecommitThenReceivedTwoThirds']
  }

  #prevoteFlaws(state: State, { round, blockId }: Vote, { precommits }: Promises): string[] {
    const flaws: string[] = []
    const lock = precommits.findLast((each) => each.round < round)
    if (lock !== undefined && !isSameId(lock.blockId, blockId)) {
      const isLawful = this.#isPaper
        ? isNil(blockId) ||
          roundsOf(lock.round, round - 1).some((at) => this.#count.hasPolka(state, at, blockId))
        : isReleased(this.#count, state, lock, round)
      if (!isLawful) flaws.push(`PrecommitsLockValue: prevotes against its lock of ${lock.round}`)
    }
    const { proposal } = state
    const isProposed =
      proposal !== null &&
      isSameId(proposal.blockId, blockId) &&
      (proposal.polRound === -1 || this.#count.hasPolka(state, proposal.polRound, blockId))
    const isRepeated = !this.#isPaper && precommits.some((each) => isSameId(each.blockId, blockId))
    const isKnown = isNil(blockId) || state.round !== round || isProposed || isRepeated
    if (!isKnown) flaws.push('AllIfSentPrevoteThenReceivedProposalOrTwoThirds')
    return flaws
  }

  #blame(
    { node, atMs }: { readonly node: number; readonly atMs: number },
    { height, round, type }: Vote | Proposal,
    flaws: readonly string[],
  ): void {
    if (flaws.length === 0) return
    const what = type === VoteType.prevote ? 'prevote' : 'precommit'
    const place = `${type > VoteType.precommit ? 'proposal' : what} ${height}/${round}`
    const detail = `node ${node}, ${place}: ${flaws.join(', ')}`
    this.#report({ rule: 'lock', detail, culprits: [node], atMs })
  }
}

function stateFlaws(count: VoteCount, state: State): string[] {
  const { round, lockedRound, lockedValue, validRound, validValue } = state
  const flaws: string[] = []
  if (count.holdsForgery(state)) flaws.push('a vote in hand is not signed by whom it names')
  if ((lockedRound === -1) !== (lockedValue === null)) flaws.push('AllLockedRoundIffLockedValue')
  if ((validRound === -1) !== (validValue === null)) flaws.push('AllValidRoundIffValidValue')
  const isInOrder = lockedRound <= validRound && validRound <= round
  if (!isInOrder) flaws.push('lockedRound <= validRound <= round')
  if (lockedValue !== null && !count.hasPolka(state, lockedRound, lockedValue)) {
    flaws.push('AllIfLockedRoundThenSentCommit: no polka for the lock')
  }
  if (validValue !== null && !count.hasPolka(state, validRound, validValue)) {
    flaws.push('AllIfValidRoundThenTwoThirds')
  }
  return flaws
}

// The legacy rule gives a lock up for any later polka but its own, nil included.
function isReleased(count: VoteCount, state: State, lock: Vote, round: number): boolean {
  return roundsOf(lock.round + 1, round).some((at) =>
    count.polkas(state, at).some((value) => !isSameId(value, lock.blockId)),
  )
}

function roundsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset)
}
