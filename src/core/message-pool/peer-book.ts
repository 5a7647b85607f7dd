// What one connected peer has used up of the pool: its catch-up rounds and its claims.

import { equalBlockId } from '../types/index.ts'
import type { BlockId } from '../types/index.ts'
import { MAX_CATCH_UP_ROUNDS_PER_PEER } from './bounds.ts'

/** The place a claim is about. */
export interface ClaimPlace {
  readonly round: number
  readonly type: number
}

/** One peer's account at the current height. */
export class PeerBook {
  readonly #claims = new Map<string, BlockId>()
  #catchUpRounds: readonly number[] = []

  /** How many claims it holds. */
  get claims(): number {
    return this.#claims.size
  }

  /** What the peer claims a majority for at `place`, null when it claims nothing. */
  claimAt(place: ClaimPlace): BlockId | null {
    return this.#claims.get(keyOf(place)) ?? null
  }

  /**
   * Enters a claim. False when the peer claimed another majority there before: two cannot be true.
   */
  claim(place: ClaimPlace, blockId: BlockId): boolean {
    const before = this.claimAt(place)
    if (before !== null) return equalBlockId(before, blockId)
    this.#claims.set(keyOf(place), blockId)
    return true
  }

  /** Whether the peer may bring votes of this catch-up round. */
  mayCatchUp(round: number): boolean {
    if (this.#catchUpRounds.includes(round)) return true
    return this.#catchUpRounds.length < MAX_CATCH_UP_ROUNDS_PER_PEER
  }

  /** Charges a catch-up round that the peer may bring. */
  useCatchUp(round: number): void {
    if (!this.#catchUpRounds.includes(round)) this.#catchUpRounds = [...this.#catchUpRounds, round]
  }

  /** Gives back the rounds that need no catching up any more. */
  releaseUpTo(round: number): void {
    this.#catchUpRounds = this.#catchUpRounds.filter((used) => used > round)
  }
}

function keyOf({ round, type }: ClaimPlace): string {
  return `${round}/${type}`
}
