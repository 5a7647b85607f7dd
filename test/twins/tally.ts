// Who said what, as each instance has heard it: naive sets, apart from those of the code under
// test.

import { VoteType } from '../../src/core/types/index.ts'
import type { BlockId, Vote } from '../../src/core/types/index.ts'
import type { Blocks } from './props.ts'

/** Rounds that can be counted; a run that goes further has stalled long before. */
export const MAX_ROUNDS = 16

// Value 0 is nil, value 1 anything at all, then the blocks.
const ANYTHING = 1
const VALUES = 2 + 8 * MAX_ROUNDS

/** What a question about votes is about. */
export interface Place {
  readonly type: number
  readonly round: number
}

/** Sets of validators by listener, round, type of vote and value. */
export class Tally {
  readonly #blocks: Blocks
  /** The power of every set of validators. */
  readonly #powers: readonly number[]
  readonly #voters: Uint8Array

  constructor(blocks: Blocks, powers: readonly number[], instances: number) {
    this.#blocks = blocks
    this.#powers = Array.from({ length: 2 ** powers.length }, (_, set) =>
      powers.reduce((sum, power, index) => sum + ((set >> index) & 1) * power, 0),
    )
    this.#voters = new Uint8Array(instances * MAX_ROUNDS * 2 * VALUES)
  }

  /** Forgets all votes: the sets of one run serve the next. */
  clear(): void {
    this.#voters.fill(0)
  }

  /** A vote has reached an instance, or is its own. */
  add(instance: number, vote: Vote): void {
    const base = this.#base(instance, vote)
    const voter = 1 << vote.validatorIndex
    for (const value of [this.#blocks.idOf(vote.blockId), ANYTHING]) {
      this.#voters[base + value] = (this.#voters[base + value] ?? 0) | voter
    }
  }

  /** Whether more than two thirds voted for `blockId`, nil included. */
  isChosen(instance: number, place: Place & { readonly blockId: BlockId }): boolean {
    const voters = this.#voters[this.#base(instance, place) + this.#blocks.idOf(place.blockId)] ?? 0
    return this.#exceeds(voters, 2)
  }

  /** Whether more than two thirds voted for anything. */
  isAny(instance: number, place: Place): boolean {
    return this.#exceeds(this.#voters[this.#base(instance, place) + ANYTHING] ?? 0, 2)
  }

  /** Whether validators with more than one third are in `round`. */
  isOthersRound(instance: number, round: number): boolean {
    const [prevoters, precommitters] = [VoteType.prevote, VoteType.precommit].map(
      (type) => this.#voters[this.#base(instance, { type, round }) + ANYTHING] ?? 0,
    )
    return this.#exceeds((prevoters ?? 0) | (precommitters ?? 0), 1)
  }

  #exceeds(voters: number, thirds: number): boolean {
    return 3 * (this.#powers[voters] ?? 0) > thirds * (this.#powers.at(-1) ?? 0)
  }

  #base(instance: number, { type, round }: Place): number {
    if (round < 0 || round >= MAX_ROUNDS) throw new RangeError(`round ${round}`)
    return ((instance * MAX_ROUNDS + round) * 2 + Number(type === VoteType.precommit)) * VALUES
  }
}
