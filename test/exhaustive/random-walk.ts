// Single messages in random order, so that what they can do is compared with the macro-steps.

import { makeConsensus } from '../../src/core/consensus/index.ts'
import type { ConsensusState, Input } from '../../src/core/consensus/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { Driver, startInput } from './drive.ts'
import type { Reaction } from './drive.ts'
import { dueTimeout } from './fair-end.ts'
import { Tally } from './moves.ts'
import { NIL } from './scope.ts'
import type { Member, Stage, ValueNumber } from './scope.ts'
import type { Knot } from './search.ts'

/** What remains of some rounds: the locks of the members, and what can be shown about votes. */
export interface Remains {
  readonly locks: readonly { readonly round: number; readonly value: ValueNumber }[]
  readonly polkas: readonly { readonly round: number; readonly value: ValueNumber }[]
  readonly commits: readonly ValueNumber[]
}

interface Walker {
  readonly driver: Driver
  readonly member: Member
  state: ConsensusState
  readonly prevotes: (ValueNumber | undefined)[]
  readonly precommits: (ValueNumber | undefined)[]
}

const STEPS = 160

/** A source of numbers from 0 up to, and without, `below`; equal seeds give equal numbers. */
export type Draw = (below: number) => number

export function drawFrom(seed: number): Draw {
  let state = BigInt(seed) * 2n + 1n
  return (below) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n
    return Number((state >> 33n) % BigInt(below))
  }
}

/** Walks until everyone has left the last round of the scope or the steps are used up. */
export class RandomWalk {
  readonly #stage: Stage
  readonly #draw: Draw
  readonly #walkers: readonly Walker[]
  /** What was broken on the way. */
  broken: string | undefined

  constructor(stage: Stage, draw: Draw) {
    this.#stage = stage
    this.#draw = draw
    this.#walkers = stage.members.map((member) => {
      const driver = new Driver(stage, member, { judges: true })
      const state = makeConsensus(member.context)
      const walker = { driver, member, state, prevotes: [], precommits: [] }
      this.#take(walker, driver.run(state, [startInput(stage)]))
      return walker
    })
  }

  run(): Remains {
    const { rounds } = this.#stage.scope
    for (let step = 0; step < STEPS; step += 1) {
      const walking = this.#walkers.filter(({ state }) => state.round < rounds)
      if (walking.length === 0) break
      const walker = walking[this.#draw(walking.length)]!
      this.#take(walker, this.#step(walker))
    }
    return this.#remains()
  }

  #step(walker: Walker): Reaction {
    const { driver, state } = walker
    const kind = this.#draw(20)
    if (kind < 3) {
      const due = dueTimeout(state)
      if (due !== null) return driver.timeout(state, due)
    }
    if (kind < 7) {
      return driver.propose(state, this.#value(), this.#draw(state.round + 1) - 1)
    }
    return driver.run(state, this.#randomVote(state))
  }

  // Mostly the first one: quorums need many to agree.
  #value(): ValueNumber {
    return this.#draw(3) === 0 ? this.#draw(this.#stage.values.length) : 0
  }

  // Of a correct member as it was cast, or of a faulty one as it likes.
  #randomVote(state: ConsensusState): readonly Input[] {
    const { members, scope } = this.#stage
    const anyRound = Math.min(this.#draw(state.round + 2), scope.rounds - 1)
    const round = this.#draw(3) === 0 ? anyRound : state.round
    const type = this.#draw(3) < 2 ? VoteType.prevote : VoteType.precommit
    const from = this.#draw(members.length + 1)
    const caster = this.#walkers[from]
    if (caster === undefined) {
      const index = scope.faulty[this.#draw(scope.faulty.length)]!
      const value = this.#draw(4) === 0 ? NIL : this.#value()
      return [{ kind: 'vote', vote: this.#stage.vote(type, index, round, value) }]
    }
    const cast = type === VoteType.prevote ? caster.prevotes : caster.precommits
    const value = cast[round]
    if (value === undefined) return []
    return [{ kind: 'vote', vote: this.#stage.vote(type, members[from]!.index, round, value) }]
  }

  #take(walker: Walker, reaction: Reaction): void {
    walker.state = reaction.state
    if (reaction.broken !== undefined) this.broken ??= `${walker.member.name} ${reaction.broken}`
    // Votes of a round may come together with the step into it, so they are read from the state.
    for (const [round, { prevotes, precommits }] of reaction.state.votes) {
      for (const [cast, votes] of [
        [walker.prevotes, prevotes],
        [walker.precommits, precommits],
      ] as const) {
        const vote = votes.get(walker.member.index)
        if (vote !== null) cast[round] = this.#stage.numberOf(vote.blockId)
      }
    }
  }

  #remains(): Remains {
    const tally = new Tally(this.#stage)
    const rounds = [...Array(this.#stage.scope.rounds).keys()]
    const majorities = (type: VoteType, of: 'prevotes' | 'precommits'): Remains['polkas'] =>
      rounds.flatMap((round) =>
        tally.majorities(
          type,
          round,
          this.#walkers.map((walker) => walker[of][round]),
        ),
      )
    const commits = majorities(VoteType.precommit, 'precommits').map(({ value }) => value)
    const locks = this.#walkers.map(({ state }) => ({
      round: state.lockedRound,
      value: this.#stage.numberOf(state.lockedValue),
    }))
    return { locks, polkas: majorities(VoteType.prevote, 'prevotes'), commits }
  }
}

/**
 * Whether a state of the search allows all that the walk left behind: the same locks (a legacy lock
 * may be one that a late polka can still take away), and at least its polkas and decisions.
 */
export function covers(stage: Stage, knot: Knot, { locks, polkas, commits }: Remains): boolean {
  const { values, members } = stage
  for (const valueNames of orders(values)) {
    const rename = (value: ValueNumber): ValueNumber => (value === NIL ? NIL : valueNames[value]!)
    const hasPolka = (round: number, value: ValueNumber): boolean =>
      knot.polkas.some((polka) => polka.round === round && polka.value === rename(value))
    if (!polkas.every(({ round, value }) => hasPolka(round, value))) continue
    const decided = knot.commits.map(({ value }) => value)
    if (!commits.every((value) => decided.includes(rename(value)))) continue
    for (const places of orders([...members.keys()])) {
      const areAlike = locks.every(({ round, value }, at) => {
        const { state } = knot.moves[places[at]!]!
        const held = stage.numberOf(state.lockedValue)
        if (state.lockedRound === round && held === rename(value)) return true
        const mayGo = state.context.lockRule === 'comet-legacy' && held !== NIL && value === NIL
        return (
          mayGo &&
          knot.polkas.some((polka) => polka.round > state.lockedRound && polka.value !== held)
        )
      })
      if (areAlike) return true
    }
  }
  return false
}

function orders(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}
