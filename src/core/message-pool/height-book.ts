// The votes of one height by round and type, with the validators that may vote there.

import { VoteType } from '../types/index.ts'
import type { ValidatorSet } from '../types/index.ts'
import { VoteBook } from './vote-book.ts'

interface RoundBook {
  readonly prevotes: VoteBook
  readonly precommits: VoteBook
}

/** Rounds come into being with their first admitted vote. */
export class HeightBook {
  readonly height: bigint
  readonly validatorSet: ValidatorSet
  readonly #rounds = new Map<number, RoundBook>()

  constructor(height: bigint, validatorSet: ValidatorSet) {
    this.height = height
    this.validatorSet = validatorSet
  }

  /** How many votes it holds. */
  get size(): number {
    let size = 0
    for (const { prevotes, precommits } of this.#rounds.values()) {
      size += prevotes.size + precommits.size
    }
    return size
  }

  /** The votes of a round and type, null while there are none. */
  find(round: number, type: number): VoteBook | null {
    const book = this.#rounds.get(round)
    if (book === undefined) return null
    return type === VoteType.prevote ? book.prevotes : book.precommits
  }

  /** The votes of a round and type, made when missing. */
  open(round: number, type: number): VoteBook {
    const book = this.#rounds.get(round) ?? {
      prevotes: new VoteBook(),
      precommits: new VoteBook(),
    }
    this.#rounds.set(round, book)
    return type === VoteType.prevote ? book.prevotes : book.precommits
  }

  /** The rounds after `after` in which the validator has a vote. */
  roundsOf(index: number, after: number): readonly number[] {
    const rounds: number[] = []
    for (const [round, { prevotes, precommits }] of this.#rounds) {
      if (round <= after) continue
      if (prevotes.of(index).length > 0 || precommits.of(index).length > 0) rounds.push(round)
    }
    return rounds
  }
}
