// What one peer is known to have: its height, round and step, its parts and its votes.
import { BitArray } from '../../core/bytes/index.ts'
import type { BlockId, PartSetHeader, Proposal } from '../../core/types/index.ts'
import { equalBytes } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'

/**
 * A peer's announcement of its height, round and step. Wire: consensus/types.proto NewRoundStep.
 */
export interface RoundStep {
  readonly height: bigint
  readonly round: number
  /** CometBFT's number of the step, 1 (new height) to 8 (commit). */
  readonly step: number
  /** Round in which the height before was decided, -1 at the initial height. */
  readonly lastCommitRound: number
}

/** One vote's place, without its value. */
export interface VotePlace {
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly index: number
}

/** The votes of one round and type that a peer has. */
interface KnownVotes {
  /** Given to the peer by us, or known to be there. */
  has: BitArray
  /** Said by the peer itself: survives a repair, what we only sent does not. */
  confirmed: BitArray
}

const roundKey = (round: number, type: number): number =>
  round * 2 + (type === VoteType.prevote ? 0 : 1)

/** Rounds beyond ours that a peer may claim votes of: its own round and the next. */
const ROUNDS_AHEAD = 1

/**
 * What one peer is known to have. Mutable, owned by the reactor; memory is bounded by the rounds of
 * our own height and the size of the validator set, whatever the peer claims.
 */
export class PeerState {
  /** 0n until the peer has announced its first step; nothing may be sent on 0x21, 0x22 before. */
  height = 0n
  round = -1
  step = 0
  lastCommitRound = -1
  hasProposal = false
  partsHeader: PartSetHeader | null = null
  parts: BitArray | null = null
  polRound = -1
  readonly #votes = new Map<number, KnownVotes>()
  #lastCommit: KnownVotes | null = null

  /** Takes an announcement; false when it is not newer than what is known. */
  applyRoundStep(message: RoundStep): boolean {
    if (!this.#isNewer(message)) return false
    if (message.height !== this.height) this.#enterHeight(message)
    else if (message.round !== this.round) this.#forgetVotesFrom(message.round)
    if (message.height !== this.height || message.round !== this.round) this.#forgetProposal()
    this.height = message.height
    this.round = message.round
    this.step = message.step
    this.lastCommitRound = message.lastCommitRound
    return true
  }

  #isNewer(message: RoundStep): boolean {
    if (message.height !== this.height) return message.height > this.height
    if (message.round !== this.round) return message.round > this.round
    return message.step > this.step
  }

  #enterHeight(message: RoundStep): void {
    const follows = message.height === this.height + 1n
    const key = roundKey(message.lastCommitRound, VoteType.precommit)
    this.#lastCommit = follows ? (this.#votes.get(key) ?? null) : null
    this.#votes.clear()
  }

  // Votes of a round the peer had not reached may have been dropped there: they count as not sent.
  #forgetVotesFrom(round: number): void {
    for (const [key, known] of this.#votes) {
      if (key >= roundKey(round, VoteType.prevote)) known.has = known.confirmed.copy()
    }
  }

  #forgetProposal(): void {
    this.hasProposal = false
    this.partsHeader = null
    this.parts = null
    this.polRound = -1
  }

  /** The peer has, or was just sent, the proposal of its height and round. */
  setHasProposal(proposal: Proposal): void {
    if (proposal.height !== this.height || proposal.round !== this.round) return
    if (this.hasProposal) return
    this.hasProposal = true
    this.polRound = proposal.polRound
    // A NewValidBlock may have said more already.
    if (this.parts === null) this.expectParts(proposal.blockId.partSetHeader)
  }

  /** The part set that the peer collects, none of it there yet as far as is known. */
  expectParts(header: PartSetHeader): void {
    this.partsHeader = header
    this.parts = new BitArray(header.total)
  }

  /** The peer's own word on the part set that it collects. Wire: NewValidBlock. */
  applyValidBlock(message: {
    readonly height: bigint
    readonly round: number
    readonly header: PartSetHeader
    readonly bits: BitArray
    readonly isCommit: boolean
  }): void {
    if (message.height !== this.height) return
    if (message.round !== this.round && !message.isCommit) return
    this.partsHeader = message.header
    this.parts = message.bits.copy()
  }

  setHasPart(height: bigint, index: number): void {
    if (height === this.height && this.parts !== null && index < this.parts.size) {
      this.parts.set(index, true)
    }
  }

  /** True when the peer collects the part set of this header. */
  collects(header: PartSetHeader): boolean {
    const own = this.partsHeader
    return own !== null && own.total === header.total && equalBytes(own.hash, header.hash)
  }

  /**
   * The votes of this place that the peer has; created on first use when `ourRound` allows it.
   * Null when the peer cannot need them or claims a round out of bounds.
   */
  votesAt(place: Omit<VotePlace, 'index'>, size: number, ourRound: number): KnownVotes | null {
    if (place.height + 1n === this.height) return this.#lastCommitAt(place, size)
    if (place.height !== this.height) return null
    if (place.round > ourRound + ROUNDS_AHEAD && place.round !== this.round) return null
    const key = roundKey(place.round, place.type)
    const known = this.#votes.get(key)
    if (known !== undefined && known.has.size === size) return known
    this.#dropRoundsAbove(ourRound)
    const fresh = { has: new BitArray(size), confirmed: new BitArray(size) }
    this.#votes.set(key, fresh)
    return fresh
  }

  // The peer's round may be any number it likes, so only the one it is in now is kept beyond ours.
  #dropRoundsAbove(ourRound: number): void {
    for (const key of this.#votes.keys()) {
      const round = Math.floor(key / 2)
      if (round > ourRound + ROUNDS_AHEAD && round !== this.round) this.#votes.delete(key)
    }
  }

  #lastCommitAt(place: Omit<VotePlace, 'index'>, size: number): KnownVotes | null {
    if (place.type !== VoteType.precommit || place.round !== this.lastCommitRound) return null
    if (this.#lastCommit === null || this.#lastCommit.has.size !== size) {
      this.#lastCommit = { has: new BitArray(size), confirmed: new BitArray(size) }
    }
    return this.#lastCommit
  }

  /** The peer said, or showed by sending it, that it has this vote. */
  confirmVote(place: VotePlace, size: number, ourRound: number): void {
    const known = this.votesAt(place, size, ourRound)
    if (known === null || place.index >= size) return
    known.has.set(place.index, true)
    known.confirmed.set(place.index, true)
  }

  /**
   * The peer's answer about one value: of the votes that we have for it, the peer has exactly
   * these.
   * Wire: VoteSetBits.
   */
  applyVoteSetBits(place: Omit<VotePlace, 'index'>, theirs: BitArray, ours: BitArray): void {
    if (theirs.size !== ours.size) return
    const known = this.votesAt(place, ours.size, place.round)
    if (known === null) return
    known.has = known.has.sub(ours).or(theirs)
    known.confirmed = known.confirmed.sub(ours).or(theirs)
  }

  /** Of how many rounds and types it is known what votes the peer has. */
  get places(): number {
    return this.#votes.size
  }

  /** The votes of a round of its height that the peer has, null while none are known. */
  knownVotes(round: number, type: number): BitArray | null {
    return this.#votes.get(roundKey(round, type))?.has ?? null
  }

  /** The precommits of the height before that the peer has, null while none are known. */
  get knownLastCommit(): BitArray | null {
    return this.#lastCommit?.has ?? null
  }

  /** Forgets what was sent and never confirmed, so that it is sent again. */
  forgetUnconfirmed(): void {
    for (const known of this.#votes.values()) known.has = known.confirmed.copy()
    if (this.#lastCommit !== null) this.#lastCommit.has = this.#lastCommit.confirmed.copy()
  }
}

/** A claim of a peer that more than two thirds voted for one value. Wire: VoteSetMaj23. */
export interface Maj23Claim {
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly blockId: BlockId
}
