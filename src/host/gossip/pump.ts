// Sends a peer what it lacks, in the order in which a CometBFT node can use it.
import { encodeConsensusMessage } from '../../core/proto/index.ts'
import type { ConsensusState } from '../../core/consensus/index.ts'
import { VoteType } from '../../core/types/index.ts'
import type {
  Part,
  PartSet,
  PartSetHeader,
  Proposal,
  Vote,
  VoteSet,
} from '../../core/types/index.ts'
import { CHANNEL } from './channels.ts'
import type { Link } from './link.ts'
import { STEP_NUMBER } from './messages.ts'
import type { PeerState } from './peer-state.ts'

/** Blocks that are decided and stored, for peers that lag. */
export interface StoredBlocks {
  readonly base: bigint
  partSetHeader(height: bigint): Promise<PartSetHeader | null>
  part(height: bigint, index: number): Promise<Part | null>
  /** The precommits that decided the height, as the votes they were. */
  precommits(height: bigint): Promise<VoteSet | null>
}

/** Messages that arrived from elsewhere a moment ago and are not passed on yet. */
export interface Withheld {
  hasVote(vote: Vote): boolean
  hasPart(header: PartSetHeader, index: number): boolean
  hasProposal(proposal: Proposal): boolean
}

/** Sends until nothing is lacking or the peer's queue is full; true when nothing is lacking. */
export function pumpCurrent(link: Link, state: ConsensusState, withheld: Withheld): boolean {
  const { known } = link
  if (known.height === state.height) {
    return (
      pumpLastCommit(link, state, withheld) &&
      pumpProposal(link, state, withheld) &&
      pumpParts(link, state, withheld) &&
      pumpVotes(link, state, withheld)
    )
  }
  if (known.height + 1n === state.height && state.lastPrecommits !== null) {
    return pumpVoteSet(link, state.lastPrecommits, state.round, withheld)
  }
  return true
}

/**
 * The same for a peer whose height is decided here: stored precommits, then the parts it asks for.
 */
export async function pumpStored(
  link: Link,
  blocks: StoredBlocks,
  ourHeight: bigint,
): Promise<boolean> {
  const { known } = link
  const height = known.height
  if (height < blocks.base) return true
  if (height + 1n < ourHeight) {
    const precommits = await blocks.precommits(height)
    if (known.height !== height || precommits === null) return true
    if (!pumpVoteSet(link, precommits, precommits.round, NOTHING_WITHHELD)) return false
  }
  const header = await blocks.partSetHeader(height)
  if (header === null || known.height !== height) return true
  expectInCommit(known, header)
  // Earlier parts are dropped by a node that has not said which part set it expects.
  if (!known.collects(header)) return true
  for (const index of lackedParts(known)) {
    const part = await blocks.part(height, index)
    if (part === null || known.height !== height || !known.collects(header)) return true
    if (!sendPart(link, { height, round: known.round, part })) return false
  }
  return true
}

/** Whether the stores can have something for the peer: in the usual case they need not be read. */
export function needsStored({ known }: Link, ourHeight: bigint): boolean {
  if (known.height + 1n < ourHeight) return true
  if (known.height >= ourHeight) return false
  if (known.partsHeader === null) return known.step === STEP_NUMBER.commit
  return known.parts?.isFull() === false
}

const NOTHING_WITHHELD: Withheld = {
  hasVote: () => false,
  hasPart: () => false,
  hasProposal: () => false,
}

function lackedParts(known: PeerState): readonly number[] {
  return known.parts === null ? [] : known.parts.not().indexes()
}

// Precommits of the height before that came in late: the peer's next block may carry them.
function pumpLastCommit(link: Link, state: ConsensusState, withheld: Withheld): boolean {
  const last = state.lastPrecommits
  if (last === null || last.round !== link.known.lastCommitRound) return true
  return pumpVoteSet(link, last, state.round, withheld)
}

function pumpProposal(link: Link, state: ConsensusState, withheld: Withheld): boolean {
  const { known } = link
  const proposal = state.proposal
  if (proposal === null || known.round !== proposal.round || known.hasProposal) return true
  if (withheld.hasProposal(proposal)) return true
  if (!link.send(CHANNEL.data, encodeConsensusMessage({ kind: 'proposal', proposal }))) return false
  known.setHasProposal(proposal)
  const polka = proposal.polRound < 0 ? undefined : state.votes.get(proposal.polRound)?.prevotes
  if (polka === undefined) return true
  return link.send(
    CHANNEL.data,
    encodeConsensusMessage({
      kind: 'proposal-pol',
      height: proposal.height,
      proposalPolRound: proposal.polRound,
      proposalPol: polka.bits,
    }),
  )
}

// The part set that the peer collects may be of another round than ours: any that we have will do.
function collectedPartSet(known: PeerState, state: ConsensusState): PartSet | null {
  if (state.proposalParts !== null && known.collects(state.proposalParts.header)) {
    return state.proposalParts
  }
  for (const block of state.blocks.values()) {
    if (block.partSet !== null && known.collects(block.partSet.header)) return block.partSet
  }
  return null
}

// In step commit a peer surely collects the decided block. One that knew the part set already, from
// its log after a restart, does not announce it again.
function expectInCommit(known: PeerState, header: PartSetHeader): void {
  if (known.step === STEP_NUMBER.commit && known.partsHeader === null) known.expectParts(header)
}

function pumpParts(link: Link, state: ConsensusState, withheld: Withheld): boolean {
  const { known } = link
  const decided = state.votes.get(known.round)?.precommits.maj23 ?? null
  if (decided !== null && decided !== 'nil') expectInCommit(known, decided.partSetHeader)
  const partSet = collectedPartSet(known, state)
  if (partSet === null) return true
  for (const index of lackedParts(known)) {
    const part = partSet.get(index)
    if (part === null || withheld.hasPart(partSet.header, index)) continue
    if (!sendPart(link, { height: state.height, round: known.round, part })) return false
  }
  return true
}

function sendPart(
  link: Link,
  message: { readonly height: bigint; readonly round: number; readonly part: Part },
): boolean {
  if (!link.send(CHANNEL.data, encodeConsensusMessage({ kind: 'block-part', ...message }))) {
    return false
  }
  link.known.setHasPart(message.height, message.part.index)
  return true
}

// Every round of the height: liveness needs all that a correct node received (paper, gossip).
function pumpVotes(link: Link, state: ConsensusState, withheld: Withheld): boolean {
  for (const [round, votes] of state.votes) {
    // A peer takes votes of its next round, and a few of a later one so that it can skip to it.
    if (round > link.known.round + 1 && round !== state.round) continue
    if (!pumpVoteSet(link, votes.prevotes, state.round, withheld)) return false
    if (!pumpVoteSet(link, votes.precommits, state.round, withheld)) return false
  }
  return true
}

function pumpVoteSet(link: Link, votes: VoteSet, ourRound: number, withheld: Withheld): boolean {
  const { size } = votes.validatorSet
  const known = link.known.votesAt(votes, size, Math.max(ourRound, votes.round))
  if (known === null) return true
  // Walked after every event for every peer, and nearly always for nothing: no bit arrays are made.
  for (let index = 0; index < size; index++) {
    if (votes.get(index) === null || known.has.get(index)) continue
    const vote = bestVote(votes, index)
    if (vote === null || withheld.hasVote(vote)) continue
    if (!link.send(CHANNEL.vote, encodeConsensusMessage({ kind: 'vote', vote }))) return false
    known.has.set(index, true)
  }
  return true
}

// Of an equivocator's votes the one for the majority's value is the one that peers still need.
function bestVote(votes: VoteSet, index: number): Vote | null {
  const maj23 = votes.maj23
  const wanted = maj23 === null || maj23 === 'nil' ? null : votes.getFor(index, maj23)
  return wanted ?? votes.get(index)
}

/** The bits of the votes we have for a value at a place, or null when we keep none there. */
export function ourVotesAt(
  state: ConsensusState,
  place: { readonly height: bigint; readonly round: number; readonly type: number },
): VoteSet | null {
  if (place.height + 1n === state.height) {
    const last = state.lastPrecommits
    return last !== null && last.round === place.round && place.type === VoteType.precommit
      ? last
      : null
  }
  if (place.height !== state.height) return null
  const votes = state.votes.get(place.round)
  if (votes === undefined) return null
  return place.type === VoteType.prevote ? votes.prevotes : votes.precommits
}
