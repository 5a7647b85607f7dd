// One peer of the reactor: what it is known to have, and what can wait to be told to it.
import type { VoteSet } from '../../core/types/index.ts'
import type { Peer } from '../p2p/index.ts'
import { CHANNEL } from './channels.ts'
import { PeerState } from './peer-state.ts'

/** Announcements that may wait; beyond it they leave at once. */
const MAX_WAITING = 64

/**
 * A peer with its book. Announcements (steps, votes we have) are worth little alone, so they wait
 * for a message that has to leave anyway, or for the reactor's deadline: one frame and one write
 * instead of many.
 */
export class Link {
  readonly peer: Peer
  readonly known: PeerState = new PeerState()
  /** Something changed since the last pass. */
  dirty = false
  /** A pass over the store is under way. */
  readingStore = false
  /** The peer's full queue has refused an announcement since this was last taken back. */
  missedNews = false
  /** The stored precommits of the peer's height that it was last asked about. */
  asked: VoteSet | null = null
  #waiting: Uint8Array[] = []

  constructor(peer: Peer) {
    this.peer = peer
  }

  /** Sends now, with everything that waited; false when the peer's queue is full. */
  send(channelId: number, message: Uint8Array): boolean {
    this.flush()
    const sent = this.peer.send(channelId, message)
    if (!sent && channelId === CHANNEL.state) this.missedNews = true
    return sent
  }

  /**
   * Sends on the state channel at the latest with the next `flush`. True when a deadline is needed.
   */
  announce(message: Uint8Array): boolean {
    this.#waiting.push(message)
    if (this.#waiting.length > MAX_WAITING) this.flush()
    return this.#waiting.length > 0
  }

  /** Sends what waits. What a full queue refuses is lost, and `missedNews` says so. */
  flush(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const message of waiting) {
      if (!this.peer.send(CHANNEL.state, message)) this.missedNews = true
    }
  }
}
