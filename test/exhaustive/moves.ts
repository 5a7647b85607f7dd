// The macro-steps of one validator: what it may see before each of its timeouts, and how it votes.

import { makeConsensus, votesOf } from '../../src/core/consensus/index.ts'
import type { ConsensusState } from '../../src/core/consensus/index.ts'
import { VoteType } from '../../src/core/types/index.ts'
import { Driver, joined, startInput } from './drive.ts'
import type { Majority, Mixture, Reaction } from './drive.ts'
import { NIL, valueName } from './scope.ts'
import type { Stage, ValueNumber } from './scope.ts'

/** A proposal that the round may bring. */
export interface Offer {
  readonly value: ValueNumber
  readonly polRound: number
}

/** A reaction and what led to it, in words. */
export interface Move extends Reaction {
  readonly saw: readonly string[]
}

/** What one member may have seen, and how it reacts; every answer is remembered. */
export class Moves {
  readonly #driver: Driver
  readonly #stage: Stage
  readonly #known = new WeakMap<ConsensusState, Map<string, Reaction>>()

  constructor(stage: Stage, driver: Driver) {
    this.#stage = stage
    this.#driver = driver
  }

  /**
   * The states before the next round: majorities of earlier rounds may be learnt late, in any order
   * and number. `keyOf` tells which states are alike.
   */
  late(
    start: ConsensusState,
    polkas: readonly Majority[],
    keyOf: (state: ConsensusState) => string,
  ): readonly Move[] {
    const moves: Move[] = [unmoved(start)]
    const keys = new Set([keyOf(start)])
    for (let at = 0; at < moves.length; at += 1) {
      if (moves[at]!.broken !== undefined) continue
      for (const polka of polkas) {
        const move = this.#after(moves[at]!, `late ${majorityName(polka)}`, (state) =>
          this.#deliver(state, polka),
        )
        const key = keyOf(move.state)
        if (keys.has(key) && move.broken === undefined) continue
        keys.add(key)
        moves.push(move)
      }
    }
    return moves
  }

  /**
   * Begins the height, or leaves the round by its timeout, which `mixture` schedules; `fresh` is
   * what its application would build.
   */
  enter(move: Move, fresh: ValueNumber, mixture: Mixture | null): Move {
    return this.#after(this.#mixed(move, mixture), '', (state) =>
      this.#remembered(state, `enter ${fresh}`, () =>
        state.height === 0n
          ? this.#driver.run(state, [startInput(this.#stage)], fresh)
          : this.#driver.timeout(state, 'precommit', fresh),
      ),
    )
  }

  /** A majority of prevotes of the current round arrives before the own prevote. */
  early(move: Move, polka: Majority): Move {
    return this.#after(move, `early ${majorityName(polka)}`, (state) => this.#deliver(state, polka))
  }

  /** A proposal, with the polka that it claims where there is one, then the timeout. */
  propose(move: Move, { value, polRound }: Offer, polkas: readonly Majority[]): Move {
    const claimed = polkas.find((polka) => polka.round === polRound && polka.value === value)
    const pol = polRound < 0 ? '' : ` (polka of ${polRound}${claimed ? '' : ' claimed'})`
    const informed =
      claimed === undefined ? move : this.#after(move, '', (state) => this.#deliver(state, claimed))
    const told = this.#after(informed, `proposal ${valueName(value)}${pol}`, (state) =>
      this.#remembered(state, `propose ${value} ${polRound}`, () =>
        this.#driver.propose(state, value, polRound),
      ),
    )
    return this.timeoutPropose(told)
  }

  /** The timeout, where there was no prevote yet. */
  timeoutPropose(move: Move): Move {
    if (move.state.step !== 'propose') return move
    return this.#after(move, '', (state) =>
      this.#remembered(state, 'timeout propose', () => this.#driver.timeout(state, 'propose')),
    )
  }

  /** The precommit after a majority of the current round, or after only a mixture in time. */
  precommit(state: ConsensusState, polka: Majority | null, mixture: Mixture | null): Move {
    const informed =
      polka === null
        ? this.#mixed(unmoved(state), mixture)
        : this.#after(unmoved(state), majorityName(polka), (now) => this.#deliver(now, polka))
    if (informed.state.step !== 'prevote') return informed
    return this.#after(informed, '', (now) =>
      this.#remembered(now, 'timeout prevote', () => this.#driver.timeout(now, 'prevote')),
    )
  }

  #deliver(state: ConsensusState, polka: Majority): Reaction {
    const key = `polka ${polka.round} ${polka.value} ${polka.voters}`
    return this.#remembered(state, key, () => this.#driver.deliver(state, VoteType.prevote, polka))
  }

  #mixed(move: Move, mixture: Mixture | null): Move {
    if (mixture === null) return move
    const key = `mixture ${mixture.type} ${mixture.round} ${mixture.from} ${mixture.value}`
    return this.#after(move, '', (state) =>
      this.#remembered(state, key, () => this.#driver.deliverMixture(state, mixture)),
    )
  }

  #after(move: Move, saw: string, step: (state: ConsensusState) => Reaction): Move {
    if (move.broken !== undefined) return move
    const reaction = joined(move, step(move.state))
    return { ...reaction, saw: saw === '' ? move.saw : [...move.saw, saw] }
  }

  #remembered(state: ConsensusState, key: string, run: () => Reaction): Reaction {
    let answers = this.#known.get(state)
    if (answers === undefined) this.#known.set(state, (answers = new Map<string, Reaction>()))
    const known = answers.get(key)
    if (known !== undefined) return known
    const reaction = run()
    answers.set(key, reaction)
    return reaction
  }
}

/** Which values the votes of a round can bring to a majority, as a correct observer counts them. */
export class Tally {
  readonly #stage: Stage
  readonly #driver: Driver
  readonly #started: ConsensusState
  readonly #known = new Map<string, boolean>()

  constructor(stage: Stage) {
    this.#stage = stage
    const { watcher } = stage
    this.#driver = new Driver(stage, watcher, { judges: false })
    const empty = makeConsensus(watcher.context)
    this.#started = this.#driver.run(empty, [startInput(stage)]).state
  }

  /**
   * `votes` are those of the correct members, undefined where one has not voted. The faulty ones
   * vote along with everyone.
   */
  majorities(
    type: VoteType,
    round: number,
    votes: readonly (ValueNumber | undefined)[],
  ): readonly Majority[] {
    const found: Majority[] = []
    for (const value of new Set(votes)) {
      if (value === undefined) continue
      let voters = 0
      for (const [at, vote] of votes.entries()) if (vote === value) voters |= 1 << at
      const majority = { round, value, voters }
      if (this.#isMajority(type, majority)) found.push(majority)
    }
    return found
  }

  #isMajority(type: VoteType, majority: Majority): boolean {
    const { round, value, voters } = majority
    const key = `${type} ${round} ${value} ${voters}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { state, decided } = this.#driver.deliver(this.#started, type, majority)
    const { maj23 } = votesOf(state, round).prevotes
    const chosen = maj23 === 'nil' ? NIL : this.#stage.numberOf(maj23)
    const answer =
      type === VoteType.precommit
        ? value !== NIL && decided === value
        : maj23 !== null && chosen === value
    this.#known.set(key, answer)
    return answer
  }
}

/** A state to which nothing has happened yet. */
export function unmoved(state: ConsensusState): Move {
  const nothing = { prevote: undefined, precommit: undefined, proposal: undefined }
  return { state, ...nothing, decided: undefined, broken: undefined, saw: [] }
}

function majorityName({ round, value }: Majority): string {
  return value === NIL ? `nil polka ${round}` : `polka ${valueName(value)} ${round}`
}
