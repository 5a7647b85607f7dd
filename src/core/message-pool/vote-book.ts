// The verified votes of one height, round and type by validator, every value of a validator apart.

import { equalBytes } from '../bytes/index.ts'
import { equalBlockId } from '../types/index.ts'
import type { BlockId, Vote } from '../types/index.ts'

/** Votes by validator index, each with its own value, in the order in which they came. */
export class VoteBook {
  readonly #votes = new Map<number, Vote[]>()
  #size = 0

  /** How many votes it holds. */
  get size(): number {
    return this.#size
  }

  /** The votes of one validator, the first one first. */
  of(index: number): readonly Vote[] {
    return this.#votes.get(index) ?? []
  }

  /** The validator's vote for this value. */
  find(index: number, blockId: BlockId): Vote | null {
    return this.of(index).find((vote) => equalBlockId(vote.blockId, blockId)) ?? null
  }

  /** Adds a vote whose value this validator has not voted for yet. */
  add(vote: Vote): void {
    const votes = this.#votes.get(vote.validatorIndex)
    if (votes === undefined) this.#votes.set(vote.validatorIndex, [vote])
    else votes.push(vote)
    this.#size += 1
  }
}

/**
 * Whether two votes for one value are the same signed message; what no signature covers does not
 * matter.
 */
export function isSameSignedVote(a: Vote, b: Vote): boolean {
  return a.timestamp === b.timestamp && equalBytes(a.signature, b.signature)
}
