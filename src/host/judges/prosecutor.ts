// Accountability: who made a fork possible, from signed messages that honest nodes saw.
//
// Named is who signed two votes or two proposals for one step, and who prevoted against an own
// precommit although no polka that could justify it had been seen by anybody honest. When two
// honest nodes disagree, such validators have more than a third of the power as long as every two
// thirds of it contain somebody honest; and nobody honest is ever named (the accountable_safety
// theorems of spec/ivy-proofs).

import { bytesKey } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'
import type { BlockId, Block, Commit, Proposal, Vote } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { voteOfEntry } from './naive-commit.ts'
import { isMoreThanTwoThirds, isNil } from './naive-values.ts'
import type { Bench, Seat } from './naive-rotation.ts'

/** Heights of which messages are kept, below the newest one that is known. */
const KEPT_HEIGHTS = 64n
/**
 * Messages of one height that villains may fill; those that nobody signed are thrown out when they
 * are full.
 */
const KEPT_MESSAGES = 4096

interface Testimony {
  /** In the order of seeing. */
  votes: Vote[]
  proposals: Proposal[]
  /** What villains delivered, for knowing it again. */
  readonly delivered: Set<string>
  readonly commits: Commit[]
}

/** Why a validator is named. */
export interface Accusation {
  readonly address: Uint8Array
  readonly what: string
}

/** Keeps what honest nodes signed and saw, and accuses from it when there is a fork. */
export class Prosecutor {
  readonly #ledger: Ledger
  readonly #heights = new Map<bigint, Testimony>()
  #top = 0n

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Takes down a vote that an honest node signed. */
  hearVote(vote: Vote): void {
    this.#testimonyOf(vote.height)?.votes.push(vote)
  }

  /** Strikes out a vote that an honest node signed and never used. */
  retract(vote: Vote): void {
    const testimony = this.#heights.get(vote.height)
    if (testimony !== undefined) testimony.votes = testimony.votes.filter((each) => each !== vote)
  }

  /** Takes down a proposal that an honest node signed. */
  hearProposal(proposal: Proposal): void {
    this.#testimonyOf(proposal.height)?.proposals.push(proposal)
  }

  /** Takes down a vote that an honest node was given, whoever signed it. */
  receiveVote(vote: Vote): void {
    const { type, height, round, blockId, signature } = vote
    const testimony = this.#testimonyOf(height)
    const key = `${type}/${round}/${keyOf(blockId)}/${bytesKey(signature)}`
    if (testimony !== null && this.#isNew(height, testimony, key)) testimony.votes.push(vote)
  }

  /** Takes down a proposal that an honest node was given, whoever signed it. */
  receiveProposal(proposal: Proposal): void {
    const { height, round, polRound, blockId, signature } = proposal
    const testimony = this.#testimonyOf(height)
    const key = `${round}/${polRound}/${keyOf(blockId)}/${bytesKey(signature)}`
    if (testimony !== null && this.#isNew(height, testimony, key)) {
      testimony.proposals.push(proposal)
    }
  }

  /** Takes down the precommits by which an honest node committed, and those in the block. */
  hearCommit(commit: Commit, { lastCommit }: Block): void {
    this.#testimonyOf(commit.height)?.commits.push(commit)
    if (lastCommit !== null) this.#testimonyOf(lastCommit.height)?.commits.push(lastCommit)
  }

  /** Everybody who can be accused at a height. */
  accuse(height: bigint): Accusation[] {
    const bench = this.#ledger.benchAt(height)
    const testimony = this.#heights.get(height)
    if (bench === null || testimony === undefined) return []
    const isPaper = this.#ledger.setting.genesis.lockRule === 'paper'
    const { proposals } = testimony
    // The order matters for prevotes only, and commits hold none.
    const votes = signedVotes(this.#ledger, bench, [
      ...testimony.votes,
      ...testimony.commits.flatMap(precommitsOf),
    ])
    const polkas = new Polkas(votes, bench.total)
    return bench.seats.flatMap((seat) => {
      const own = votes.filter((each) => each.seat === seat)
      const what =
        equivocation(own) ??
        doubleProposal(this.#ledger, seat, proposals) ??
        unlawfulPrevote(own, polkas, isPaper)
      return what === null ? [] : [{ address: seat.address, what }]
    })
  }

  // Villains may be one height ahead of the honest. What is further off is of no use to anybody.
  #testimonyOf(height: bigint): Testimony | null {
    const top = this.#ledger.topHeight
    if (top > this.#top) {
      this.#top = top
      for (const old of this.#heights.keys()) {
        if (old < top - KEPT_HEIGHTS) this.#heights.delete(old)
      }
    }
    if (height > top + 1n || height < top - KEPT_HEIGHTS) return null
    const known = this.#heights.get(height)
    if (known !== undefined) return known
    const fresh = { votes: [], proposals: [], delivered: new Set<string>(), commits: [] }
    this.#heights.set(height, fresh)
    return fresh
  }

  #isNew(height: bigint, testimony: Testimony, key: string): boolean {
    const { delivered } = testimony
    if (delivered.has(key)) return false
    if (delivered.size >= KEPT_MESSAGES) this.#throwOut(height, testimony)
    if (delivered.size >= KEPT_MESSAGES) return false
    delivered.add(key)
    return true
  }

  // What is thrown out may come again, and is thrown out again.
  #throwOut(height: bigint, testimony: Testimony): void {
    const bench = this.#ledger.benchAt(height)
    if (bench === null) return
    const { delivered, votes, proposals } = testimony
    testimony.votes = signedVotes(this.#ledger, bench, votes).map(({ vote }) => vote)
    testimony.proposals = proposals.filter((proposal) =>
      bench.seats.some(({ pubKey }) => this.#ledger.notary.signedProposal(pubKey, proposal)),
    )
    if (testimony.votes.length + testimony.proposals.length < KEPT_MESSAGES) delivered.clear()
  }
}

function precommitsOf(commit: Commit): Vote[] {
  return commit.signatures.flatMap((_, index) => voteOfEntry(commit, index) ?? [])
}

/** A vote that its validator signed, with its place in the order of seeing. */
interface SeenVote {
  readonly vote: Vote
  readonly seat: Seat
  readonly order: number
}

function signedVotes(ledger: Ledger, bench: Bench, votes: readonly Vote[]): SeenVote[] {
  const seats = new Map(bench.seats.map((seat) => [bytesKey(seat.address), seat]))
  return votes.flatMap((vote, order) => {
    const seat = seats.get(bytesKey(vote.validatorAddress))
    if (seat === undefined || !ledger.notary.signedVote(seat.pubKey, vote)) return []
    return [{ vote, seat, order }]
  })
}

function equivocation(own: readonly SeenVote[]): string | null {
  const first = new Map<string, string>()
  for (const { vote } of own) {
    const { type, round, height, blockId } = vote
    const place = `${type === VoteType.prevote ? 'prevote' : 'precommit'} ${height}/${round}`
    const value = first.get(place) ?? keyOf(blockId)
    if (value !== keyOf(blockId)) return `signs two values: ${place}`
    first.set(place, value)
  }
  return null
}

// The same block with another polka round is another proposal.
function doubleProposal(ledger: Ledger, seat: Seat, proposals: readonly Proposal[]): string | null {
  const first = new Map<number, string>()
  for (const proposal of proposals) {
    const { height, round, polRound, blockId } = proposal
    if (!ledger.notary.signedProposal(seat.pubKey, proposal)) continue
    const what = `${polRound} ${keyOf(blockId)}`
    if ((first.get(round) ?? what) !== what) return `signs two proposals: ${height}/${round}`
    first.set(round, what)
  }
  return null
}

/** When each value of each round had more than two thirds of the prevotes seen. */
class Polkas {
  /** By round and value: the place of the vote that completed the polka. */
  readonly #completed: {
    readonly round: number
    readonly blockId: BlockId
    readonly order: number
  }[] = []

  constructor(votes: readonly SeenVote[], total: bigint) {
    const tallies = new Map<string, { power: bigint; readonly voters: Set<Seat> }>()
    for (const { vote, seat, order } of votes) {
      if (vote.type !== VoteType.prevote) continue
      const { round, blockId } = vote
      const key = `${round} ${keyOf(blockId)}`
      const tally = tallies.get(key) ?? { power: 0n, voters: new Set() }
      tallies.set(key, tally)
      if (tally.voters.has(seat)) continue
      tally.voters.add(seat)
      const wasShort = !isMoreThanTwoThirds(tally.power, total)
      tally.power += seat.power
      const isPolka = isMoreThanTwoThirds(tally.power, total)
      if (wasShort && isPolka) this.#completed.push({ round, blockId, order })
    }
  }

  /** Whether a prevote could follow a precommit for another value, by what was seen before it. */
  justify(lock: Vote, { vote, order }: SeenVote, isPaper: boolean): boolean {
    return this.#completed.some((polka) => {
      if (polka.order >= order) return false
      if (isPaper) {
        const isInTime = polka.round >= lock.round && polka.round < vote.round
        return isInTime && keyOf(polka.blockId) === keyOf(vote.blockId)
      }
      const isLater = polka.round > lock.round && polka.round <= vote.round
      return isLater && keyOf(polka.blockId) !== keyOf(lock.blockId)
    })
  }
}

function unlawfulPrevote(
  own: readonly SeenVote[],
  polkas: Polkas,
  isPaper: boolean,
): string | null {
  for (const prevote of own) {
    const { type, height, round, blockId } = prevote.vote
    if (type !== VoteType.prevote || (isPaper && isNil(blockId))) continue
    for (const { vote: lock } of own) {
      if (lock.type !== VoteType.precommit || isNil(lock.blockId) || lock.round >= round) continue
      if (keyOf(lock.blockId) === keyOf(blockId)) continue
      if (polkas.justify(lock, prevote, isPaper)) continue
      return `prevotes ${height}/${round} against its precommit of ${height}/${lock.round}`
    }
  }
  return null
}
