// Evidence that waits to be judged: bounded for each sender, a little of it in every turn.

import type { Evidence } from '../../core/types/index.ts'
import type { Clock } from '../ports/index.ts'
import type { EvidenceAnswer, EvidenceOrigin } from './answer.ts'

/** Pieces of one sender that may wait. */
export const MAX_WAITING_PER_SENDER = 512

/** Pieces of all senders that may wait. */
export const MAX_WAITING = 4096

/** Bytes of one sender that may wait; one message of a peer is at most half of it. */
export const MAX_WAITING_BYTES_PER_SENDER: number = 2 * 1024 * 1024

/** Pieces judged between two turns of the loop: about a millisecond of signatures. */
const PIECES_PER_TURN = 4

type Judge = (evidence: Evidence, from: EvidenceOrigin) => Promise<EvidenceAnswer>

interface Offer {
  readonly evidence: Evidence
  readonly size: number
  readonly origin: EvidenceOrigin
  readonly resolve: (answer: EvidenceAnswer) => void
  readonly reject: (error: unknown) => void
}

interface Load {
  pieces: number
  bytes: number
}

/**
 * Judges what is offered one after another; everything else of the node has its turn in between.
 */
export class Intake {
  readonly #clock: Clock
  readonly #judge: Judge
  readonly #loads = new Map<EvidenceOrigin, Load>()
  #offers: Offer[] = []
  #isWorking = false

  constructor(clock: Clock, judge: Judge) {
    this.#clock = clock
    this.#judge = judge
  }

  /** The answer, once it is this piece's turn. */
  offer(evidence: Evidence, size: number, origin: EvidenceOrigin): Promise<EvidenceAnswer> {
    const load = this.#loads.get(origin) ?? { pieces: 0, bytes: 0 }
    const isFull =
      this.#offers.length >= MAX_WAITING ||
      load.pieces >= MAX_WAITING_PER_SENDER ||
      load.bytes + size > MAX_WAITING_BYTES_PER_SENDER
    if (isFull) {
      const reason = `${load.pieces} pieces of ${origin} wait to be judged`
      return Promise.resolve({ kind: 'full', reason })
    }
    this.#loads.set(origin, { pieces: load.pieces + 1, bytes: load.bytes + size })
    return new Promise((resolve, reject) => {
      this.#offers.push({ evidence, size, origin, resolve, reject })
      this.#workSoon()
    })
  }

  #workSoon(): void {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#clock.defer(() => void this.#work())
  }

  async #work(): Promise<void> {
    const now = this.#offers.slice(0, PIECES_PER_TURN)
    this.#offers = this.#offers.slice(PIECES_PER_TURN)
    for (const offer of now) {
      this.#release(offer)
      // A failure is the store's, and is told to whoever offered the piece.
      await this.#judge(offer.evidence, offer.origin).then(offer.resolve, offer.reject)
    }
    this.#isWorking = false
    if (this.#offers.length > 0) this.#workSoon()
  }

  #release({ origin, size }: Offer): void {
    const load = this.#loads.get(origin)
    if (load === undefined) return
    if (load.pieces <= 1) this.#loads.delete(origin)
    else this.#loads.set(origin, { pieces: load.pieces - 1, bytes: load.bytes - size })
  }
}
