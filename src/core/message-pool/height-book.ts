// The messages of one height by round and type, with the validators that may sign there.

import { VoteType } from '../types/index.ts'
import type { ValidatorSet, VoteSet } from '../types/index.ts'
import { ProposalBook } from './proposal-book.ts'
import { VoteBook } from './vote-book.ts'
import type { HeldVotes } from './vote-book.ts'

/** The votes that are held of one round. */
export interface HeldRound {
  readonly round: number
  readonly prevotes: HeldVotes
  readonly precommits: HeldVotes
}

interface RoundBook extends HeldRound {
  readonly prevotes: VoteBook
  readonly precommits: VoteBook
}

/** Rounds come into being when they are entered, or with their first admitted vote. */
export class HeightBook {
  readonly height: bigint
  readonly validatorSet: ValidatorSet
  /** Null where the priorities of round 0 are not known, and with them whose turn it was. */
  readonly proposals: ProposalBook | null
  readonly #rounds = new Map<number, RoundBook>()
  #round = 0

  constructor(height: bigint, validatorSet: ValidatorSet, proposals: ProposalBook | null) {
    this.height = height
    this.validatorSet = validatorSet
    this.proposals = proposals
    this.#makeRound(0)
  }

  /** The height of a commit that was read from the store: all that is known of it. */
  static ofCommit(precommits: VoteSet): HeightBook {
    const { height, round, validatorSet } = precommits
    const book = new HeightBook(height, validatorSet, null)
    book.enterRound(round)
    const prevotes = new VoteBook({ height, round, type: VoteType.prevote }, validatorSet.size)
    book.#rounds.set(round, { round, prevotes, precommits: VoteBook.of(precommits) })
    return book
  }

  /** The last round that was entered, or that decided. */
  get round(): number {
    return this.#round
  }

  /** Follows to a later round; an earlier one changes nothing. */
  enterRound(round: number): void {
    if (round <= this.#round) return
    this.#round = round
    if (!this.#rounds.has(round)) this.#makeRound(round)
  }

  /** How many messages it holds. */
  get size(): number {
    let size = this.proposals?.size ?? 0
    for (const { prevotes, precommits } of this.#rounds.values()) {
      size += prevotes.size + precommits.size
    }
    return size
  }

  /** The votes of each round that was entered or has any. */
  rounds(): Iterable<HeldRound> {
    return this.#rounds.values()
  }

  /** The votes of a round and type, null while the round is not open. */
  find(round: number, type: number): VoteBook | null {
    const book = this.#rounds.get(round)
    if (book === undefined) return null
    return type === VoteType.prevote ? book.prevotes : book.precommits
  }

  /** The votes of a round and type, made when missing. */
  open(round: number, type: number): VoteBook {
    const book = this.#rounds.get(round) ?? this.#makeRound(round)
    return type === VoteType.prevote ? book.prevotes : book.precommits
  }

  /** How many rounds after `after`, but for `round`, hold a vote of the validator. */
  countRoundsOf(index: number, after: number, round: number): number {
    let count = 0
    for (const book of this.#rounds.values()) {
      if (book.round <= after || book.round === round) continue
      if (book.prevotes.voters.get(index) || book.precommits.voters.get(index)) count += 1
    }
    return count
  }

  #makeRound(round: number): RoundBook {
    const { height, validatorSet } = this
    const book: RoundBook = {
      round,
      prevotes: new VoteBook({ height, round, type: VoteType.prevote }, validatorSet.size),
      precommits: new VoteBook({ height, round, type: VoteType.precommit }, validatorSet.size),
    }
    this.#rounds.set(round, book)
    return book
  }
}
