// Which contradictions honest nodes were shown, judged from what was delivered to them alone.

import { bytesKey, equalBytes } from '../../core/bytes/index.ts'
import type { Proposal, Vote } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { shapeOfProposal, shapeOfVote } from './naive-evidence.ts'
import type { Bench, Seat } from './naive-rotation.ts'

/** Offences of one validator at one height that a node keeps; more of them prove nothing new. */
const KEPT_OFFENCES = 16
/** Messages for one step that are kept of a validator, forgeries in its name included. */
const KEPT_MESSAGES = 8
const PART_BYTES = 65_536n
const LARGEST_BLOCK = 104_857_600n

/** Something that a validator did and that can be proved. */
export interface Offence {
  /** As `offenceOf` names it. */
  readonly name: string
  readonly culprit: number
  readonly height: bigint
  /** For people. */
  readonly what: string
}

/** What a node was shown of one height. */
interface HeightView {
  /** The messages of each validator for each step. */
  readonly votes: Map<number, Vote[]>
  readonly proposals: Map<number, Proposal[]>
  readonly offences: Map<number, Set<string>>
}

/** What is known of one life of a node. */
interface NodeView {
  /** True from its first signature on: nobody outside knows earlier whether it listens. */
  isLive: boolean
  /** The first height of this life. */
  firstHeight: bigint
  /** The last height it committed, and the round that decided it. */
  height: bigint
  lastRound: number
  /** The highest round that it voted in at the next height. */
  round: number
  readonly heights: Map<bigint, HeightView>
}

/**
 * Judges what a node must have found. A message counts that came in the life in which its
 * contradiction came, is of the height that the node works on or of the one below, and of no later
 * round than one above those in which the node was seen. Nodes hear more than that; they owe this.
 */
export class Sightings {
  readonly #ledger: Ledger
  readonly #views = new Map<number, NodeView>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** The last height that a node committed. */
  heightOf(node: number): bigint {
    return this.#viewOf(node).height
  }

  /** A life begins or ends: what the node was shown is gone. */
  forget(node: number): void {
    const view = this.#viewOf(node)
    view.isLive = false
    view.round = 0
    view.heights.clear()
  }

  /** The node signed something. */
  onSigned(node: number, { height, round }: Vote | Proposal): void {
    const view = this.#viewOf(node)
    if (!view.isLive) view.firstHeight = view.height + 1n
    view.isLive = true
    if (height === view.height + 1n && round > view.round) view.round = round
  }

  /** The node committed a block. */
  onCommitted(node: number, height: bigint, round: number): void {
    const view = this.#viewOf(node)
    if (height <= view.height) return
    view.height = height
    view.lastRound = round
    view.round = 0
    for (const old of view.heights.keys()) if (old < height) view.heights.delete(old)
  }

  /** The offence that this vote makes complete for the node. */
  onVote(node: number, vote: Vote): Offence | null {
    const culprit = this.#ledger.indexOf(vote.validatorAddress)
    const { height, round, type } = vote
    if (!this.#ledger.isVillain(culprit) || !this.#isHeard(node, vote)) return null
    const bench = this.#ledger.benchAt(height)
    const seat = bench?.seats[vote.validatorIndex]
    if (seat === undefined || !equalBytes(seat.address, vote.validatorAddress)) return null
    if (shapeOfVote(vote).length > 0 || vote.extensionSignature.length > 0) return null
    const view = this.#heightView(node, height)
    const place = (round * 2 + (type % 2)) * 256 + vote.validatorIndex
    const all = keep(view.votes, place, vote)
    const isSigned = (each: Vote): boolean => this.#ledger.notary.signedVote(seat.pubKey, each)
    if (all === null || !contradict(all, isSigned)) return null
    const who = bytesKey(vote.validatorAddress)
    return note(view, {
      name: `votes ${height}/${round}/${type} of ${who}`,
      culprit,
      height,
      what: `${type === 1 ? 'prevoted' : 'precommitted'} twice at ${height}/${round}`,
    })
  }

  /** The offence that this proposal makes complete for the node. */
  onProposal(node: number, proposal: Proposal): Offence | null {
    const { height, round, polRound } = proposal
    if (!this.#isHeard(node, proposal) || height < this.#viewOf(node).firstHeight) return null
    const bench = this.#ledger.benchAt(height)
    const seat = bench === null ? null : this.#proposerOf(bench, height, round)
    if (seat === null || polRound >= round || shapeOfProposal(proposal).length > 0) return null
    const culprit = this.#ledger.indexOf(seat.address)
    if (!this.#ledger.isVillain(culprit) || this.#isTooLarge(proposal)) return null
    const view = this.#heightView(node, height)
    const all = keep(view.proposals, round, proposal)
    const { notary } = this.#ledger
    const isSigned = (each: Proposal): boolean => notary.signedProposal(seat.pubKey, each)
    if (all === null || !contradict(all, isSigned)) return null
    return note(view, {
      name: `proposals ${height}/${round} of ${bytesKey(seat.address)}`,
      culprit,
      height,
      what: `proposed twice at ${height}/${round}`,
    })
  }

  #isHeard(node: number, { height, round }: Vote | Proposal): boolean {
    const view = this.#viewOf(node)
    if (!view.isLive) return false
    if (height === view.height + 1n) return round <= view.round + 1
    return height === view.height && round <= view.lastRound + 1
  }

  #isTooLarge({ height, blockId }: Proposal): boolean {
    const maxBytes = this.#ledger.paramsAt(height)?.block.maxBytes ?? -1n
    const limit = maxBytes === -1n ? LARGEST_BLOCK : maxBytes
    return BigInt(blockId.partSetHeader.total) > (limit + PART_BYTES - 1n) / PART_BYTES
  }

  #proposerOf({ seats }: Bench, height: bigint, round: number): Seat | null {
    const proposer = this.#ledger.proposerAt(height, round)
    if (proposer === null) return null
    return seats.find(({ address }) => equalBytes(address, proposer)) ?? null
  }

  #heightView(node: number, height: bigint): HeightView {
    const { heights } = this.#viewOf(node)
    const known = heights.get(height)
    if (known !== undefined) return known
    const fresh = { votes: new Map(), proposals: new Map(), offences: new Map() }
    heights.set(height, fresh)
    return fresh
  }

  #viewOf(node: number): NodeView {
    const known = this.#views.get(node)
    if (known !== undefined) return known
    const height = this.#ledger.setting.genesis.initialHeight - 1n
    const first = { isLive: false, firstHeight: height + 1n, lastRound: -1, round: 0 }
    const fresh = { ...first, height, heights: new Map() }
    this.#views.set(node, fresh)
    return fresh
  }
}

/** All messages for a place with this one, null when it brings nothing new. */
function keep<M extends Vote | Proposal>(
  places: Map<number, M[]>,
  place: number,
  message: M,
): readonly M[] | null {
  const known = places.get(place)
  if (known === undefined) {
    places.set(place, [message])
    return null
  }
  const isKnown = known.some(({ signature }) => equalBytes(signature, message.signature))
  if (isKnown || known.length >= KEPT_MESSAGES) return null
  known.push(message)
  return known
}

// Signatures are looked at only where somebody seems to contradict himself.
function contradict<M extends Vote | Proposal>(
  all: readonly M[],
  isSigned: (message: M) => boolean,
): boolean {
  let first: string | null = null
  for (const message of all) {
    if (!isSigned(message)) continue
    const polRound = 'polRound' in message ? message.polRound : -1
    const value = `${polRound} ${keyOf(message.blockId)}`
    first ??= value
    if (value !== first) return true
  }
  return false
}

// Each offence once, and so many of a validator at a height.
function note({ offences }: HeightView, offence: Offence): Offence | null {
  const { culprit, name } = offence
  const known = offences.get(culprit) ?? new Set()
  offences.set(culprit, known)
  if (known.has(name) || known.size >= KEPT_OFFENCES) return null
  known.add(name)
  return offence
}
