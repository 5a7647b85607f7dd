// What a reactor may do with a peer, and what a reactor is.

import type { NodeInfo } from '../../core/proto/index.ts'
import type { ChannelDescriptor, ChannelStats } from '../conn/index.ts'

/** Counters of one peer. */
export interface PeerStats {
  /** Milliseconds since the handshake was done. */
  readonly durationMs: number
  /** Bytes on the wire, handshake included. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Bytes of memory that the peer costs now: queues, unfinished messages, socket buffer. */
  readonly heldBytes: number
  readonly channels: readonly ChannelStats[]
}

/** A node that has proved who it is and whose network, block version and channels fit ours. */
export interface Peer {
  /** Lower hex of 20 bytes. */
  readonly id: string
  readonly nodeInfo: NodeInfo
  /** True when we dialled. */
  readonly outbound: boolean
  /** `host:port` of the other end of the connection. */
  readonly remoteAddress: string
  /** The host of `remoteAddress`. */
  readonly remoteIp: string
  /**
   * Queues a message; it leaves at the end of this turn, in frames shared with everything else sent
   * in the turn. False when the queue is full or the peer does not list the channel: nothing is
   * queued. After a full queue the reactor's `onDrain` comes once there is room again.
   */
  send(channelId: number, message: Uint8Array): boolean
  /** True when the peer lists the channel and a message of usual size would be queued now. */
  canSend(channelId: number): boolean
  stats(): PeerStats
}

/**
 * A part of the node that speaks on some channels. Its methods run to the end before the next is
 * called.
 */
export interface Reactor {
  readonly channels: readonly ChannelDescriptor[]
  /** The peer is up; messages may be sent to it from now on. */
  addPeer(peer: Peer): void
  /** The peer is gone; comes exactly once for each `addPeer`. */
  removePeer(peer: Peer, reason: string): void
  /**
   * A whole message on one of the reactor's channels; the bytes are the reactor's own. May stop the
   * peer.
   */
  receive(peer: Peer, channelId: number, message: Uint8Array): void
  /** There is room again on a channel that refused a message to this peer. */
  onDrain?(peer: Peer): void
}
