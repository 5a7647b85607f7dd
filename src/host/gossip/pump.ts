// Sends a peer what it lacks, in the order in which a CometBFT node can use it.
import { encodeConsensusMessage } from '../../core/proto/index.ts'
import type { ConsensusState } from '../../core/consensus/index.ts'
import type { HeldMessages } from '../../core/message-pool/index.ts'
import { VoteType } from '../../core/types/index.ts'
import type { BitArray } from '../../core/bytes/index.ts'
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

/** What this node has: what was said, and what it adds up to. */
export interface OurSide {
  readonly state: ConsensusState
  readonly messages: HeldMessages
  readonly withheld: Withheld
}

/** Sends until nothing is lacking or the peer's queue is full; true when nothing is lacking. */
export function pumpCurrent(link: Link, our: OurSide): boolean {
  const { known } = link
  const { state } = our
  if (known.height === state.height) {
    return (
      pumpLastCommit(link, our) &&
      pumpProposal(link, our) &&
      pumpParts(link, our) &&
      pumpRounds(link, our)
    )
  }
  return known.height + 1n !== state.height || pumpDecision(link, our)
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
    const { bits, round } = precommits
    const sending = { voters: bits, ourRound: round, withheld: NOTHING_WITHHELD }
    if (!pumpVotes(link, precommits, sending)) return false
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
function pumpLastCommit(link: Link, our: OurSide): boolean {
  return our.state.lastPrecommits?.round !== link.known.lastCommitRound || pumpDecision(link, our)
}

// The precommits of the round that decided the height before.
function pumpDecision(link: Link, { state, messages, withheld }: OurSide): boolean {
  const last = state.lastPrecommits
  const held = last === null ? null : messages.votesAt(last)
  if (last === null || held === null) return true
  return pumpVotes(link, last, { voters: held.voters, ourRound: state.round, withheld })
}

function pumpProposal(link: Link, { state, messages, withheld }: OurSide): boolean {
  const { known } = link
  const proposal = state.proposal
  if (proposal === null || known.round !== proposal.round || known.hasProposal) return true
  if (withheld.hasProposal(proposal)) return true
  if (!link.send(CHANNEL.data, encodeConsensusMessage({ kind: 'proposal', proposal }))) return false
  known.setHasProposal(proposal)
  const { height, polRound } = proposal
  const polka = messages.votesAt({ height, round: polRound, type: VoteType.prevote })
  if (polka === null) return true
  return link.send(
    CHANNEL.data,
    encodeConsensusMessage({
      kind: 'proposal-pol',
      height,
      proposalPolRound: polRound,
      proposalPol: polka.voters,
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

function pumpParts(link: Link, { state, withheld }: OurSide): boolean {
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
  { height, round, part }: { readonly height: bigint; readonly round: number; readonly part: Part },
): boolean {
  const message = encodeConsensusMessage({ kind: 'block-part', height, round, part })
  if (!link.send(CHANNEL.data, message)) return false
  link.known.setHasPart(height, part.index)
  return true
}

// Every round of the height: liveness needs all that a correct node received (paper, gossip).
function pumpRounds(link: Link, { state, messages, withheld }: OurSide): boolean {
  const ourRound = state.round
  for (const { round, prevotes, precommits } of messages.rounds()) {
    // A peer takes votes of its next round, and a few of a later one so that it can skip to it.
    if (round > link.known.round + 1 && round !== ourRound) continue
    const votes = state.votes.get(round)
    if (votes === undefined) continue
    const ofPrevotes = { voters: prevotes.voters, ourRound, withheld }
    if (!pumpVotes(link, votes.prevotes, ofPrevotes)) return false
    const ofPrecommits = { voters: precommits.voters, ourRound, withheld }
    if (!pumpVotes(link, votes.precommits, ofPrecommits)) return false
  }
  return true
}

interface Sending {
  /** Whose votes there are. */
  readonly voters: BitArray
  readonly ourRound: number
  readonly withheld: Withheld
}

function pumpVotes(link: Link, votes: VoteSet, { voters, ourRound, withheld }: Sending): boolean {
  const known = link.known.votesAt(votes, voters.size, Math.max(ourRound, votes.round))
  if (known === null) return true
  // Asked after every event for every peer, and nearly always for nothing: 32 voters at a time.
  let index = voters.nextNotIn(known.has, 0)
  for (; index >= 0; index = voters.nextNotIn(known.has, index + 1)) {
    const vote = bestVote(votes, index)
    // Null for a precommit too late for our next block: it is so for the peer's.
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
