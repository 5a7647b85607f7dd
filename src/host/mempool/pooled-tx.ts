// A transaction that waits in the mempool.

/** A valid transaction with what is known about it. */
export class PooledTx {
  readonly tx: Uint8Array
  /** SHA-256 of the transaction as a map key (core's `bytesKey`). */
  readonly key: string
  readonly gasWanted: bigint
  /** Height of the last committed block when it was accepted. */
  readonly height: bigint
  /** Whether it still waits; its list's to say. */
  isHeld = false
  /** The first peer that sent it to us and need not get it back. */
  readonly #sender: string | null
  /** Further ones, at most `MAX_SENDERS`; most transactions come once. */
  #otherSenders: string[] | null = null

  constructor(fields: {
    readonly tx: Uint8Array
    readonly key: string
    readonly gasWanted: bigint
    readonly height: bigint
    readonly sender: string | null
  }) {
    this.tx = fields.tx
    this.key = fields.key
    this.gasWanted = fields.gasWanted
    this.height = fields.height
    this.#sender = fields.sender
  }

  /**
   * SHA-256 of the transaction. Made when it is asked for: that is seldom, and kept it would be
   * most of what an entry takes.
   */
  get hash(): Uint8Array {
    return Uint8Array.from(this.key, (letter) => letter.charCodeAt(0))
  }

  /** True when it entered here, through rpc or the embedder, and not from a peer. */
  get isLocal(): boolean {
    return this.#sender === null
  }

  /** Whether this peer sent it to us. */
  hasSender(peerId: string): boolean {
    return this.#sender === peerId || this.#otherSenders?.includes(peerId) === true
  }

  /**
   * Records one more peer that has it. Beyond the bound a peer may get one copy too many, no more.
   */
  addSender(peerId: string): void {
    if (this.hasSender(peerId)) return
    this.#otherSenders ??= []
    if (this.#otherSenders.length < MAX_SENDERS) this.#otherSenders.push(peerId)
  }
}

const MAX_SENDERS = 64
