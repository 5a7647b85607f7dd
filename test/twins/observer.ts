// Somebody who hears all that is ever said, by both copies of everybody: what it could decide
// counts as decided.

import { VoteType, equalBlockId, isNilBlockId } from '../../src/core/types/index.ts'
import type { BlockId, Vote } from '../../src/core/types/index.ts'
import type { Tally } from './tally.ts'

/** Finds forks also where nobody else has heard enough to decide. */
export class Observer {
  readonly violations: string[] = []
  readonly #index: number
  readonly #tally: Tally
  #decided: BlockId | null = null

  constructor(index: number, tally: Tally) {
    this.#index = index
    this.#tally = tally
  }

  /** Hears a vote at the moment it is sent. */
  hear(vote: Vote): void {
    this.#tally.add(this.#index, vote)
    const { type, blockId } = vote
    if (type !== VoteType.precommit || isNilBlockId(blockId)) return
    if (!this.#tally.isChosen(this.#index, vote)) return
    this.#decided ??= blockId
    if (!equalBlockId(this.#decided, blockId)) this.violations.push('two blocks can be decided')
  }
}
