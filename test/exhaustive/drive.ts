// Drives one correct validator: inputs into the production transition, effects answered at once.

import { transition } from '../../src/core/consensus/index.ts'
import type { ConsensusState, Effect, Input } from '../../src/core/consensus/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { judgeLock, judgeVote } from './lock-law.ts'
import { HEIGHT, NIL } from './scope.ts'
import type { Member, Stage, ValueNumber } from './scope.ts'

/** What a validator said and did while it took in some inputs. */
export interface Reaction {
  readonly state: ConsensusState
  /** Votes of the round it is in, undefined when it has not voted. */
  readonly prevote: ValueNumber | undefined
  readonly precommit: ValueNumber | undefined
  readonly proposal: { readonly value: ValueNumber; readonly polRound: number } | undefined
  readonly decided: ValueNumber | undefined
  /** A promise that was broken on the way. */
  readonly broken: string | undefined
}

/** Votes of one round for one value: those of some correct members and of all faulty ones. */
export interface Majority {
  readonly round: number
  readonly value: ValueNumber
  /** Positions in `stage.members`, as bits. */
  readonly voters: number
}

/** A vote of a correct member and a vote of the faulty ones for something else: no majority. */
export interface Mixture {
  readonly type: VoteType
  readonly round: number
  /** Position in `stage.members`. */
  readonly from: number
  readonly value: ValueNumber
}

export const startInput = (stage: Stage): Input => ({
  kind: 'start-height',
  height: HEIGHT,
  validatorSet: stage.validatorSet,
  lastPrecommits: null,
  waitForTxs: false,
  immediately: true,
})

/** Counts calls of `transition`, over all searches of the process. */
export const work = { transitions: 0 }

/** One member of a stage, and what it answers. */
export class Driver {
  readonly #stage: Stage
  readonly #member: Member
  readonly #judges: boolean

  constructor(stage: Stage, member: Member, { judges }: { readonly judges: boolean }) {
    this.#stage = stage
    this.#member = member
    this.#judges = judges
  }

  /** Takes in the inputs and all that follows; `fresh` is what its application would build. */
  run(state: ConsensusState, inputs: readonly Input[], fresh: ValueNumber = 0): Reaction {
    const answers: Answers = {}
    const queue = [...inputs]
    let now = state
    for (let at = 0; at < queue.length; at += 1) {
      const turn = transition(now, queue[at]!)
      work.transitions += 1
      now = turn.state
      for (const effect of turn.effects) {
        const input = this.#answer(now, effect, fresh, answers)
        if (input !== null) queue.push(input)
      }
    }
    if (this.#judges) answers.broken ??= judgeLock(this.#stage, this.#member, now)
    const { prevote, precommit, proposal, decided, broken } = answers
    return { state: now, prevote, precommit, proposal, decided, broken }
  }

  /** The prevotes or precommits of a majority, and its block where the state waits for it. */
  deliver(state: ConsensusState, type: VoteType, majority: Majority): Reaction {
    const told = this.run(state, this.#votesOf(type, majority))
    if (majority.value === NIL) return told
    const { collecting, proposalParts, round } = told.state
    if (collecting === null || proposalParts?.isComplete === true) return told
    if (this.#stage.numberOf(collecting) !== majority.value) return told
    return joined(told, this.run(told.state, [this.#part(majority.value, round)]))
  }

  /** Votes for different things, enough for a timeout of the step to be scheduled. */
  deliverMixture(state: ConsensusState, { type, round, from, value }: Mixture): Reaction {
    const { members, scope } = this.#stage
    const votes = [this.#stage.vote(type, members[from]!.index, round, value)]
    const other = value === NIL ? 0 : NIL
    for (const index of scope.faulty) votes.push(this.#stage.vote(type, index, round, other))
    return this.run(
      state,
      votes.map((vote) => ({ kind: 'vote', vote })),
    )
  }

  /** A proposal with its block. */
  propose(state: ConsensusState, value: ValueNumber, polRound: number): Reaction {
    const { round } = state
    const proposal = this.#stage.proposal(round, value, polRound)
    return this.run(state, [{ kind: 'proposal', proposal }, this.#part(value, round)])
  }

  timeout(state: ConsensusState, step: 'propose' | 'prevote' | 'precommit', fresh = 0): Reaction {
    const timeout = { height: HEIGHT, round: state.round, step }
    return this.run(state, [{ kind: 'timeout', timeout }], fresh)
  }

  #votesOf(type: VoteType, { round, value, voters }: Majority): Input[] {
    const { members, scope } = this.#stage
    const correct = members.filter((_, at) => (voters & (1 << at)) !== 0)
    // The faulty ones say everything twice, which must not count twice.
    return [...correct.map(({ index }) => index), ...scope.faulty, ...scope.faulty]
      .filter((index) => index !== this.#member.index)
      .map((index) => ({ kind: 'vote', vote: this.#stage.vote(type, index, round, value) }))
  }

  #part(value: ValueNumber, round: number): Input {
    const part = this.#stage.block(value).partSet.get(0)!
    return { kind: 'block-part', height: HEIGHT, round, part }
  }

  #answer(
    state: ConsensusState,
    effect: Effect,
    fresh: ValueNumber,
    answers: Answers,
  ): Input | null {
    const stage = this.#stage
    switch (effect.kind) {
      case 'validate-block':
        return { kind: 'block-validity', height: HEIGHT, blockId: effect.blockId, valid: true }
      case 'build-block':
        return {
          kind: 'block-built',
          height: HEIGHT,
          round: effect.round,
          block: stage.block(fresh),
        }
      case 'sign-proposal': {
        const value = stage.numberOf(effect.blockId)
        answers.proposal = { value, polRound: effect.polRound }
        return {
          kind: 'signed-proposal',
          proposal: stage.proposal(effect.round, value, effect.polRound),
        }
      }
      case 'sign-vote': {
        const value = stage.numberOf(effect.blockId)
        const what = effect.type === VoteType.prevote ? 'prevote' : 'precommit'
        if (answers[what] !== undefined) answers.broken ??= `asks for two ${what}s`
        answers[what] = value
        if (this.#judges) answers.broken ??= judgeVote(stage, this.#member, state, effect)
        const vote = stage.vote(effect.type, this.#member.index, effect.round, value)
        return { kind: 'signed-vote', vote }
      }
      case 'decide':
        answers.decided = stage.numberOf(effect.blockId)
        return null
      default:
        return null
    }
  }
}

interface Answers {
  prevote?: ValueNumber
  precommit?: ValueNumber
  proposal?: { value: ValueNumber; polRound: number }
  decided?: ValueNumber
  broken?: string | undefined
}

/** Two reactions in a row as one. */
export function joined(first: Reaction, then: Reaction): Reaction {
  return {
    state: then.state,
    prevote: then.prevote ?? first.prevote,
    precommit: then.precommit ?? first.precommit,
    proposal: then.proposal ?? first.proposal,
    decided: then.decided ?? first.decided,
    broken: first.broken ?? then.broken,
  }
}
