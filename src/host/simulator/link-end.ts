// One end of a connection of the simulated network: the peer as a reactor sees it.

import type { NodeInfo } from '../../core/proto/index.ts'
import type { Peer, PeerStats } from '../p2p/index.ts'
import type { NodeClock } from './clock.ts'

/** A message on its way. */
export interface Letter {
  readonly channelId: number
  readonly message: Uint8Array
}

/** Letters that travel together: sent in one moment, delivered in one. */
export interface Bundle {
  readonly sentMs: number
  readonly letters: Letter[]
}

/** Two ends of one connection. */
export interface Connection {
  readonly ends: readonly [LinkEnd, LinkEnd]
  readonly madeMs: number
  /** False once either end has closed it; what is under way is lost then. */
  isUp: boolean
  /** A message of it was lost: both ends will find out. */
  isBroken: boolean
}

/** A node as the network and its peers see it. */
export interface Station {
  readonly id: string
  readonly node: number
  readonly clock: NodeClock
  readonly isRunning: boolean
  nodeInfo(): NodeInfo
  /** Whether a node may become a peer now. */
  admits(id: string): boolean
  peer(id: string): LinkEnd | null
  /** The ends of the connections, oldest first. */
  ends(): LinkEnd[]
  /** The network has made a connection. */
  join(end: LinkEnd): void
  /** A connection is gone. */
  remove(end: LinkEnd, reason: string): void
  /** A letter has arrived. */
  receive(end: LinkEnd, letter: Letter): void
  /** There is room again on channels that refused a message. */
  drain(end: LinkEnd): void
}

/** What carries the letters of an end. */
export interface Carrier {
  readonly nowMs: number
  /** The most bytes that one end may have under way. */
  readonly queueBytes: number
  /** Takes a letter of which the queue has room. */
  send(end: LinkEnd, letter: Letter): void
}

/** What `owner` holds of its peer `remote`. */
export class LinkEnd implements Peer {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly outbound: boolean
  readonly remoteAddress: string
  readonly remoteIp: string
  readonly owner: Station
  readonly remote: Station
  /** When the last letter arrives; the next may not overtake it. */
  lastDueMs = 0
  bundle: Bundle | null = null
  /** What a partition keeps. */
  held: Letter[] = []
  /** Bytes under way or held. */
  queuedBytes = 0
  /** Channels on which the queue refused a message. */
  readonly refused: Set<number> = new Set()
  #connection: Connection | null = null
  readonly #network: Carrier
  #sentBytes = 0

  constructor(network: Carrier, parties: Parties) {
    const { owner, remote, outbound } = parties
    this.#network = network
    this.owner = owner
    this.remote = remote
    this.outbound = outbound
    this.id = remote.id
    this.nodeInfo = remote.nodeInfo()
    this.remoteIp = `node${remote.node}`
    this.remoteAddress = `${this.remoteIp}:26656`
  }

  get connection(): Connection {
    return this.#connection as Connection
  }

  set connection(connection: Connection) {
    this.#connection = connection
  }

  /** The end that the other side holds. */
  get mirror(): LinkEnd {
    const [first, second] = this.connection.ends
    return first === this ? second : first
  }

  send(channelId: number, message: Uint8Array): boolean {
    if (!this.connection.isUp || !this.owner.isRunning) return false
    if (!this.nodeInfo.channels.includes(channelId)) return false
    if (this.queuedBytes + message.length > this.#network.queueBytes && this.queuedBytes > 0) {
      this.refused.add(channelId)
      return false
    }
    this.#sentBytes += message.length
    this.queuedBytes += message.length
    this.#network.send(this, { channelId, message })
    return true
  }

  canSend(channelId: number): boolean {
    return (
      this.connection.isUp &&
      this.nodeInfo.channels.includes(channelId) &&
      this.queuedBytes < this.#network.queueBytes
    )
  }

  stats(): PeerStats {
    return {
      durationMs: this.#network.nowMs - this.connection.madeMs,
      bytesSent: this.#sentBytes,
      bytesReceived: this.mirror.#sentBytes,
      heldBytes: this.queuedBytes,
      channels: [],
    }
  }
}

/** Who is connected with whom, and who has dialled. */
export interface Parties {
  readonly owner: Station
  readonly remote: Station
  readonly outbound: boolean
}
