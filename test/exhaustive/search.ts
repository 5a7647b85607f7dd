// The exhaustive search: every combination of macro-steps, states merged by what still matters.

import { makeConsensus } from '../../src/core/consensus/index.ts'
import type { ConsensusState } from '../../src/core/consensus/index.ts'
import { InvariantError } from '../../src/core/bytes/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { mergeKey, roughKey } from './merge-key.ts'
import type { Merging } from './merge-key.ts'
import { Driver, work } from './drive.ts'
import type { Majority, Mixture } from './drive.ts'
import { Moves, Tally, unmoved } from './moves.ts'
import type { Move, Offer } from './moves.ts'
import { Stage } from './scope.ts'
import type { Scope, ValueNumber } from './scope.ts'

/** A global state: between two votes of a round, or between two rounds. */
export interface Knot {
  readonly round: number
  /** The vote that comes next. */
  readonly next: 'prevote' | 'precommit'
  /** What each member did last; its state is `moves[at].state`. */
  readonly moves: readonly Move[]
  /** Majorities of prevotes that can be shown to anyone, from round 0 on. */
  readonly polkas: readonly Majority[]
  /** Values that can be shown to be decided. */
  readonly commits: readonly Majority[]
  readonly before: Knot | null
}

export interface SearchOptions {
  /** Whether locks and votes are judged too; without, only a fork ends the search. Default true. */
  readonly judges?: boolean
  /** Merge only states that are equal in all a member knows: many more states. Default false. */
  readonly cautious?: boolean
  /** Give up after so many states. */
  readonly maxStates?: number
  /** Told of every new state. */
  readonly onState?: (knot: Knot, key: string) => void
}

export interface SearchResult {
  readonly end: 'exhausted' | 'fork' | 'broken' | 'gave-up'
  /** Different states, those of the last round included. */
  readonly states: number
  readonly statesByRound: readonly number[]
  /** Calls of the production transition. */
  readonly transitions: number
  readonly stage: Stage
  /** The way to the fork or to the broken promise. */
  readonly last: Knot | null
  readonly reason: string
}

/**
 * Searches all of a scope, or up to the first fork or broken promise. `search(fourValidators(
 * ['paper', 'paper', 'paper'], 3))` is the usual call.
 */
export function search(scope: Scope, options: SearchOptions = {}): SearchResult {
  return new Search(scope, options).run()
}

class Search {
  readonly #stage: Stage
  readonly #tally: Tally
  readonly #members: readonly Moves[]
  readonly #options: SearchOptions
  readonly #merging: Merging
  readonly #seen = new Set<string>()
  readonly #byRound: number[]
  /** States in which something can be shown to be decided come first: forks are near them. */
  readonly #open: { readonly near: Knot[]; readonly far: Knot[] } = { near: [], far: [] }
  #found: { readonly end: 'fork' | 'broken'; readonly knot: Knot; readonly reason: string } | null =
    null

  constructor(scope: Scope, options: SearchOptions) {
    this.#options = options
    this.#merging = { cautious: options.cautious ?? false }
    this.#stage = new Stage(scope)
    this.#tally = new Tally(this.#stage)
    const judges = options.judges ?? true
    this.#members = this.#stage.members.map(
      (member) => new Moves(this.#stage, new Driver(this.#stage, member, { judges })),
    )
    this.#byRound = Array.from({ length: scope.rounds }, () => 0)
  }

  run(): SearchResult {
    const before = work.transitions
    const moves = this.#stage.members.map(({ context }) => unmoved(makeConsensus(context)))
    let knot: Knot | undefined = {
      round: 0,
      next: 'prevote',
      moves,
      polkas: [],
      commits: [],
      before: null,
    }
    const limit = this.#options.maxStates ?? Infinity
    while (knot !== undefined && this.#found === null && this.#seen.size < limit) {
      this.#expand(knot)
      knot = this.#open.near.pop() ?? this.#open.far.pop()
    }
    return {
      end: this.#found?.end ?? (knot === undefined ? 'exhausted' : 'gave-up'),
      states: this.#seen.size,
      statesByRound: this.#byRound,
      transitions: work.transitions - before,
      stage: this.#stage,
      last: this.#found?.knot ?? null,
      reason: this.#found?.reason ?? '',
    }
  }

  #expand(knot: Knot): void {
    try {
      if (knot.next === 'precommit') this.#expandPrecommits(knot)
      else this.#expandPrevotes(knot)
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error
      this.#found = { end: 'broken', knot, reason: error.message }
    }
  }

  // ---- prevotes

  #expandPrevotes(knot: Knot): void {
    const proposer =
      this.#stage.scope.proposals === 'anything' ? -1 : this.#stage.proposerIn(knot.round)
    if (proposer < 0) {
      this.#prevote(knot, this.#everyOffer(knot.round), null)
      return
    }
    const alike = new Map<string, Move[]>()
    for (const move of this.#ownProposals(knot, proposer)) {
      const { value = -1, polRound = -1 } = move.proposal ?? {}
      const key = `${value} ${polRound}`
      alike.set(key, [...(alike.get(key) ?? []), move])
    }
    for (const moves of alike.values()) {
      const offer = moves[0]!.proposal
      this.#prevote(knot, offer === undefined ? [] : [offer], { at: proposer, moves })
    }
  }

  #everyOffer(round: number): readonly Offer[] {
    const polRounds = Array.from({ length: round + 1 }, (_, at) => at - 1)
    return this.#stage.values.flatMap((value) => polRounds.map((polRound) => ({ value, polRound })))
  }

  #ownProposals(knot: Knot, at: number): readonly Move[] {
    const moves = this.#late(knot, at).flatMap((late) =>
      this.#stage.values.map((fresh) => this.#enter(knot, at, late, fresh)),
    )
    return this.#different(
      at,
      moves.map((move) => this.#members[at]!.timeoutPropose(move)),
    )
  }

  #enter(knot: Knot, at: number, late: Move, fresh: ValueNumber): Move {
    const mixture = this.#mixture(VoteType.precommit, knot.round - 1, at, knot)
    return this.#members[at]!.enter(late, fresh, mixture)
  }

  // What lets the timeout of a step be scheduled, unless the two make a majority by themselves.
  #mixture(type: VoteType, round: number, at: number, { moves }: Knot): Mixture | null {
    const of = type === VoteType.prevote ? 'prevote' : 'precommit'
    const from = moves.findIndex((move, other) => other !== at && move[of] !== undefined)
    const value = moves[from]?.[of]
    if (value === undefined) return null
    const { members, validatorSet } = this.#stage
    const power = (member: number): bigint => validatorSet.get(members[member]!.index)!.votingPower
    const together = power(from) + (moves[at]![of] === value ? power(at) : 0n)
    return 3n * together > 2n * validatorSet.totalVotingPower ? null : { type, round, from, value }
  }

  #late(knot: Knot, at: number): readonly Move[] {
    const start = knot.moves[at]!.state
    return this.#members[at]!.late(start, knot.polkas, (state) => this.#roughKey(at, state))
  }

  #prevote(
    knot: Knot,
    offers: readonly Offer[],
    own: { readonly at: number; readonly moves: readonly Move[] } | null,
  ): void {
    const entries = this.#members.map((_, at) =>
      own?.at === at ? [] : this.#late(knot, at).map((late) => this.#enter(knot, at, late, 0)),
    )
    const ballots = entries.map((starts, at) =>
      own?.at === at ? own.moves : this.#ballots(knot, at, starts, offers),
    )
    // One member may see how the others prevoted before it prevotes itself.
    for (const [at, starts] of entries.entries()) {
      const others = ballots.map((moves, other) =>
        other === at ? [unmoved(knot.moves[at]!.state)] : moves,
      )
      if (starts.length > 0) this.#prevoteLast(knot, { at, starts, offers }, others)
    }
    // What comes last is searched first: the plain ways give the plainest counter-examples.
    for (const moves of combinations(ballots)) this.#reach(this.#afterPrevotes(knot, moves))
  }

  #prevoteLast(
    knot: Knot,
    last: {
      readonly at: number
      readonly starts: readonly Move[]
      readonly offers: readonly Offer[]
    },
    others: readonly (readonly Move[])[],
  ): void {
    const { at, starts, offers } = last
    const known = new Map<string, readonly Move[]>()
    for (const moves of combinations(others)) {
      const votes = moves.map((move, other) => (other === at ? undefined : move.prevote))
      for (const polka of this.#tally.majorities(VoteType.prevote, knot.round, votes)) {
        const key = `${polka.value} ${polka.voters}`
        let ballots = known.get(key)
        if (ballots === undefined) {
          const informed = starts.map((start) => this.#members[at]!.early(start, polka))
          ballots = this.#ballots(knot, at, informed, offers)
          known.set(key, ballots)
        }
        for (const move of ballots) {
          this.#reach(this.#afterPrevotes(knot, moves.with(at, move)))
        }
      }
    }
  }

  #ballots(
    knot: Knot,
    at: number,
    starts: readonly Move[],
    offers: readonly Offer[],
  ): readonly Move[] {
    const moves = this.#members[at]!
    const all = starts.flatMap((start) => [
      moves.timeoutPropose(start),
      ...offers.map((offer) => moves.propose(start, offer, knot.polkas)),
    ])
    return this.#different(at, all)
  }

  #afterPrevotes(knot: Knot, moves: readonly Move[]): Knot {
    const votes = moves.map((move) => move.prevote)
    const found = this.#tally.majorities(VoteType.prevote, knot.round, votes)
    const polkas = [...knot.polkas, ...found]
    return { ...knot, next: 'precommit', moves, polkas, before: knot }
  }

  // ---- precommits

  #expandPrecommits(knot: Knot): void {
    const now = knot.polkas.filter((polka) => polka.round === knot.round)
    const ballots = knot.moves.map((move, at) => {
      if (move.precommit !== undefined) return [{ ...move, saw: [] }]
      const { state } = move
      const mixture = this.#mixture(VoteType.prevote, knot.round, at, knot)
      const all = [null, ...now].map((polka) => this.#members[at]!.precommit(state, polka, mixture))
      return this.#different(at, all)
    })
    for (const moves of combinations(ballots)) {
      const votes = moves.map((move) => move.precommit)
      const found = this.#tally.majorities(VoteType.precommit, knot.round, votes)
      const commits = [...knot.commits, ...found]
      this.#reach({ ...knot, round: knot.round + 1, next: 'prevote', moves, commits, before: knot })
    }
  }

  // ---- both

  #different(at: number, moves: readonly Move[]): readonly Move[] {
    const found = new Map<string, Move>()
    for (const move of moves) {
      const { prevote, precommit, broken } = move
      const key = `${prevote} ${precommit} ${broken} ${this.#roughKey(at, move.state)}`
      if (!found.has(key)) found.set(key, move)
    }
    return [...found.values()]
  }

  #roughKey(at: number, state: ConsensusState): string {
    return roughKey(this.#stage, at, state, this.#merging)
  }

  #reach(knot: Knot): void {
    if (this.#found !== null) return
    const broken = knot.moves.findIndex((move) => isBroken(move))
    if (broken >= 0) {
      const what = knot.moves[broken]!.broken ?? 'decides without a majority'
      const reason = `${this.#stage.members[broken]!.name} ${what}`
      this.#found = { end: 'broken', knot, reason }
      return
    }
    const key = mergeKey(this.#stage, knot, this.#merging)
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    const played = knot.next === 'prevote' ? knot.round - 1 : knot.round
    this.#byRound[played] = (this.#byRound[played] ?? 0) + 1
    this.#options.onState?.(knot, key)
    const [first] = knot.commits
    const other = knot.commits.find((commit) => commit.value !== first?.value)
    if (other !== undefined) this.#found = { end: 'fork', knot, reason: 'two values are decided' }
    const isOver = knot.next === 'prevote' && knot.round === this.#stage.scope.rounds
    if (!isOver) (first === undefined ? this.#open.far : this.#open.near).push(knot)
  }
}

function isBroken(move: Move): boolean {
  return move.broken !== undefined || move.decided !== undefined
}

function* combinations<T>(choices: readonly (readonly T[])[]): Generator<readonly T[]> {
  const [first, ...rest] = choices
  if (first === undefined) {
    yield []
    return
  }
  for (const tail of combinations(rest)) for (const choice of first) yield [choice, ...tail]
}
