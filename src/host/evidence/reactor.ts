// Carries evidence between nodes on channel 0x38: each piece once to every peer that can judge it.

import { decodeEvidenceList, encodeEvidenceList, tryDecode } from '../../core/proto/index.ts'
import { offenceKey, validateEvidence } from '../../core/types/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { ChannelDescriptor, Peer, Reactor } from '../p2p/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import { isRefusal } from './answer.ts'
import type { EvidenceAnswer } from './answer.ts'
import { heightToJudge } from './chain-judge.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { PendingPiece } from './pending-pieces.ts'

/** The channel of evidence. */
export const EVIDENCE_CHANNEL = 0x38

const MIB = 1024 * 1024

/** Bytes of several pieces that share a message; a larger one travels alone. */
const BATCH_BYTES = 64 * 1024

/** What the reactor is made of. */
export interface EvidenceReactorOptions {
  readonly store: EvidenceStore
  readonly crypto: Crypto
  readonly clock: Clock
  readonly logger: Logger
  /** The height that a peer works on, 0n while it has said nothing. */
  readonly heightOf: (peerId: string) => bigint
  /** Ends a peer that breaks the rules. */
  readonly stopPeer: (peer: Peer, reason: string) => void
}

interface Book {
  readonly peer: Peer
  /** Pending pieces that the peer was sent or sent us; forgotten with the piece itself. */
  readonly known: WeakSet<PendingPiece>
  /** What it was offered last: all the news up to then, for the height that it had. */
  offered: { readonly news: number; readonly height: bigint }
}

const NOTHING_OFFERED: Book['offered'] = { news: -1, height: -1n }

/**
 * Gossip of pending evidence. A peer gets a piece once it has the blocks to judge it by: CometBFT
 * drops whoever sends it evidence that it cannot place.
 * What a peer knows is forgotten when it leaves, so after a reconnect it gets everything again.
 *
 * A peer that sends evidence that proves nothing, or of a kind that this chain does not know, is
 * dropped. One whose evidence is early, too old or about blocks that we do not keep is not: it may
 * only be at another height than we are. CometBFT drops that one too.
 */
export class EvidenceReactor implements Reactor {
  readonly channels: readonly ChannelDescriptor[] = [
    { id: EVIDENCE_CHANNEL, priority: 6, recvMessageCapacity: MIB, sendQueueBytes: 2 * MIB },
  ]
  readonly #options: EvidenceReactorOptions
  readonly #books = new Map<string, Book>()
  readonly #stopListening: () => void
  /** How often something became pending. */
  #news = 0
  #isScheduled = false

  constructor(options: EvidenceReactorOptions) {
    this.#options = options
    this.#stopListening = options.store.listen({
      onPending: (piece, from) => {
        this.#books.get(from)?.known.add(piece)
        this.#news++
        this.#schedule()
      },
      onBlock: () => this.onHeight(),
    })
  }

  addPeer(peer: Peer): void {
    this.#books.set(peer.id, { peer, known: new WeakSet(), offered: NOTHING_OFFERED })
    this.#schedule()
  }

  removePeer(peer: Peer, _reason: string): void {
    this.#books.delete(peer.id)
  }

  receive(peer: Peer, _channelId: number, message: Uint8Array): void {
    const decoded = tryDecode(decodeEvidenceList, message)
    const fault = decoded.ok ? this.#faultIn(decoded.value) : decoded.error
    if (fault !== null) return this.#options.stopPeer(peer, `evidence message: ${fault}`)
    if (!decoded.ok) return
    for (const evidence of decoded.value) {
      void this.#options.store.add(evidence, peer.id).then(
        (answer) => this.#onAnswer(peer, evidence, answer),
        (error: unknown) => this.#options.logger.error('evidence was not kept', { error }),
      )
    }
  }

  onDrain(): void {
    this.#schedule()
  }

  /** A block was committed, or a peer reached another height: somebody may be sent more now. */
  onHeight(): void {
    if (this.#options.store.size > 0) this.#schedule()
  }

  /** Sends no more. */
  stop(): void {
    this.#stopListening()
    this.#books.clear()
  }

  #faultIn(list: readonly Evidence[]): string | null {
    for (const [index, evidence] of list.entries()) {
      const reason = validateEvidence(this.#options.crypto, evidence)
      if (reason !== null) return `piece ${index}: ${reason}`
    }
    return null
  }

  #onAnswer(peer: Peer, evidence: Evidence, answer: EvidenceAnswer): void {
    if (isRefusal(answer)) {
      // Of a peer that left meanwhile, or of one of its many pieces, once is enough.
      if (this.#books.get(peer.id)?.peer !== peer) return
      return this.#options.stopPeer(peer, `invalid evidence: ${answer.reason}`)
    }
    const piece = answer.kind === 'pending' ? this.#options.store.piece(offenceKey(evidence)) : null
    if (piece !== null) this.#books.get(peer.id)?.known.add(piece)
    if ('reason' in answer) {
      const { kind, reason } = answer
      this.#options.logger.debug('evidence not taken', { peer: peer.id, answer: kind, reason })
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#books.size === 0) return
    this.#isScheduled = true
    this.#options.clock.defer(() => this.#push())
  }

  #push(): void {
    this.#isScheduled = false
    for (const book of this.#books.values()) {
      const height = this.#options.heightOf(book.peer.id)
      const { offered } = book
      // Peers tell their steps many times a block.
      if (offered.news === this.#news && offered.height === height) continue
      if (this.#pushTo(book, height)) book.offered = { news: this.#news, height }
    }
  }

  // False when the peer's queue is full: it is tried again once that has drained.
  #pushTo({ peer, known }: Book, height: bigint): boolean {
    if (!peer.canSend(EVIDENCE_CHANNEL)) return false
    const wanted = [...this.#options.store.pieces()].filter(
      (piece) => !known.has(piece) && this.#isOfUse(piece, height),
    )
    for (const batch of batchesOf(wanted)) {
      const message = encodeEvidenceList(batch.map(({ evidence }) => evidence))
      if (!peer.send(EVIDENCE_CHANNEL, message)) return false
      for (const piece of batch) known.add(piece)
    }
    return true
  }

  /** It has what the fault is judged by, and the fault is not too old for it. */
  #isOfUse({ evidence, height, bytes }: PendingPiece, peerHeight: bigint): boolean {
    const maxAge = this.#options.store.chainState?.consensusParams.evidence.maxAgeNumBlocks ?? 0n
    const isAbove = heightToJudge(evidence) < peerHeight
    return isAbove && peerHeight - height <= maxAge && bytes.length < MIB - 16
  }
}

function batchesOf(pieces: readonly PendingPiece[]): PendingPiece[][] {
  const batches: PendingPiece[][] = []
  let room = 0
  for (const piece of pieces) {
    const size = piece.bytes.length
    const last = batches.at(-1)
    if (last === undefined || size > room) {
      batches.push([piece])
      room = BATCH_BYTES
    } else last.push(piece)
    room -= size
  }
  return batches
}
