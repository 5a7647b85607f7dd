// The one gate for votes and proposals: bounds, then duplicates, then the signature, then the
// books.

import { assert, equalBytes } from '../bytes/index.ts'
import { verifySignature } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { MAX_BLOCK_PARTS, ValidatorSet, VoteType } from '../types/index.ts'
import { equalBlockId, isCompleteBlockId, isNilBlockId } from '../types/index.ts'
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from '../types/index.ts'
import { validateProposal, validateVote } from '../types/index.ts'
import type { BlockId, Proposal, Validator, Vote, VoteSet } from '../types/index.ts'
import type { Admission, ClaimAnswer } from './admission.ts'
import { MAX_CATCH_UP_ROUNDS_PER_VALIDATOR, MAX_CLAIMED_VALUES, MAX_VALUES } from './bounds.ts'
import { HeightBook } from './height-book.ts'
import type { HeldRound } from './height-book.ts'
import { PeerBook } from './peer-book.ts'
import { ProposalBook, isSameProposal, isSameSignedProposal } from './proposal-book.ts'
import { isProposal, messageId } from './message-id.ts'
import type { MessageId } from './message-id.ts'
import { isSameSignedVote } from './vote-book.ts'
import type { HeldVotes, VotePlace } from './vote-book.ts'

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
  /** The precommits that decided `height - 1`; null at the initial height. */
  readonly lastPrecommits: VoteSet | null
  /** Whether precommits for a block carry extensions at `height`; where false they must not. */
  readonly voteExtensions?: boolean
  /** The most parts a block may have; follows from the chain's largest block. */
  readonly maxBlockParts?: number
}

/**
 * A peer's word that it saw two thirds for a value, so that we take in conflicting votes for it.
 */
export interface Maj23Claim extends VotePlace {
  readonly peerId: string
  readonly blockId: BlockId
}

/** What is held, for those who pass it on. Everything is a live view. */
export interface HeldMessages {
  /** How many votes, proposals and claims are held: never more than `maxMessages`. */
  readonly size: number
  /** The votes of each round of the present height that was entered or has any. */
  rounds(): Iterable<HeldRound>
  /**
   * The votes of a place that are of use to others: any of the present height, the precommits of
   * the round that decided the one before. Null where there are none and the round is not open.
   */
  votesAt(place: VotePlace): HeldVotes | null
  /** How many validators may sign at a height: for one that is not held, those of the present. */
  validatorsAt(height: bigint): number
}

/** A vote that only lacks its signature checks. */
interface Candidate {
  readonly kind: 'candidate'
  readonly vote: Vote
  readonly signer: Validator
  readonly books: HeightBook
  /** Whether consensus has no use for it, other than as half of a proof. */
  readonly isLate: boolean
}

/**
 * Holds the verified votes and proposals of the present height and of the height before, never more
 * than `maxMessages`. Whatever passes may be given to consensus unchecked. Peers are named by id;
 * null is this node.
 *
 * Every message is verified at most once, and whoever sends a forgery loses its connection: so a
 * peer costs at most `MAX_CHECKS` signature checks that come to nothing.
 */
export class MessagePool implements HeldMessages {
  readonly #options: MessagePoolOptions
  readonly #peers = new Map<string, PeerBook>()
  #books = new HeightBook(0n, ValidatorSet.empty, null)
  #lastBooks: HeightBook | null = null
  #lastCommitRound = -1
  #voteExtensions = false

  constructor(options: MessagePoolOptions) {
    this.#options = options
  }

  get size(): number {
    let size = this.#books.size + (this.#lastBooks?.size ?? 0)
    for (const peer of this.#peers.values()) size += peer.claims
    return size
  }

  rounds(): Iterable<HeldRound> {
    return this.#books.rounds()
  }

  votesAt({ height, round, type }: VotePlace): HeldVotes | null {
    if (height === this.#books.height) return this.#books.find(round, type)
    const hasDecided = type === VoteType.precommit && round === this.#lastCommitRound
    return hasDecided ? (this.#booksAt(height)?.find(round, type) ?? null) : null
  }

  validatorsAt(height: bigint): number {
    return (this.#booksAt(height) ?? this.#books).validatorSet.size
  }

  /** Moves to a new height. Messages of the height before stay known, older ones go. */
  startHeight(start: PoolHeight): void {
    const { height, validatorSet, lastPrecommits } = start
    // Its books know duplicates and hold what late messages may contradict.
    const isNext = this.#books.height + 1n === height && this.#books.validatorSet.size > 0
    const stored = lastPrecommits && HeightBook.ofCommit(lastPrecommits)
    this.#lastBooks = isNext ? this.#books : stored
    this.#lastCommitRound = lastPrecommits?.round ?? -1
    this.#lastBooks?.enterRound(this.#lastCommitRound)
    this.#books = new HeightBook(
      height,
      validatorSet,
      new ProposalBook(validatorSet, start.maxBlockParts ?? MAX_BLOCK_PARTS),
    )
    this.#voteExtensions = start.voteExtensions ?? false
    this.#peers.clear()
  }

  /** Follows consensus to a later round of the same height. */
  enterRound(round: number): void {
    if (round <= this.#books.round) return
    this.#books.enterRound(round)
    for (const peer of this.#peers.values()) peer.releaseUpTo(round + 1)
  }

  /**
   * Judges a vote of any height; see `Admission`. `admitted` and `conflict` are verified and new.
   * `peerId` is null for our own votes and for those of our own log.
   */
  admitVote(vote: Vote, peerId: string | null): Admission {
    const screened = this.#screen(vote, peerId)
    if (screened.kind !== 'candidate') return screened
    // What we signed just now, or logged after it was verified, is not verified again.
    if (peerId !== null && !this.#isSigned(screened)) return refused('wrong signature')
    if (peerId !== null && screened.books === this.#books && this.#isCatchUp(vote.round)) {
      this.#peerBook(peerId).useCatchUp(vote.round)
    }
    return enter(screened)
  }

  /**
   * Judges a proposal of the present height or the one before, up to the next round; `peerId` null
   * as for votes.
   */
  admitProposal(proposal: Proposal, peerId: string | null): Admission {
    const malformed = validateProposal(proposal)
    if (malformed !== null) return refused(malformed)
    const { height, round, polRound } = proposal
    if (polRound >= round) return refused(`polRound ${polRound} in round ${round}`)
    const books = this.#booksAt(height)
    const proposals = books?.proposals ?? null
    if (books === null || proposals === null) return ignored(`height ${height} is not ours`)
    if (round > books.round + 1) return ignored(`round ${round} is not ours`)
    const { total } = proposal.blockId.partSetHeader
    if (total > proposals.maxBlockParts) return ignored(`${total} parts exceed the largest block`)
    const admission = this.#enterProposal(proposals, proposal, peerId === null)
    const isLate = books !== this.#books || round < books.round
    return isLate && admission.kind === 'admitted' ? { kind: 'kept' } : admission
  }

  /** Enters a peer's claim. Claims of one peer that contradict each other are refused. */
  claimMaj23({ peerId, height, round, type, blockId }: Maj23Claim): ClaimAnswer {
    if (type !== VoteType.prevote && type !== VoteType.precommit) return refused(`type ${type}`)
    if (!isNilBlockId(blockId) && !isCompleteBlockId(blockId)) return refused('half a block id')
    if (height !== this.#books.height) return ignored(`height ${height} is not ours`)
    if (round < 0 || this.#isCatchUp(round)) return ignored(`round ${round} is not open`)
    const isNew = this.#peerBook(peerId).claim({ round, type }, blockId)
    return isNew ? { kind: 'ok' } : refused('two majorities claimed for one round and type')
  }

  /** The id of a message that was admitted and is still held. */
  idOf(message: Vote | Proposal): MessageId {
    const { crypto, chainId } = this.#options
    const books = this.#booksAt(message.height)
    const pubKey = isProposal(message)
      ? books?.proposals?.proposerOf(message.round)
      : books?.validatorSet.get(message.validatorIndex)?.pubKey
    assert(pubKey !== undefined, 'the message is held')
    return messageId(crypto, chainId, message, pubKey)
  }

  /** Forgets what a peer claimed and used up. Its votes stay: they are the validators'. */
  removePeer(peerId: string): void {
    this.#peers.delete(peerId)
  }

  #booksAt(height: bigint): HeightBook | null {
    if (height === this.#books.height) return this.#books
    return height === this.#lastBooks?.height ? this.#lastBooks : null
  }

  // Everything but the signature; changes nothing.
  #screen(vote: Vote, peerId: string | null): Admission | Candidate {
    const malformed = validateVote(vote)
    if (malformed !== null) return refused(malformed)
    if (vote.blockId.partSetHeader.total > MAX_BLOCK_PARTS) return refused('too many parts')
    const { height } = this.#books
    if (vote.height === height) return this.#screenCurrent(vote, peerId)
    if (vote.height + 1n === height) return this.#screenLate(vote)
    return ignored(`height ${vote.height} is not ${height}`)
  }

  #screenCurrent(vote: Vote, peerId: string | null): Admission | Candidate {
    const books = this.#books
    const signer = signerOf(vote, books.validatorSet)
    if (signer === null) return refused('not the validator it says')
    const answer = known(books, vote) ?? this.#crowded(vote, peerId)
    if (answer !== null) return answer
    const isExtended =
      this.#voteExtensions && vote.type === VoteType.precommit && !isNilBlockId(vote.blockId)
    // No signature but its own covers an extension: an unwanted one was added on the way.
    if (!isExtended && hasExtension(vote)) return refused('a vote extension where there is none')
    if (isExtended && vote.extensionSignature.length === 0) return refused('no vote extension')
    return { kind: 'candidate', vote, signer, books, isLate: false }
  }

  // Late precommits make the next commit fuller. Other late votes matter as halves of a proof. What
  // a height before that would prove is lost with its books.
  #screenLate(vote: Vote): Admission | Candidate {
    const books = this.#lastBooks
    if (books === null) return refused('a vote before the initial height')
    const signer = signerOf(vote, books.validatorSet)
    if (signer === null) return refused('not the validator it was')
    const answer = known(books, vote)
    if (answer !== null) return answer
    const values = books.find(vote.round, vote.type)?.of(vote.validatorIndex).length ?? 0
    if (values >= MAX_VALUES) return ignored('a third value')
    if (values === 0 && vote.round > books.round + 1) return ignored('far ahead of what decided')
    const isCommit = vote.type === VoteType.precommit && vote.round === this.#lastCommitRound
    return { kind: 'candidate', vote, signer, books, isLate: !isCommit }
  }

  #crowded(vote: Vote, peerId: string | null): Admission | null {
    const { round, type, validatorIndex } = vote
    const books = this.#books
    const values = books.find(round, type)?.of(validatorIndex).length ?? 0
    if (values >= MAX_VALUES + MAX_CLAIMED_VALUES) return ignored('too many values')
    if (values >= MAX_VALUES && !this.#isClaimed(vote)) return ignored('a value nobody claims')
    if (!this.#isCatchUp(round) || peerId === null) return null
    const mayLead = this.#peers.get(peerId)?.mayCatchUp(round) ?? true
    if (!mayLead) return ignored(`round ${round} is far ahead`)
    const others = books.countRoundsOf(validatorIndex, books.round + 1, round)
    if (others < MAX_CATCH_UP_ROUNDS_PER_VALIDATOR) return null
    return ignored(`round ${round} is one too many ahead`)
  }

  #isCatchUp(round: number): boolean {
    return round > this.#books.round + 1
  }

  #isClaimed(vote: Vote): boolean {
    for (const peer of this.#peers.values()) {
      const claim = peer.claimAt(vote)
      if (claim !== null && equalBlockId(claim, vote.blockId)) return true
    }
    return false
  }

  // The address was compared with the validator's, so the key is the address's. An extension comes
  // with a signature of its own, also where the height before may have had none.
  #isSigned({ vote, signer: { pubKey } }: Candidate): boolean {
    const { crypto, chainId } = this.#options
    const { signature, extensionSignature } = vote
    if (!verifySignature(crypto, pubKey, voteSignBytes(chainId, vote), signature)) return false
    if (!hasExtension(vote)) return true
    const extended = voteExtensionSignBytes(chainId, vote)
    return verifySignature(crypto, pubKey, extended, extensionSignature)
  }

  #enterProposal(proposals: ProposalBook, proposal: Proposal, isOwn: boolean): Admission {
    const held = proposals.of(proposal.round)
    if (held.some((other) => isSameSignedProposal(other, proposal))) return { kind: 'duplicate' }
    if (held.some((other) => isSameProposal(other, proposal))) return ignored('signed twice alike')
    if (held.length >= MAX_VALUES) return ignored('a third proposal')
    if (!isOwn && !this.#isSignedByProposer(proposals, proposal)) {
      return refused('not signed by the proposer')
    }
    const [first] = held
    proposals.add(proposal)
    return first === undefined
      ? { kind: 'admitted' }
      : { kind: 'double-proposal', first, second: proposal }
  }

  #isSignedByProposer(proposals: ProposalBook, proposal: Proposal): boolean {
    const { crypto, chainId } = this.#options
    const pubKey = proposals.proposerOf(proposal.round)
    return verifySignature(crypto, pubKey, proposalSignBytes(chainId, proposal), proposal.signature)
  }

  #peerBook(peerId: string): PeerBook {
    const book = this.#peers.get(peerId) ?? new PeerBook()
    this.#peers.set(peerId, book)
    return book
  }
}

function enter({ vote, books, isLate }: Candidate): Admission {
  const book = books.open(vote.round, vote.type)
  const [first] = book.of(vote.validatorIndex)
  book.add(vote)
  if (first !== undefined) return { kind: 'conflict', first, second: vote }
  return isLate ? { kind: 'kept' } : { kind: 'admitted' }
}

// A vote whose value this validator already voted for adds nothing, so its signature is not looked
// at.
function known(books: HeightBook, vote: Vote): Admission | null {
  const same = books.find(vote.round, vote.type)?.find(vote) ?? null
  if (same === null) return null
  return isSameSignedVote(same, vote) ? { kind: 'duplicate' } : ignored('signed twice alike')
}

function signerOf(vote: Vote, validatorSet: ValidatorSet): Validator | null {
  const signer = validatorSet.get(vote.validatorIndex)
  return signer !== null && equalBytes(signer.address, vote.validatorAddress) ? signer : null
}

function hasExtension(vote: Vote): boolean {
  return vote.extension.length > 0 || vote.extensionSignature.length > 0
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason }
}

function ignored(reason: string): { readonly kind: 'ignored'; readonly reason: string } {
  return { kind: 'ignored', reason }
}
