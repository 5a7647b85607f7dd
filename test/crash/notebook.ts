// What went over the wire, by height: all that the rest of the network can hold a validator to.

import type { BlockId, Part, Proposal, Vote } from '../../src/core/types/index.ts'

/** One thing that was said, and how many steps the validator's disk had made by then. */
export type Note = { readonly afterStep: number } & (
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'part'; readonly height: bigint; readonly round: number; readonly part: Part }
  | {
      readonly kind: 'decided'
      readonly height: bigint
      readonly round: number
      readonly blockId: BlockId
      /** Transactions in all blocks up to this one. */
      readonly txs: bigint
    }
)

/** The place of a vote, a proposal, a part or a decision within its height. */
export const keyOf = {
  vote: (round: number, type: number, index: number): string => `vote ${round} ${type} ${index}`,
  proposal: (round: number): string => `proposal ${round}`,
  part: (round: number, index: number): string => `part ${round} ${index}`,
  decided: 'decided',
}

/**
 * Notes of one run. A book that continues another at a step sees what was noted there up to that
 * step, and keeps its own pages.
 */
export class Notebook {
  readonly #before: Notebook | null
  readonly #cutoff: number
  readonly #pages = new Map<bigint, Map<string, Note>>()

  constructor(before: Notebook | null = null, cutoff = 0) {
    this.#before = before
    this.#cutoff = cutoff
  }

  /** What was said at a place, by the time that this life's disk had made so many steps. */
  get(height: bigint, key: string, upTo = Infinity): Note | null {
    const old = this.#before?.get(height, key, this.#cutoff) ?? null
    if (old !== null) return old
    const note = this.#pages.get(height)?.get(key) ?? null
    return note === null || note.afterStep > upTo ? null : note
  }

  /** Notes what is not noted yet. */
  add(height: bigint, key: string, note: Note): void {
    if (this.get(height, key) !== null) return
    const page = this.#pages.get(height) ?? new Map<string, Note>()
    this.#pages.set(height, page)
    page.set(key, note)
  }

  /** How many things had been said when this life's disk had made so many steps. */
  countAt(step: number): number {
    let count = this.#before?.countAt(this.#cutoff) ?? 0
    for (const page of this.#pages.values()) {
      for (const { afterStep } of page.values()) if (afterStep <= step) count++
    }
    return count
  }

  /** Everything of one height, oldest first. */
  ofHeight(height: bigint, upTo = Infinity): Note[] {
    const old = this.#before?.ofHeight(height, this.#cutoff) ?? []
    const own = [...(this.#pages.get(height)?.values() ?? [])]
    return [...old, ...own.filter(({ afterStep }) => afterStep <= upTo)]
  }

  /** The decision of a height, or null. */
  decided(height: bigint): Extract<Note, { kind: 'decided' }> | null {
    const note = this.get(height, keyOf.decided)
    return note?.kind === 'decided' ? note : null
  }
}
