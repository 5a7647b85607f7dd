// The one gate for votes and proposals: bounds, then duplicates, then the signature, then the
// books.

import { equalBytes } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { MAX_BLOCK_PARTS, ValidatorSet, VoteType } from '../types/index.ts'
import { equalBlockId, isCompleteBlockId, isNilBlockId } from '../types/index.ts'
import { validateProposal, validateVote, verifyProposal } from '../types/index.ts'
import { verifyVote, verifyVoteExtension } from '../types/index.ts'
import type { BlockId, Proposal, Validator, Vote } from '../types/index.ts'
import type { Admission, ClaimAnswer } from './admission.ts'
import { MAX_CATCH_UP_ROUNDS_PER_VALIDATOR, MAX_CLAIMED_VALUES, MAX_VALUES } from './bounds.ts'
import { HeightBook } from './height-book.ts'
import { PeerBook } from './peer-book.ts'
import { isSameSignedVote } from './vote-book.ts'

/** What a pool needs to judge signatures. */
export interface MessagePoolOptions {
  readonly crypto: Crypto
  readonly chainId: string
}

/** The height that begins, and what the one before left. */
export interface PoolHeight {
  readonly height: bigint
  /** The validators of `height`, with the priorities of round 0. */
  readonly validatorSet: ValidatorSet
  /** The validators of `height - 1`; null at the initial height. */
  readonly lastValidatorSet: ValidatorSet | null
  /** The round that decided `height - 1`; -1 at the initial height. */
  readonly lastCommitRound: number
  /** Whether precommits for a block carry extensions at `height`; where false they must not. */
  readonly voteExtensions?: boolean
  /** The most parts a block may have; follows from the chain's largest block. */
  readonly maxBlockParts?: number
}

/**
 * A peer's word that it saw two thirds for a value, so that we take in conflicting votes for it.
 */
export interface Maj23Claim {
  readonly peerId: string
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly blockId: BlockId
}

/**
 * Holds the verified votes and proposals of the current height and the votes of the height before,
 * never more than `maxMessages`. Whatever passes may be given to consensus unchecked. Peers are
 * named by id; null is this node.
 */
export class MessagePool {
  readonly #crypto: Crypto
  readonly #chainId: string
  readonly #peers = new Map<string, PeerBook>()
  #books = new HeightBook(0n, ValidatorSet.empty)
  #lastBooks: HeightBook | null = null
  #lastCommitRound = -1
  #round = 0
  #roundValidatorSet: ValidatorSet = ValidatorSet.empty
  #proposals: readonly Proposal[] = []
  #voteExtensions = false
  #maxBlockParts = MAX_BLOCK_PARTS

  constructor({ crypto, chainId }: MessagePoolOptions) {
    this.#crypto = crypto
    this.#chainId = chainId
  }

  /** How many votes, proposals and claims are held. */
  get size(): number {
    let size = this.#books.size + (this.#lastBooks?.size ?? 0) + this.#proposals.length
    for (const peer of this.#peers.values()) size += peer.claims
    return size
  }

  /** Moves to a new height. Votes of the height before stay known, older ones go. */
  startHeight(start: PoolHeight): void {
    const { height, validatorSet, lastValidatorSet } = start
    // Its books know duplicates and hold what late votes may contradict.
    const isNext = this.#books.height + 1n === height && this.#books.validatorSet.size > 0
    const empty = lastValidatorSet && new HeightBook(height - 1n, lastValidatorSet)
    this.#lastBooks = isNext ? this.#books : empty
    this.#lastCommitRound = start.lastCommitRound
    this.#books = new HeightBook(height, validatorSet)
    this.#round = 0
    this.#roundValidatorSet = validatorSet
    this.#proposals = []
    this.#voteExtensions = start.voteExtensions ?? false
    this.#maxBlockParts = start.maxBlockParts ?? MAX_BLOCK_PARTS
    this.#peers.clear()
  }

  /** Follows consensus to a later round of the same height. */
  enterRound(round: number): void {
    if (round <= this.#round) return
    this.#roundValidatorSet = this.#roundValidatorSet.withRoundsPassed(round - this.#round)
    this.#round = round
    this.#proposals = this.#proposals.filter((proposal) => proposal.round >= round)
    for (const peer of this.#peers.values()) peer.releaseUpTo(round + 1)
  }

  /**
   * Judges a vote of any height; see `Admission`. `admitted` and `conflict` are verified and new.
   * `peerId` is null for our own votes and for those of our own log.
   */
  admitVote(vote: Vote, peerId: string | null): Admission {
    const malformed = validateVote(vote)
    if (malformed !== null) return refused(malformed)
    if (vote.blockId.partSetHeader.total > MAX_BLOCK_PARTS) return refused('too many parts')
    if (vote.height === this.#books.height) return this.#admitCurrent(vote, peerId)
    if (vote.height + 1n === this.#books.height) return this.#admitLate(vote)
    return ignored(`height ${vote.height} is not ${this.#books.height}`)
  }

  /** Judges a proposal for the current or the next round; `peerId` null as for votes. */
  admitProposal(proposal: Proposal, peerId: string | null): Admission {
    const malformed = validateProposal(proposal)
    if (malformed !== null) return refused(malformed)
    const { height, round, polRound } = proposal
    if (polRound >= round) return refused(`polRound ${polRound} in round ${round}`)
    if (height !== this.#books.height) return ignored(`height ${height} is not ours`)
    if (round < this.#round || round > this.#round + 1) return ignored(`round ${round} is not ours`)
    const { total } = proposal.blockId.partSetHeader
    if (total > this.#maxBlockParts) return ignored(`${total} parts exceed the largest block`)
    return this.#admitNewProposal(proposal, peerId === null)
  }

  /** Enters a peer's claim. Claims of one peer that contradict each other are refused. */
  claimMaj23({ peerId, height, round, type, blockId }: Maj23Claim): ClaimAnswer {
    if (type !== VoteType.prevote && type !== VoteType.precommit) return refused(`type ${type}`)
    if (!isNilBlockId(blockId) && !isCompleteBlockId(blockId)) return refused('half a block id')
    if (height !== this.#books.height) return ignored(`height ${height} is not ours`)
    if (round < 0 || round > this.#round + 1) return ignored(`round ${round} is not open`)
    const isNew = this.#peerBook(peerId).claim({ round, type }, blockId)
    return isNew ? { kind: 'ok' } : refused('two majorities claimed for one round and type')
  }

  /** Forgets what a peer claimed and used up. Its votes stay: they are the validators'. */
  removePeer(peerId: string): void {
    this.#peers.delete(peerId)
  }

  #admitCurrent(vote: Vote, peerId: string | null): Admission {
    const { validatorSet } = this.#books
    const signer = signerOf(vote, validatorSet)
    if (signer === null) return refused('not the validator it says')
    const known = this.#known(this.#books, vote) ?? this.#crowded(vote, peerId)
    if (known !== null) return known
    // What we signed just now, or logged after it was verified, is not verified again.
    const isOwn = peerId === null
    const fault =
      (isOwn ? null : this.#signatureFault(vote, signer)) ?? this.#extensionFault(vote, signer)
    if (fault !== null) return refused(fault)
    if (this.#isCatchUp(vote.round) && peerId !== null) {
      this.#peerBook(peerId).useCatchUp(vote.round)
    }
    return enter(this.#books, vote)
  }

  // Late precommits make the next commit fuller. Other late votes matter only as half of a proof.
  #admitLate(vote: Vote): Admission {
    const books = this.#lastBooks
    if (books === null) return refused('a vote before the initial height')
    const signer = signerOf(vote, books.validatorSet)
    if (signer === null) return refused('not the validator it was')
    const known = this.#known(books, vote)
    if (known !== null) return known
    const held = books.find(vote.round, vote.type)?.of(vote.validatorIndex) ?? []
    if (held.length >= MAX_VALUES) return ignored('a third value')
    const isCommit = vote.type === VoteType.precommit && vote.round === this.#lastCommitRound
    if (!isCommit && held.length === 0) return ignored('a vote of the height before')
    const fault = this.#signatureFault(vote, signer) ?? this.#lateExtensionFault(vote, signer)
    return fault === null ? enter(books, vote) : refused(fault)
  }

  // A vote whose value this validator already voted for adds nothing, so its signature is not
  // looked at.
  #known(books: HeightBook, vote: Vote): Admission | null {
    const same = books.find(vote.round, vote.type)?.find(vote.validatorIndex, vote.blockId) ?? null
    if (same === null) return null
    return isSameSignedVote(same, vote) ? { kind: 'duplicate' } : ignored('signed twice alike')
  }

  #crowded(vote: Vote, peerId: string | null): Admission | null {
    const { round, type, validatorIndex } = vote
    const values = this.#books.find(round, type)?.of(validatorIndex).length ?? 0
    if (values >= MAX_VALUES + MAX_CLAIMED_VALUES) return ignored('too many values')
    if (values >= MAX_VALUES && !this.#isClaimed(vote)) return ignored('a value nobody claims')
    if (!this.#isCatchUp(round) || peerId === null) return null
    if (!this.#peerBook(peerId).mayCatchUp(round)) return ignored(`round ${round} is far ahead`)
    const rounds = this.#books.roundsOf(validatorIndex, this.#round + 1)
    if (rounds.includes(round) || rounds.length < MAX_CATCH_UP_ROUNDS_PER_VALIDATOR) return null
    return ignored(`round ${round} is one too many ahead`)
  }

  #isCatchUp(round: number): boolean {
    return round > this.#round + 1
  }

  #isClaimed(vote: Vote): boolean {
    for (const peer of this.#peers.values()) {
      const claim = peer.claimAt(vote)
      if (claim !== null && equalBlockId(claim, vote.blockId)) return true
    }
    return false
  }

  #signatureFault(vote: Vote, signer: Validator): string | null {
    const isGood = verifyVote(this.#crypto, this.#chainId, vote, signer.pubKey)
    return isGood ? null : 'wrong signature'
  }

  // No signature but its own covers an extension: an unwanted one was added on the way.
  #extensionFault(vote: Vote, signer: Validator): string | null {
    const isExpected = vote.type === VoteType.precommit && !isNilBlockId(vote.blockId)
    if (!this.#voteExtensions || !isExpected) {
      return hasExtension(vote) ? 'a vote extension where there is none' : null
    }
    const isGood = verifyVoteExtension(this.#crypto, this.#chainId, vote, signer.pubKey)
    return isGood ? null : 'wrong extension signature'
  }

  // Whether the height before had extensions is not known after a restart; one that is there must
  // be signed.
  #lateExtensionFault(vote: Vote, signer: Validator): string | null {
    if (!hasExtension(vote)) return null
    const isGood = verifyVoteExtension(this.#crypto, this.#chainId, vote, signer.pubKey)
    return isGood ? null : 'wrong extension signature'
  }

  #admitNewProposal(proposal: Proposal, isOwn: boolean): Admission {
    const held = this.#proposals.filter((other) => other.round === proposal.round)
    if (held.some((other) => isSameSignedProposal(other, proposal))) return { kind: 'duplicate' }
    if (held.some((other) => isSameProposal(other, proposal))) return ignored('signed twice alike')
    if (held.length >= 2) return ignored('a third proposal')
    const { proposer } = this.#roundValidatorSet.withRoundsPassed(proposal.round - this.#round)
    if (!isOwn && !verifyProposal(this.#crypto, this.#chainId, proposal, proposer.pubKey)) {
      return refused('not signed by the proposer')
    }
    this.#proposals = [...this.#proposals, proposal]
    const [first] = held
    return first === undefined
      ? { kind: 'admitted' }
      : { kind: 'double-proposal', first, second: proposal }
  }

  #peerBook(peerId: string): PeerBook {
    const book = this.#peers.get(peerId) ?? new PeerBook()
    this.#peers.set(peerId, book)
    return book
  }
}

function enter(books: HeightBook, vote: Vote): Admission {
  const book = books.open(vote.round, vote.type)
  const [first] = book.of(vote.validatorIndex)
  book.add(vote)
  return first === undefined ? { kind: 'admitted' } : { kind: 'conflict', first, second: vote }
}

function signerOf(vote: Vote, validatorSet: ValidatorSet): Validator | null {
  const signer = validatorSet.get(vote.validatorIndex)
  return signer !== null && equalBytes(signer.address, vote.validatorAddress) ? signer : null
}

function hasExtension(vote: Vote): boolean {
  return vote.extension.length > 0 || vote.extensionSignature.length > 0
}

function isSameProposal(a: Proposal, b: Proposal): boolean {
  return a.polRound === b.polRound && equalBlockId(a.blockId, b.blockId)
}

function isSameSignedProposal(a: Proposal, b: Proposal): boolean {
  return isSameProposal(a, b) && a.timestamp === b.timestamp && equalBytes(a.signature, b.signature)
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason }
}

function ignored(reason: string): { readonly kind: 'ignored'; readonly reason: string } {
  return { kind: 'ignored', reason }
}
