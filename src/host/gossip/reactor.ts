// Consensus gossip: tells peers our step, takes their messages, and sends each what it lacks.
import {
  decodeConsensusMessage,
  encodeConsensusMessage,
  tryDecode,
} from '../../core/proto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import type { PartSetHeader, Proposal, Vote, VoteSet } from '../../core/types/index.ts'
import type { ConsensusEngine, EngineListener } from '../engine/index.ts'
import type { ChannelDescriptor, Peer, Reactor } from '../p2p/index.ts'
import type { Clock, Logger, Timer } from '../ports/index.ts'
import { CHANNEL, CONSENSUS_CHANNELS } from './channels.ts'
import { newRoundStepOf, newValidBlockOf, validateMessage } from './messages.ts'
import { Link } from './link.ts'
import { needsStored, pumpCurrent, pumpStored } from './pump.ts'
import type { StoredBlocks } from './pump.ts'
import { RelayBuffer } from './relay-buffer.ts'

/** What the reactor is made of. */
export interface ConsensusReactorOptions {
  readonly engine: ConsensusEngine
  readonly blocks: StoredBlocks
  readonly clock: Clock
  readonly logger: Logger
  readonly initialHeight: bigint
  /** Ends the connection of a peer that broke the protocol. */
  readonly stopPeer: (peer: Peer, reason: string) => void
  /** A peer has moved to another height, round or step. */
  readonly onPeerStep?: () => void
}

/**
 * How long, and at most twice that, a message of somebody else waits for the peer's own word that
 * it has it.
 */
const RELAY_DELAY_MS = 10
/** How long an announcement waits for a message to travel with; well below the relay delay. */
const ANNOUNCE_DELAY_MS = 3
/** The deadline that mends lost messages; everything else is sent on an event. */
const REPAIR_MS = 2000

/** Consensus channels 0x20 to 0x23 of one node. Counterpart in CometBFT: consensus/reactor.go. */
export class ConsensusReactor implements Reactor, EngineListener {
  readonly channels: readonly ChannelDescriptor[] = CONSENSUS_CHANNELS
  readonly #options: ConsensusReactorOptions
  readonly #links = new Map<string, Link>()
  readonly #withheld = new RelayBuffer()
  #relayTimer: Timer | null = null
  #announceTimer: Timer | null = null
  #announcedPlace = ''
  #repairedAt = ''
  #repairTimer: Timer | null = null
  #pumpDeferred = false

  constructor(options: ConsensusReactorOptions) {
    this.#options = options
  }

  /** Begins the repair deadline. */
  start(): void {
    this.#repairTimer = this.#options.clock.setTimer(REPAIR_MS, () => this.#repair())
  }

  /** Cancels every deadline; nothing is sent afterwards. */
  stop(): void {
    this.#repairTimer?.cancel()
    this.#relayTimer?.cancel()
    this.#announceTimer?.cancel()
    this.#links.clear()
  }

  /** The peers and what is known of them, for an operator's dump. */
  links(): readonly Link[] {
    return [...this.#links.values()]
  }

  addPeer(peer: Peer): void {
    const link = new Link(peer)
    this.#links.set(peer.id, link)
    const step = this.#ownStep()
    if (step !== null) link.send(CHANNEL.state, step)
  }

  removePeer(peer: Peer): void {
    this.#links.delete(peer.id)
    this.#options.engine.removePeer(peer.id)
  }

  onDrain(peer: Peer): void {
    const link = this.#links.get(peer.id)
    if (link === undefined) return
    if (link.missedNews) this.#tellPlace(link)
    this.#pumpSoon(link)
  }

  // A peer that does not know our step, or which parts we lack, sends us nothing ever again.
  #tellPlace(link: Link): void {
    link.missedNews = false
    const { state } = this.#options.engine
    const step = this.#ownStep()
    const collected = state.proposalParts?.isComplete === false ? newValidBlockOf(state) : null
    if (step !== null) link.send(CHANNEL.state, step)
    if (step === null || collected === null) return
    link.send(CHANNEL.state, encodeConsensusMessage(collected))
  }

  receive(peer: Peer, channelId: number, bytes: Uint8Array): void {
    const link = this.#links.get(peer.id)
    if (link === undefined) return
    const decoded = tryDecode(decodeConsensusMessage, bytes)
    const refusal = decoded.ok
      ? validateMessage(decoded.value, channelId, this.#options.initialHeight)
      : decoded.error
    if (refusal !== null) return this.#options.stopPeer(peer, refusal)
    if (decoded.ok) this.#take(link, decoded.value)
  }

  #take(link: Link, message: ConsensusWireMessage): void {
    switch (message.kind) {
      case 'new-round-step':
        if (!link.known.applyRoundStep(message)) return
        this.#options.onPeerStep?.()
        return this.#pumpSoon(link)
      case 'new-valid-block':
        link.known.applyValidBlock({
          height: message.height,
          round: message.round,
          header: message.blockPartSetHeader,
          bits: message.blockParts,
          isCommit: message.isCommit,
        })
        return this.#pumpSoon(link)
      case 'has-vote':
        return this.#confirm(link, message)
      case 'vote-set-maj23':
        return this.#answerMaj23(link, message)
      case 'vote-set-bits':
        return this.#takeVoteSetBits(link, message)
      case 'proposal-pol':
        // Every prevote of the height is sent anyway, so what a peer's polka lacks needs no book.
        return
      default:
        return this.#takeSigned(link, message)
    }
  }

  #takeSigned(
    link: Link,
    message: Extract<ConsensusWireMessage, { kind: 'proposal' | 'block-part' | 'vote' }>,
  ): void {
    const { engine } = this.#options
    const { peer, known } = link
    let refusal: string | null
    if (message.kind === 'proposal') {
      known.setHasProposal(message.proposal)
      refusal = engine.receiveProposal(message.proposal, peer.id)
    } else if (message.kind === 'block-part') {
      known.setHasPart(message.height, message.part.index)
      refusal = engine.receivePart(message)
    } else {
      const { vote } = message
      const { height, round, type, validatorIndex: index } = vote
      this.#confirm(link, { height, round, type, index })
      refusal = engine.receiveVote(vote, peer.id)
    }
    if (refusal !== null) this.#options.stopPeer(peer, refusal)
  }

  #confirm(
    link: Link,
    place: { height: bigint; round: number; type: number; index: number },
  ): void {
    const { state, messages } = this.#options.engine
    // Peers are heard while the log is still read: nothing is ours to compare with yet.
    if (state.height === 0n) return
    link.known.confirmVote(place, messages.validatorsAt(place.height), state.round)
  }

  #answerMaj23(
    link: Link,
    message: Extract<ConsensusWireMessage, { kind: 'vote-set-maj23' }>,
  ): void {
    const { engine } = this.#options
    const refusal = engine.claimMaj23({ ...message, peerId: link.peer.id })
    if (refusal !== null) return this.#options.stopPeer(link.peer, refusal)
    const ours = engine.messages.votesAt(message)
    if (ours === null) return
    const { height, round, type, blockId } = message
    const votes = ours.bitsFor(blockId)
    const answer = { kind: 'vote-set-bits', height, round, type, blockId, votes } as const
    link.send(CHANNEL.voteSetBits, encodeConsensusMessage(answer))
  }

  #takeVoteSetBits(
    link: Link,
    message: Extract<ConsensusWireMessage, { kind: 'vote-set-bits' }>,
  ): void {
    const ours = this.#options.engine.messages.votesAt(message) ?? askedAt(link, message)
    if (ours === null) return
    link.known.applyVoteSetBits(message, message.votes, ours.bitsFor(message.blockId))
    this.#pumpSoon(link)
  }

  // Peers may send us votes and parts of a height or round once they know that we are there.
  onStep(): void {
    const { height, round } = this.#options.engine.state
    const place = `${height}/${round}`
    const isUrgent = place !== this.#announcedPlace
    this.#announcedPlace = place
    const step = this.#ownStep()
    if (step !== null) this.#tellAll(step, isUrgent)
    this.#pumpAllSoon()
  }

  // Urgent for a node that waits for parts; otherwise it only says what everybody expects.
  onValidBlock(): void {
    const { state } = this.#options.engine
    const message = newValidBlockOf(state)
    if (message === null) return
    this.#tellAll(encodeConsensusMessage(message), state.proposalParts?.isComplete !== true)
  }

  onVoteAdded(vote: Vote, own: boolean): void {
    if (own) return this.#pumpAllSoon()
    this.#tellHasVote(vote)
    this.#withheld.addVote(vote)
    this.#relayLater()
  }

  // Who sent us the vote knows that we have it.
  #tellHasVote(vote: Vote): void {
    const { height, round, type, validatorIndex: index } = vote
    const { state, messages } = this.#options.engine
    const size = messages.validatorsAt(height)
    const message = encodeConsensusMessage({ kind: 'has-vote', height, round, type, index })
    for (const link of this.#links.values()) {
      const { known } = link
      if (known.height !== height && known.height !== height + 1n) continue
      if (known.votesAt(vote, size, state.round)?.confirmed.get(index) === true) continue
      this.#tellLater(link, message)
    }
  }

  onPartAdded(header: PartSetHeader, index: number): void {
    this.#withheld.addPart(header, index)
    this.#relayLater()
  }

  onProposal(proposal: Proposal, own: boolean): void {
    if (own) return this.#pumpAllSoon()
    this.#withheld.addProposal(proposal)
    this.#relayLater()
  }

  #ownStep(): Uint8Array | null {
    const { engine, clock } = this.#options
    const message = newRoundStepOf(engine, clock.monotonicMs())
    return message === null ? null : encodeConsensusMessage(message)
  }

  #tellAll(message: Uint8Array, isUrgent: boolean): void {
    for (const link of this.#links.values()) {
      if (isUrgent) link.send(CHANNEL.state, message)
      else this.#tellLater(link, message)
    }
  }

  #tellLater(link: Link, message: Uint8Array): void {
    if (!link.announce(message)) return
    this.#announceTimer ??= this.#options.clock.setTimer(ANNOUNCE_DELAY_MS, () => {
      this.#announceTimer = null
      for (const each of this.#links.values()) each.flush()
    })
  }

  // In a full mesh nearly every message arrives from its author; passing it on at once would
  // multiply the traffic by the number of peers. The peer's HasVote usually comes first.
  #relayLater(): void {
    this.#relayTimer ??= this.#options.clock.setTimer(RELAY_DELAY_MS, () => {
      this.#relayTimer = null
      if (this.#withheld.age()) this.#relayLater()
      this.#pumpAllSoon()
    })
  }

  #pumpAllSoon(): void {
    for (const link of this.#links.values()) this.#pumpSoon(link)
  }

  // One pass at the end of the turn serves every event of the turn.
  #pumpSoon(link: Link): void {
    link.dirty = true
    if (this.#pumpDeferred) return
    this.#pumpDeferred = true
    this.#options.clock.defer(() => {
      this.#pumpDeferred = false
      for (const each of this.#links.values()) if (each.dirty) this.#pump(each)
    })
  }

  #pump(link: Link): void {
    link.dirty = false
    const { engine } = this.#options
    const { height } = link.known
    // Nothing on 0x21 and 0x22 before the peer's first step: it would be dropped there.
    if (height === 0n || !engine.running) return
    const { state, messages } = engine
    pumpCurrent(link, { state, messages, withheld: this.#withheld })
    if (needsStored(link, state.height)) this.#pumpFromStore(link)
  }

  #pumpFromStore(link: Link): void {
    if (link.readingStore) {
      // What the reader has passed already may be lacking again.
      link.dirty = true
      return
    }
    link.readingStore = true
    const { height } = link.known
    pumpStored(link, this.#options.blocks, this.#options.engine.state.height)
      .catch((error: unknown) => this.#options.logger.error('stored block not read', { error }))
      .finally(() => {
        link.readingStore = false
        // The peer moved on while the store was read.
        if (link.known.height !== height || link.dirty) this.#pumpSoon(link)
      })
  }

  // Mends what was lost or dropped: asks which votes are missing, sends unconfirmed ones again, and
  // where nothing has moved since the last time tells everybody again where that is, and the
  // operator what is missing.
  #repair(): void {
    this.#repairTimer = this.#options.clock.setTimer(REPAIR_MS, () => this.#repair())
    const { height, round, step } = this.#options.engine.state
    const place = `${height}/${round}/${step}`
    const isStuck = place === this.#repairedAt
    this.#repairedAt = place
    if (isStuck) this.#options.engine.reportWait()
    for (const link of this.#links.values()) {
      if (isStuck) this.#tellPlace(link)
      link.known.forgetUnconfirmed()
      this.#askMaj23(link)
      this.#pumpSoon(link)
    }
  }

  #askMaj23(link: Link): void {
    const { state } = this.#options.engine
    if (link.known.height < state.height) return this.#askStoredMaj23(link)
    if (link.known.height !== state.height) return
    const rounds = new Set([state.round, link.known.round, state.validRound, state.lockedRound])
    for (const round of rounds) {
      const votes = state.votes.get(round)
      if (votes === undefined) continue
      for (const set of [votes.prevotes, votes.precommits]) {
        const { maj23, type } = set
        if (maj23 === null || maj23 === 'nil') continue
        const claim = { kind: 'vote-set-maj23', height: state.height, round, type } as const
        link.send(CHANNEL.state, encodeConsensusMessage({ ...claim, blockId: maj23 }))
      }
    }
  }

  // A validator that voted twice may have given the peer its other precommit: then the peer says
  // that it has one, and yet lacks the one that decided.
  #askStoredMaj23(link: Link): void {
    const { blocks, logger } = this.#options
    const { height } = link.known
    link.asked = null
    if (height === 0n || height < blocks.base) return
    blocks
      .precommits(height)
      .then((precommits) => {
        const maj23 = precommits?.maj23 ?? null
        if (precommits === null || maj23 === null || maj23 === 'nil') return
        if (link.known.height !== height) return
        link.asked = precommits
        const { round, type } = precommits
        const claim = { kind: 'vote-set-maj23', height, round, type } as const
        link.send(CHANNEL.state, encodeConsensusMessage({ ...claim, blockId: maj23 }))
      })
      .catch((error: unknown) => logger.error('stored precommits not read', { error }))
  }
}

function askedAt(
  { asked }: Link,
  place: { readonly height: bigint; readonly round: number; readonly type: number },
): VoteSet | null {
  const fits = asked?.height === place.height && asked.round === place.round
  return fits && asked.type === place.type ? asked : null
}
