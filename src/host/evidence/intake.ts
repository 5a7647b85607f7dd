// Evidence that waits to be judged: bounded for each sender, a little of it in every turn.

import type { Evidence } from '../../core/types/index.ts'
import type { Clock } from '../ports/index.ts'
import { isRefusal } from './answer.ts'
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
 * Judges what is offered one after another; everything else of the node has its turn in between. A
 * peer that offers something invalid is heard no further: what waits of it is not judged. Clients
 * share one queue, so one of them does not cost the others theirs.
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
    for (let judged = 0; judged < PIECES_PER_TURN; judged++) {
      const offer = this.#offers.shift()
      if (offer === undefined) break
      this.#release(offer)
      const { evidence, origin } = offer
      try {
        const answer = await this.#judge(evidence, origin)
        if (isRefusal(answer) && origin !== 'rpc') this.#dismiss(origin)
        offer.resolve(answer)
      } catch (error) {
        // The store's failure, told to whoever offered the piece.
        offer.reject(error)
      }
    }
    this.#isWorking = false
    if (this.#offers.length > 0) this.#workSoon()
  }

  #dismiss(origin: EvidenceOrigin): void {
    const dismissed = this.#offers.filter((offer) => offer.origin === origin)
    if (dismissed.length === 0) return
    this.#offers = this.#offers.filter((offer) => offer.origin !== origin)
    this.#loads.delete(origin)
    const reason = `${origin} offered invalid evidence before`
    for (const { resolve } of dismissed) resolve({ kind: 'unheard', reason })
  }

  #release({ origin, size }: Offer): void {
    const load = this.#loads.get(origin)
    if (load === undefined) return
    if (load.pieces <= 1) this.#loads.delete(origin)
    else this.#loads.set(origin, { pieces: load.pieces - 1, bytes: load.bytes - size })
  }
}
