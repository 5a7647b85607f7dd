// Gives peers something else in place of the proposals that the honest part makes.

import type { Part, PartSet, Proposal, Vote } from '../../core/types/index.ts'
import type { Block } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** A proposal of the honest part, with its block. */
export interface OwnProposal {
  readonly proposal: Proposal
  readonly block: Block
  readonly partSet: PartSet
}

/** What a peer gets: a proposal, parts of its block, and votes that go along. */
export interface Offer {
  readonly proposal: Proposal
  readonly parts: readonly Part[]
  readonly votes?: readonly Vote[]
}

/** Decides once per proposal what every peer gets; null for nothing. */
export type Casting = (own: OwnProposal) => (to: Counterpart) => Offer | null

/** The whole block as it is. */
export function allParts(partSet: PartSet): Part[] {
  const parts = Array.from({ length: partSet.header.total }, (_, index) => partSet.get(index))
  return parts.filter((part) => part !== null)
}

/**
 * Holds back own proposals and their parts until the block is known, which is within the same turn,
 * and then gives every peer its offer in their place.
 */
export class Recast {
  readonly #stage: Stage
  readonly #casting: Casting
  #own: Proposal | null = null
  #offers: ((to: Counterpart) => Offer | null) | null = null
  readonly #waiting = new Set<Counterpart>()

  constructor(stage: Stage, casting: Casting) {
    this.#stage = stage
    this.#casting = casting
  }

  /** The answer to `Vice.say` when the message belongs to an own proposal, null otherwise. */
  say(to: Counterpart, { message }: Word): ReturnType<NonNullable<Vice['say']>> {
    if (message?.kind === 'proposal' && this.#stage.isOwnProposal(message.proposal)) {
      this.#begin(message.proposal)
      this.#waiting.add(to)
      this.#give()
      return true
    }
    if (message?.kind !== 'block-part' || this.#own?.height !== message.height) return null
    if (!this.#stage.notes.isPartOf(this.#own.blockId, message.part)) return null
    this.#give()
    return true
  }

  #begin(proposal: Proposal): void {
    if (this.#own?.height === proposal.height && this.#own.round === proposal.round) return
    this.#own = proposal
    this.#offers = null
    this.#waiting.clear()
  }

  #give(): void {
    if (this.#own === null || this.#waiting.size === 0) return
    const known = this.#stage.notes.find(this.#own.blockId)
    if (known === null) return
    this.#offers ??= this.#casting({ proposal: this.#own, ...known })
    for (const peer of this.#waiting) {
      const offer = this.#offers(peer)
      if (offer !== null) this.#deliver(peer, offer)
    }
    this.#waiting.clear()
  }

  #deliver(peer: Counterpart, { proposal, parts, votes = [] }: Offer): void {
    const { height, round } = proposal
    peer.tell({ kind: 'proposal', proposal })
    for (const part of parts) peer.tell({ kind: 'block-part', height, round, part })
    for (const vote of votes) peer.tell({ kind: 'vote', vote })
  }
}
