// Stale-lock attacker: shows its votes to one validator only and to the others when they are old,
// holds back the votes of others as well, and proposes what was locked long ago.

import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { VoteType, equalBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import type { Timer } from '../ports/index.ts'
import type { Counterpart } from './counterpart.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice, Word } from './vice.ts'

/** A held vote leaves after this time at the latest, when the rounds it could help are over. */
const HOLD_MS = 3000
/** Votes that are held; the oldest leaves when there is another. */
const MAX_HELD = 2048

interface Held {
  readonly to: Counterpart
  readonly vote: Vote
  readonly dueMs: number
}

/**
 * The favourite changes with the height. It alone may see a polka or a quorum of precommits that
 * this validator completes, and so holds a lock that the others learn of too late.
 */
export class StaleLock implements Vice {
  readonly #stage: Stage
  readonly #recast: Recast
  #held: Held[] = []
  readonly #given = new Set<string>()
  #givenHeight = 0n
  #timer: Timer | null = null

  constructor(stage: Stage) {
    this.#stage = stage
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    const { message } = word
    if (message?.kind !== 'vote') return this.#recast.say(to, word)
    const { vote } = message
    if (vote.height < this.#stage.height || this.#isFavourite(to, vote.height)) return null
    this.#hold(to, vote)
    return true
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#held = []
  }

  #isFavourite(peer: Counterpart, height: bigint): boolean {
    const { peers } = this.#stage
    return peers[Number(height % BigInt(Math.max(1, peers.length)))] === peer
  }

  // What is held is asked for again and again.
  #hold(to: Counterpart, vote: Vote): void {
    if (vote.height > this.#givenHeight) {
      this.#givenHeight = vote.height
      this.#given.clear()
    }
    const place = `${vote.height}/${vote.round}/${vote.type}`
    const key = `${to.id} ${place} ${vote.validatorIndex}`
    if (this.#given.has(key)) return
    this.#given.add(key)
    if (this.#held.length >= MAX_HELD) this.#release(this.#held.splice(0, 1))
    this.#held.push({ to, vote, dueMs: this.#stage.clock.monotonicMs() + HOLD_MS })
    this.#arm()
  }

  #arm(): void {
    const [first] = this.#held
    if (first === undefined || this.#timer !== null) return
    const waitMs = Math.max(1, first.dueMs - this.#stage.clock.monotonicMs())
    this.#timer = this.#stage.clock.setTimer(waitMs, () => {
      this.#timer = null
      const nowMs = this.#stage.clock.monotonicMs()
      const due = this.#held.filter(({ dueMs }) => dueMs <= nowMs)
      this.#held = this.#held.filter(({ dueMs }) => dueMs > nowMs)
      this.#release(due)
      this.#arm()
    })
  }

  #release(due: readonly Held[]): void {
    for (const { to, vote } of due) {
      const message: ConsensusWireMessage = { kind: 'vote', vote }
      if (this.#stage.peer(to.id) === to) to.tell(message)
    }
  }

  // The block of the earliest round that anybody prevoted, with that round as its proof of lock and
  // the prevotes that are known of it, whether they are enough or not.
  #cast(own: OwnProposal): (to: Counterpart) => Offer {
    const { proposal, partSet } = own
    const { height, round } = proposal
    for (let polRound = 0; polRound < round; polRound++) {
      const stale = this.#staleOffer(own, polRound)
      if (stale !== null) return () => stale
    }
    const { notes } = this.#stage
    const votes = notes.votesAt({ height, round: proposal.polRound, type: VoteType.prevote })
    return () => ({ proposal, parts: allParts(partSet), votes })
  }

  #staleOffer({ proposal }: OwnProposal, polRound: number): Offer | null {
    const { notes } = this.#stage
    const place = { height: proposal.height, round: polRound, type: VoteType.prevote }
    const votes = notes.votesAt(place).filter(({ blockId }) => !isNilBlockId(blockId))
    for (const { blockId } of votes) {
      const known = notes.find(blockId)
      if (known === null) continue
      const signed = this.#stage.signProposal({ ...proposal, blockId, polRound })
      const proof = votes.filter((vote) => equalBlockId(vote.blockId, blockId))
      return { proposal: signed, parts: allParts(known.partSet), votes: proof }
    }
    return null
  }
}
