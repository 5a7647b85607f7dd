// Carries transactions between mempools on channel 0x30: pushed when they arrive here, relayed
// after a delay.

import { decodeTxs, encodeTxs, tryDecode } from '../../core/proto/index.ts'
import type { ChannelDescriptor, Peer, Reactor } from '../p2p/index.ts'
import type { Clock, Logger, Timer } from '../ports/index.ts'
import type { Mempool } from './mempool.ts'
import { OutgoingLog } from './outgoing-log.ts'
import type { PooledTx } from './pooled-tx.ts'
import { RelayQueue } from './relay-queue.ts'
import { encodedTxSize } from './tx-limits.ts'

/** The channel of transactions. */
export const MEMPOOL_CHANNEL = 0x30

/** Most transactions in one message, ours and theirs; CometBFT sends one. */
export const MAX_MESSAGE_TXS = 4096

/** Message and list framing around the transactions, at most. */
const FRAMING_BYTES = 16

/** What the reactor is made of. */
export interface MempoolReactorOptions {
  readonly mempool: Mempool
  readonly clock: Clock
  readonly logger: Logger
  /** Ends a peer that breaks the rules. */
  readonly stopPeer: (peer: Peer, reason: string) => void
}

interface PeerCursor {
  readonly peer: Peer
  position: number
  /** False after a refused send until the peer's queue has drained. */
  isReady: boolean
}

interface Batch {
  readonly from: number
  readonly next: number
  readonly message: Uint8Array
}

/**
 * Gossip of transactions. What entered here goes to every peer at the end of the turn; what a peer
 * sent goes to the others, except those who sent it too, only if it still waits after
 * `relayDelayMs`. Per peer one position is kept and nothing is queued, so a slow peer costs no
 * memory.
 */
export class MempoolReactor implements Reactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly #mempool: Mempool
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #stopPeer: (peer: Peer, reason: string) => void
  readonly #log: OutgoingLog
  readonly #relay: RelayQueue
  readonly #peers = new Map<string, PeerCursor>()
  readonly #stopListening: () => void
  #isScheduled = false
  #pushedAtMs = -Infinity
  #batchTimer: Timer | null = null

  constructor(options: MempoolReactorOptions) {
    const { mempool, clock } = options
    this.#mempool = mempool
    this.#clock = clock
    this.#logger = options.logger
    this.#stopPeer = options.stopPeer
    this.#log = new OutgoingLog(mempool)
    this.#relay = new RelayQueue(clock, mempool.config.relayDelayMs, (entries) => {
      for (const entry of entries) this.#offer(entry)
    })
    const largestMessage = mempool.config.maxTxBytes + FRAMING_BYTES
    this.channels = [
      {
        id: MEMPOOL_CHANNEL,
        priority: 5,
        recvMessageCapacity: largestMessage,
        sendQueueBytes: largestMessage + 4 * mempool.config.maxBatchBytes,
      },
    ]
    this.#stopListening = mempool.onTxAdded((entry) => this.#onTxAdded(entry))
    for (const entry of mempool.entries()) this.#log.append(entry)
  }

  addPeer(peer: Peer): void {
    if (!this.#mempool.config.broadcast) return
    this.#peers.set(peer.id, { peer, position: 0, isReady: true })
    this.#schedule()
  }

  removePeer(peer: Peer, _reason: string): void {
    this.#peers.delete(peer.id)
  }

  receive(peer: Peer, _channelId: number, message: Uint8Array): void {
    const decoded = tryDecode(decodeTxs, message)
    const fault = decoded.ok ? this.#faultIn(decoded.value) : decoded.error
    if (fault !== null) return this.#stopPeer(peer, `mempool message: ${fault}`)
    if (!decoded.ok) return
    for (const tx of decoded.value) {
      const result = this.#mempool.checkTx(tx, peer.id)
      // A full mempool stays full for the rest of this message.
      if (!(result instanceof Promise) && !result.ok && result.error.kind === 'full') {
        this.#logger.debug(result.error.reason, { peer: peer.id })
        return
      }
    }
  }

  onDrain(peer: Peer): void {
    const cursor = this.#peers.get(peer.id)
    if (cursor === undefined) return
    cursor.isReady = true
    this.#schedule()
  }

  /** Sends and relays no more. */
  stop(): void {
    this.#stopListening()
    this.#relay.stop()
    this.#batchTimer?.cancel()
    this.#peers.clear()
  }

  #faultIn(txs: readonly Uint8Array[]): string | null {
    if (txs.length === 0) return 'contains no transactions'
    if (txs.length > MAX_MESSAGE_TXS) return `contains ${txs.length} transactions`
    const { maxTxBytes } = this.#mempool.config
    let bytes = 0
    for (const tx of txs) {
      if (tx.length === 0) return 'contains an empty transaction'
      bytes += tx.length
    }
    return bytes > maxTxBytes ? `contains ${bytes} bytes of transactions (max ${maxTxBytes})` : null
  }

  #onTxAdded(entry: PooledTx): void {
    if (!this.#mempool.config.broadcast) return
    if (entry.isLocal) this.#offer(entry)
    else this.#relay.add(entry)
  }

  #offer(entry: PooledTx): void {
    if (!entry.isHeld) return
    this.#log.append(entry)
    this.#schedule()
  }

  // Under load every request is a turn of its own: one message each would cost more than the rest.
  #schedule(): void {
    if (this.#isScheduled || this.#peers.size === 0) return
    this.#isScheduled = true
    const { batchDelayMs } = this.#mempool.config
    const waitMs = this.#pushedAtMs + batchDelayMs - this.#clock.monotonicMs()
    if (waitMs <= 0) return this.#clock.defer(() => this.#push())
    this.#batchTimer = this.#clock.setTimer(waitMs, () => this.#push())
  }

  #push(): void {
    this.#isScheduled = false
    this.#pushedAtMs = this.#clock.monotonicMs()
    // Peers that stand at the same position mostly get the same message; the last one made is
    // reused.
    let shared: Batch | null = null
    for (const cursor of this.#peers.values()) {
      while (cursor.isReady && cursor.position < this.#log.end) {
        const batch: Batch | null = this.#nextBatch(cursor, shared)
        if (batch === null) break
        shared = batch
        if (cursor.peer.send(MEMPOOL_CHANNEL, batch.message)) cursor.position = batch.next
        else cursor.isReady = false
      }
    }
  }

  #nextBatch(cursor: PeerCursor, shared: Batch | null): Batch | null {
    const { id } = cursor.peer
    const { maxBatchBytes } = this.#mempool.config
    const txs: Uint8Array[] = []
    let bytes = 0
    let isForAll = true
    const from = cursor.position
    const next = this.#log.readFrom(from, (entry) => {
      if (entry.hasSender(id)) {
        isForAll = false
        return true
      }
      const size = encodedTxSize(entry.tx.length)
      if (txs.length > 0 && (bytes + size > maxBatchBytes || txs.length === MAX_MESSAGE_TXS)) {
        return false
      }
      bytes += size
      txs.push(entry.tx)
      return true
    })
    if (txs.length === 0) {
      cursor.position = next
      return null
    }
    if (isForAll && shared?.from === from && shared.next === next) return shared
    return { from: isForAll ? from : -1, next, message: encodeTxs(txs) }
  }
}
