// Messages of others that are not passed on yet, in two generations.
import { bytesKey } from '../../core/bytes/index.ts'
import type { PartSetHeader, Proposal, Vote } from '../../core/types/index.ts'
import type { Withheld } from './pump.ts'

interface Generation {
  readonly votes: Set<Vote>
  readonly parts: Set<string>
  readonly proposals: Set<Proposal>
}

const emptyGeneration = (): Generation => ({
  votes: new Set(),
  parts: new Set(),
  proposals: new Set(),
})

/**
 * What arrived a moment ago. Each message stays for one to two periods of `age`; it was verified
 * before it came here, so the number is bounded by what a few milliseconds can bring.
 */
export class RelayBuffer implements Withheld {
  #young = emptyGeneration()
  #old = emptyGeneration()

  addVote(vote: Vote): void {
    this.#young.votes.add(vote)
  }

  addPart(header: PartSetHeader, index: number): void {
    this.#young.parts.add(partKey(header, index))
  }

  addProposal(proposal: Proposal): void {
    this.#young.proposals.add(proposal)
  }

  hasVote(vote: Vote): boolean {
    return this.#young.votes.has(vote) || this.#old.votes.has(vote)
  }

  hasPart(header: PartSetHeader, index: number): boolean {
    const key = partKey(header, index)
    return this.#young.parts.has(key) || this.#old.parts.has(key)
  }

  hasProposal(proposal: Proposal): boolean {
    return this.#young.proposals.has(proposal) || this.#old.proposals.has(proposal)
  }

  /** Lets go of the older generation; true while a younger one is left. */
  age(): boolean {
    this.#old = this.#young
    this.#young = emptyGeneration()
    const { votes, parts, proposals } = this.#old
    return votes.size + parts.size + proposals.size > 0
  }
}

function partKey(header: PartSetHeader, index: number): string {
  return `${bytesKey(header.hash)}/${index}`
}
