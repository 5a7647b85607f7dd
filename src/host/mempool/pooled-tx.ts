// A transaction that waits in the mempool.

/** A valid transaction with what is known about it. */
export class PooledTx {
  readonly tx: Uint8Array
  /** SHA-256 of the transaction. */
  readonly hash: Uint8Array
  /** The hash as a map key (core's `bytesKey`). */
  readonly key: string
  readonly gasWanted: bigint
  /** Height of the last committed block when it was accepted. */
  readonly height: bigint
  /** True when it entered here, through rpc or the embedder, and not from a peer. */
  readonly isLocal: boolean
  /**
   * Peers that sent it to us and need not get it back; at most the connected peers ever recorded,
   * see below.
   */
  readonly #senders: string[] = []

  constructor(fields: {
    readonly tx: Uint8Array
    readonly hash: Uint8Array
    readonly key: string
    readonly gasWanted: bigint
    readonly height: bigint
    readonly sender: string | null
  }) {
    this.tx = fields.tx
    this.hash = fields.hash
    this.key = fields.key
    this.gasWanted = fields.gasWanted
    this.height = fields.height
    this.isLocal = fields.sender === null
    if (fields.sender !== null) this.#senders.push(fields.sender)
  }

  /** Whether this peer sent it to us. */
  hasSender(peerId: string): boolean {
    return this.#senders.includes(peerId)
  }

  /**
   * Records one more peer that has it. Beyond the bound a peer may get one copy too many, no more.
   */
  addSender(peerId: string): void {
    if (this.#senders.length < MAX_SENDERS && !this.hasSender(peerId)) this.#senders.push(peerId)
  }
}

const MAX_SENDERS = 64
