// The locks of honest validators, under the names of the published TLA+ specification.
//
// Judged whenever an honest node signs: the state it signed in, and what it signed before, crashes
// or not. Polkas are counted anew from the votes in that state, one by one.

import { VoteType } from '../../core/types/index.ts'
import type { BlockId, LockRule, Proposal, Vote, VoteSet } from '../../core/types/index.ts'
import { isMoreThanTwoThirds, isNil, isSameId } from './naive-values.ts'
import type { SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

type State = SignedVote['state']

/** A precommit for a block. */
interface Promise {
  readonly round: number
  readonly blockId: BlockId
}

interface Promises {
  readonly height: bigint
  /** Precommits for blocks at this height, in the order of signing. */
  readonly precommits: Promise[]
}

/** Convicts honest nodes of votes and states that the lock rule of the chain forbids. */
export class LockJudge {
  readonly #report: Report
  readonly #isPaper: boolean
  readonly #nodes = new Map<number, Promises>()

  constructor(rule: LockRule, report: Report) {
    this.#report = report
    this.#isPaper = rule === 'paper'
  }

  /** Looks at a vote of an honest node and the state it was signed in. */
  onSignedVote({ node, atMs, vote, state }: SignedVote): void {
    const promises = this.#promisesOf(node, vote.height)
    const flaws: string[] = []
    // A signature that took long may come back in another height, whose votes say nothing of it.
    if (state.height === vote.height) {
      flaws.push(...stateFlaws(state), ...this.#lockFlaws(state, promises))
      if (vote.round > state.round) flaws.push('AllNoFutureMessagesSent')
      flaws.push(...this.#voteFlaws(state, vote, promises))
    }
    if (vote.type === VoteType.precommit && !isNil(vote.blockId)) promises.precommits.push(vote)
    this.#blame({ node, atMs }, vote, flaws)
  }

  /** Looks at a proposal of an honest node: a round it names has a polka for its block. */
  onSignedProposal({ node, atMs, proposal, state }: SignedProposal): void {
    const { height, round, polRound, blockId } = proposal
    if (state.height !== height) return
    const flaws = [...stateFlaws(state), ...this.#lockFlaws(state, this.#promisesOf(node, height))]
    if (round > state.round) flaws.push('AllNoFutureMessagesSent')
    if (polRound >= round) flaws.push('a proposal names a polka of its own round')
    if (polRound >= 0 && !hasPolka(state, polRound, blockId)) {
      flaws.push('AllIfValidRoundThenTwoThirds: a proposal names a polka that is not there')
    }
    this.#blame({ node, atMs }, proposal, flaws)
  }

  #promisesOf(node: number, height: bigint): Promises {
    const known = this.#nodes.get(node)
    if (known !== undefined && known.height >= height) {
      return known.height === height ? known : { height, precommits: [] }
    }
    const fresh = { height, precommits: [] }
    this.#nodes.set(node, fresh)
    return fresh
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
    if (!this.#isPaper && isReleased(state, latest, state.round)) return []
    return [`AllLatestPrecommitHasLockedRound: locked in ${lockedRound}, not in ${latest.round}`]
  }

  #voteFlaws(state: State, vote: Vote, promises: Promises): string[] {
    if (vote.type === VoteType.prevote) return this.#prevoteFlaws(state, vote, promises)
    if (isNil(vote.blockId) || hasPolka(state, vote.round, vote.blockId)) return []
    return ['IfSentPrecommitThenReceivedTwoThirds']
  }

  #prevoteFlaws(state: State, { round, blockId }: Vote, { precommits }: Promises): string[] {
    const flaws: string[] = []
    const lock = precommits.findLast((each) => each.round < round)
    if (lock !== undefined && !isSameId(lock.blockId, blockId)) {
      const isLawful = this.#isPaper
        ? isNil(blockId) ||
          roundsOf(lock.round, round - 1).some((at) => hasPolka(state, at, blockId))
        : isReleased(state, lock, round)
      if (!isLawful) flaws.push(`PrecommitsLockValue: prevotes against its lock of ${lock.round}`)
    }
    const isProposed = state.proposal !== null && isSameId(state.proposal.blockId, blockId)
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

function stateFlaws(state: State): string[] {
  const { round, lockedRound, lockedValue, validRound, validValue } = state
  const flaws: string[] = []
  if ((lockedRound === -1) !== (lockedValue === null)) flaws.push('AllLockedRoundIffLockedValue')
  if ((validRound === -1) !== (validValue === null)) flaws.push('AllValidRoundIffValidValue')
  const isInOrder = lockedRound <= validRound && validRound <= round
  if (!isInOrder) flaws.push('lockedRound <= validRound <= round')
  if (lockedValue !== null && !hasPolka(state, lockedRound, lockedValue)) {
    flaws.push('AllIfLockedRoundThenSentCommit: no polka for the lock')
  }
  if (validValue !== null && !hasPolka(state, validRound, validValue)) {
    flaws.push('AllIfValidRoundThenTwoThirds')
  }
  return flaws
}

// The legacy rule gives a lock up for any later polka but its own, nil included.
function isReleased(state: State, lock: Promise, round: number): boolean {
  return roundsOf(lock.round + 1, round).some((at) =>
    polkasOf(state, at).some((value) => !isSameId(value, lock.blockId)),
  )
}

function hasPolka(state: State, round: number, blockId: BlockId): boolean {
  return polkasOf(state, round).some((value) => isSameId(value, blockId))
}

// Vote sets never change, and the same one is asked for several times.
const counted = new WeakMap<VoteSet, readonly BlockId[]>()

/** The values with more than two thirds of the prevotes of a round; of villains' doing, several. */
function polkasOf(state: State, round: number): readonly BlockId[] {
  const prevotes = state.votes.get(round)?.prevotes
  if (prevotes === undefined) return []
  const known = counted.get(prevotes)
  if (known !== undefined) return known
  const polkas = prevotes.values.filter((value) => {
    let power = 0n
    let total = 0n
    for (const [index, { votingPower }] of state.validatorSet.validators.entries()) {
      total += votingPower
      if (prevotes.getFor(index, value) !== null) power += votingPower
    }
    return isMoreThanTwoThirds(power, total)
  })
  counted.set(prevotes, polkas)
  return polkas
}

function roundsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset)
}
