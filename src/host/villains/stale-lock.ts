// Stale-lock attacker: shows its votes to one validator only and to the others when they are old,
// holds back the votes of others as well, and proposes what was locked long ago.

import { VoteType, equalBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import type { Timer } from '../ports/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** A held vote leaves after this time at the latest, when the rounds it could help are over. */
const HOLD_MS = 3000
/** Votes that are held; the oldest leaves when there is another. */
const MAX_HELD = 2048
/** Votes that are known to have been asked for; when there are more, all are forgotten. */
const MAX_ASKED = 8192

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
  /** Votes that were asked for, by peer; true once the peer has got it. */
  readonly #asked = new Map<string, boolean>()
  #timer: Timer | null = null

  constructor(stage: Stage) {
    this.#stage = stage
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    const { message } = word
    if (message?.kind !== 'vote') return this.#recast.say(to, word)
    const { vote } = message
    if (this.#isFavourite(to, vote.height)) return null
    return this.#hold(to, vote) ? true : null
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

  // What is held is asked for again and again. False once it has been given out.
  #hold(to: Counterpart, vote: Vote): boolean {
    const key = keyOf(to, vote)
    const isGiven = this.#asked.get(key)
    if (isGiven !== undefined) return !isGiven
    if (this.#asked.size >= MAX_ASKED) this.#asked.clear()
    this.#asked.set(key, false)
    if (this.#held.length >= MAX_HELD) this.#release(this.#held.splice(0, 1))
    this.#held.push({ to, vote, dueMs: this.#stage.clock.monotonicMs() + HOLD_MS })
    this.#arm()
    return true
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
      this.#asked.set(keyOf(to, vote), true)
      if (this.#stage.peer(to.id) === to) to.tell({ kind: 'vote', vote })
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

function keyOf(to: Counterpart, { height, round, type, validatorIndex }: Vote): string {
  return `${to.id} ${height}/${round}/${type}/${validatorIndex}`
}
