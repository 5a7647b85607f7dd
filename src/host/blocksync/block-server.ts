// Channel 0x40: tells peers which blocks we have and serves them.
import { decodeBlocksyncMessage, encodeBlockResponse } from '../../core/proto/index.ts'
import { encodeBlocksyncMessage, tryDecode } from '../../core/proto/index.ts'
import type { ChannelDescriptor, Peer, Reactor } from '../p2p/index.ts'
import type { Logger } from '../ports/index.ts'

const CHANNEL_ID = 0x40
/** A peer asks for at most this many blocks ahead (CometBFT: 20); more is a flood. */
const MAX_REQUESTS = 64
const MIB = 1024 * 1024
/** The largest block of the protocol, and its framing. Source: wire.md 2.4. */
const RECV_CAPACITY = 100 * MIB + 1024
/**
 * A block is only queued into an empty queue, so this is the largest block and not a heap of them.
 */
const SEND_QUEUE_BYTES = 8 * MIB

/** The blocks that can be served. */
export interface ServedBlocks {
  readonly base: bigint
  readonly height: bigint
  /** The encoded block, or null when it is not stored. */
  loadBlockBytes(height: bigint): Promise<Uint8Array | null>
}

/** What the server is made of. */
export interface BlockServerOptions {
  readonly blocks: ServedBlocks
  readonly logger: Logger
  readonly stopPeer: (peer: Peer, reason: string) => void
}

interface Client {
  readonly peer: Peer
  readonly wanted: bigint[]
  serving: boolean
}

/** Serves stored blocks. Wire: blocksync/types.proto Message. */
export class BlockServer implements Reactor {
  readonly channels: readonly ChannelDescriptor[] = [
    {
      id: CHANNEL_ID,
      priority: 5,
      recvMessageCapacity: RECV_CAPACITY,
      sendQueueBytes: SEND_QUEUE_BYTES,
    },
  ]
  readonly #options: BlockServerOptions
  readonly #clients = new Map<string, Client>()

  constructor(options: BlockServerOptions) {
    this.#options = options
  }

  // A CometBFT node leaves block sync only once a peer has told it a status (wire.md 2.12).
  addPeer(peer: Peer): void {
    this.#clients.set(peer.id, { peer, wanted: [], serving: false })
    this.#sendStatus(peer)
  }

  removePeer(peer: Peer): void {
    this.#clients.delete(peer.id)
  }

  onDrain(peer: Peer): void {
    const client = this.#clients.get(peer.id)
    if (client !== undefined) this.#serve(client)
  }

  receive(peer: Peer, _channelId: number, bytes: Uint8Array): void {
    const client = this.#clients.get(peer.id)
    const decoded = tryDecode(decodeBlocksyncMessage, bytes)
    if (!decoded.ok) return this.#options.stopPeer(peer, decoded.error)
    if (client === undefined) return
    switch (decoded.value.kind) {
      case 'status-request':
        return this.#sendStatus(peer)
      case 'block-request':
        return this.#takeRequest(client, decoded.value.height)
      case 'block-response':
        return this.#options.stopPeer(peer, 'block-response that was not asked for')
      default:
        // A peer's status is of no use to a node that catches up by consensus gossip.
        return
    }
  }

  #sendStatus(peer: Peer): void {
    const { height, base } = this.#options.blocks
    peer.send(CHANNEL_ID, encodeBlocksyncMessage({ kind: 'status-response', height, base }))
  }

  #takeRequest(client: Client, height: bigint): void {
    if (height < 0n) return this.#options.stopPeer(client.peer, 'block-request: negative height')
    if (client.wanted.length >= MAX_REQUESTS) {
      return this.#options.stopPeer(client.peer, `more than ${MAX_REQUESTS} block requests open`)
    }
    client.wanted.push(height)
    this.#serve(client)
  }

  // One reader per peer; it stops when the queue is full and goes on when the peer has drained it.
  #serve(client: Client): void {
    if (client.serving || client.wanted.length === 0) return
    client.serving = true
    this.#answerWanted(client)
      .catch((error: unknown) => this.#options.logger.error('stored block not read', { error }))
      .finally(() => {
        client.serving = false
      })
  }

  async #answerWanted(client: Client): Promise<void> {
    let height: bigint | undefined
    while ((height = client.wanted[0]) !== undefined) {
      const bytes = await this.#options.blocks.loadBlockBytes(height)
      const answer =
        bytes === null
          ? encodeBlocksyncMessage({ kind: 'no-block-response', height })
          : encodeBlockResponse(bytes)
      if (!client.peer.send(CHANNEL_ID, answer)) return
      client.wanted.shift()
    }
  }
}
