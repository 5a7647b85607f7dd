// The accepted connections that have not proved themselves yet: a bounded crowd apart from the
// peers.

import type { Handshake } from './handshake.ts'

/**
 * Holds at most `limit` handshakes. When one more comes, the oldest that has sent nothing makes
 * way, or else the oldest: an honest node sends its key at once, so half-open connections never
 * keep it out.
 */
export class HandshakePool {
  readonly #limit: number
  readonly #handshakes = new Set<Handshake>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#handshakes.size
  }

  add(handshake: Handshake): void {
    if (this.#handshakes.size >= this.#limit) this.#makeWay()
    this.#handshakes.add(handshake)
  }

  delete(handshake: Handshake): void {
    this.#handshakes.delete(handshake)
  }

  /** Gives all of them up. */
  stop(): void {
    for (const handshake of this.#handshakes) handshake.abort({ code: 'P2P_STOPPED' })
    this.#handshakes.clear()
  }

  #makeWay(): void {
    let leaver: Handshake | null = null
    for (const handshake of this.#handshakes) {
      leaver ??= handshake
      if (!handshake.isSilent) continue
      leaver = handshake
      break
    }
    if (leaver === null) return
    this.#handshakes.delete(leaver)
    leaver.abort({ code: 'P2P_CROWDED' })
  }
}
