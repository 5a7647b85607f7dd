// The verified votes of one height, round and type by validator, every value of a validator apart.

import { BitArray, equalBytes } from '../bytes/index.ts'
import { equalBlockId } from '../types/index.ts'
import type { BlockId, Vote, VoteSet } from '../types/index.ts'

/** Where votes belong. */
export interface VotePlace {
  readonly height: bigint
  readonly round: number
  /** Prevote or precommit. */
  readonly type: number
}

/** The votes that are held at one place. A live view: it shows what comes later too. */
export interface HeldVotes extends VotePlace {
  /** Who has a vote here, by index; as long as the validator set. Not to be changed. */
  readonly voters: BitArray
  /** The votes of one validator, one for each value, the first one first. */
  of(index: number): readonly Vote[]
  /** Who has a vote for this value; a fresh copy. */
  bitsFor(blockId: BlockId): BitArray
}

const NO_VOTES: readonly Vote[] = []

/** Votes by validator index. The bits are set where a vote is entered, and nowhere else. */
export class VoteBook implements HeldVotes {
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly voters: BitArray
  readonly #votes: (Vote[] | undefined)[]
  #size = 0

  constructor({ height, round, type }: VotePlace, validators: number) {
    this.height = height
    this.round = round
    this.type = type
    this.voters = new BitArray(validators)
    this.#votes = Array<Vote[] | undefined>(validators)
  }

  /** The votes of a set, each validator's first one first. */
  static of(votes: VoteSet): VoteBook {
    const book = new VoteBook(votes, votes.validatorSet.size)
    for (const vote of votes.votes) if (vote !== null) book.add(vote)
    for (const value of votes.values) {
      for (const index of votes.bitsFor(value).indexes()) {
        const vote = votes.getFor(index, value)
        if (vote !== null && book.find(vote) === null) book.add(vote)
      }
    }
    return book
  }

  /** How many votes it holds. */
  get size(): number {
    return this.#size
  }

  of(index: number): readonly Vote[] {
    return this.#votes[index] ?? NO_VOTES
  }

  /** The vote of the same validator for the same value. */
  find({ validatorIndex, blockId }: Pick<Vote, 'validatorIndex' | 'blockId'>): Vote | null {
    for (const vote of this.of(validatorIndex)) {
      if (equalBlockId(vote.blockId, blockId)) return vote
    }
    return null
  }

  bitsFor(blockId: BlockId): BitArray {
    const bits = new BitArray(this.voters.size)
    for (const validatorIndex of this.voters.indexes()) {
      if (this.find({ validatorIndex, blockId }) !== null) bits.set(validatorIndex, true)
    }
    return bits
  }

  /** Adds a vote whose value this validator has not voted for yet. */
  add(vote: Vote): void {
    const votes = this.#votes[vote.validatorIndex]
    if (votes === undefined) this.#votes[vote.validatorIndex] = [vote]
    else votes.push(vote)
    this.voters.set(vote.validatorIndex, true)
    this.#size += 1
  }
}

/**
 * Whether two votes of one validator for one value at one place have the same id (`messageId`): the
 * time is all that is left of the sign bytes, and what no signature covers does not matter.
 */
export function isSameSignedVote(a: Vote, b: Vote): boolean {
  return a.timestamp === b.timestamp && equalBytes(a.signature, b.signature)
}
