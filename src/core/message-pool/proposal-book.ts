// The verified proposals of one height by round, and whose turn it is in each round.

import { equalBytes } from '../bytes/index.ts'
import { equalBlockId } from '../types/index.ts'
import type { Proposal, PublicKey, ValidatorSet } from '../types/index.ts'

const NO_PROPOSALS: readonly Proposal[] = []

/** Proposals in the order in which they came, and the keys that may sign them. */
export class ProposalBook {
  /** More parts than this make a block too large for the height. */
  readonly maxBlockParts: number
  readonly #proposals = new Map<number, Proposal[]>()
  readonly #proposers: PublicKey[] = []
  #turn: ValidatorSet
  #size = 0

  /** @param validatorSet the validators of the height, with the priorities of round 0 */
  constructor(validatorSet: ValidatorSet, maxBlockParts: number) {
    this.maxBlockParts = maxBlockParts
    this.#turn = validatorSet
  }

  /** How many proposals it holds. */
  get size(): number {
    return this.#size
  }

  /** The proposals of a round, the first one first. */
  of(round: number): readonly Proposal[] {
    return this.#proposals.get(round) ?? NO_PROPOSALS
  }

  /** Adds a proposal that differs from those of its round. */
  add(proposal: Proposal): void {
    const proposals = this.#proposals.get(proposal.round)
    if (proposals === undefined) this.#proposals.set(proposal.round, [proposal])
    else proposals.push(proposal)
    this.#size += 1
  }

  /**
   * The key of a round's proposer. Every round on the way is counted, once; the caller bounds the
   * round.
   */
  proposerOf(round: number): PublicKey {
    while (this.#proposers.length <= round) {
      if (this.#proposers.length > 0) this.#turn = this.#turn.withRoundsPassed(1)
      this.#proposers.push(this.#turn.proposer.pubKey)
    }
    return this.#proposers[round] as PublicKey
  }
}

/** Whether two proposals of one round say the same: one value, one proof-of-lock round. */
export function isSameProposal(a: Proposal, b: Proposal): boolean {
  return a.polRound === b.polRound && equalBlockId(a.blockId, b.blockId)
}

/** Whether two proposals of one round have the same id (`messageId`). */
export function isSameSignedProposal(a: Proposal, b: Proposal): boolean {
  return isSameProposal(a, b) && a.timestamp === b.timestamp && equalBytes(a.signature, b.signature)
}
