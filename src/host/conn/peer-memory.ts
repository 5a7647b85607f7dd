// One peer's share of memory: what waits to be sent to it, what it has sent unfinished, and one
// large message.

/** Bytes of each share; their sum is what the queues of a connection may hold. */
export interface PeerMemoryLimits {
  /** Messages that wait to be sent, over all channels. */
  readonly send: number
  /** Buffers of unfinished messages, over all channels. */
  readonly receive: number
  /** The one large message, going out or coming in. */
  readonly large: number
}

/**
 * A message beyond this size does not use the shares of ordinary messages but the one place for a
 * large message.
 */
export const LARGE_MESSAGE_FROM: number = 2 * 1024 * 1024

/**
 * Counts what one connection holds. The shares are apart, so that a queue of ours never costs an
 * honest peer its connection; only large messages exclude each other, and the two sides of a
 * connection never have cause to send each other large ones at the same time (blocks and snapshots
 * flow from the one ahead).
 */
export class PeerMemory {
  readonly limits: PeerMemoryLimits
  #send = 0
  #receive = 0
  #large = 0

  constructor(limits: PeerMemoryLimits) {
    this.limits = limits
  }

  /** Everything held now. */
  get heldBytes(): number {
    return this.#send + this.#receive + this.#large
  }

  get sendRoom(): number {
    return this.limits.send - this.#send
  }

  get receiveRoom(): number {
    return this.limits.receive - this.#receive
  }

  /** What a large message may take now: all or nothing. */
  get largeRoom(): number {
    return this.#large === 0 ? this.limits.large : 0
  }

  /** Takes, or gives back when negative. */
  takeSend(bytes: number): void {
    this.#send += bytes
  }

  /** Takes, or gives back when negative. */
  takeReceive(bytes: number): void {
    this.#receive += bytes
  }

  /** Takes, or gives back when negative. */
  takeLarge(bytes: number): void {
    this.#large += bytes
  }
}
