// A connected peer: gathers what one turn sends into one write, and stops pulling while the socket
// is congested.

import type { NodeInfo } from '../../core/proto/index.ts'
import type { Clock, Timer } from '../ports/index.ts'
import { FRAME_DATA_SIZE, MConnection } from '../conn/index.ts'
import type { ChannelDescriptor, ConnError } from '../conn/index.ts'
import type { PeerError } from './errors.ts'
import type { Shaken } from './handshake.ts'
import { splitHostPort } from './peer-address.ts'
import type { Peer, PeerStats, Reactor } from './peer.ts'
import type { SecureStream, SecureStreamOwner } from './secure-stream.ts'

/**
 * Frames in one write: 256 KiB of data at most reach the socket before it is asked whether it
 * flows.
 */
export const MAX_FRAMES_A_WRITE: number = (256 * 1024) / FRAME_DATA_SIZE

/** Whom a peer tells. */
export interface PeerEvents {
  onMessage(peer: PeerConnection, channelId: number, message: Uint8Array): void
  onRoom(peer: PeerConnection, channelId: number): void
  onEnd(peer: PeerConnection, error: PeerError): void
}

/** What a peer is made of. */
export interface PeerOptions {
  readonly shaken: Shaken
  readonly outbound: boolean
  readonly channels: readonly ChannelDescriptor[]
  readonly clock: Clock
  readonly events: PeerEvents
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  /** A peer that reads nothing for this long while we have something to write is dropped. */
  readonly writeStallMs: number
}

/** See {@link Peer}. */
export class PeerConnection implements Peer, SecureStreamOwner {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly outbound: boolean
  readonly remoteAddress: string
  readonly remoteIp: string
  /** The reactors that were told of the peer, and are told when it goes. */
  readonly knownTo: Reactor[] = []
  readonly #options: PeerOptions
  readonly #stream: SecureStream
  readonly #connection: MConnection
  readonly #listed: ReadonlySet<number>
  readonly #connectedAtMs: number
  #flushIsDue = false
  #stallTimer: Timer | null = null

  constructor(options: PeerOptions) {
    const { shaken, channels, clock } = options
    this.#options = options
    this.#stream = shaken.secureStream
    this.id = shaken.id
    this.nodeInfo = shaken.nodeInfo
    this.outbound = options.outbound
    this.remoteAddress = shaken.secureStream.remoteAddress
    this.remoteIp = splitHostPort(this.remoteAddress)?.host ?? this.remoteAddress
    this.#listed = new Set(shaken.nodeInfo.channels)
    this.#connectedAtMs = clock.monotonicMs()
    this.#connection = new MConnection({
      channels,
      clock,
      pingIntervalMs: options.pingIntervalMs,
      pongTimeoutMs: options.pongTimeoutMs,
      onMessage: (channelId, message) => options.events.onMessage(this, channelId, message),
      onPending: () => this.#flushSoon(),
      onTimeout: (error) => this.#stream.end({ code: 'P2P_CONN', error }),
    })
    this.#stream.handTo(this)
  }

  send(channelId: number, message: Uint8Array): boolean {
    return this.#listed.has(channelId) && this.#connection.send(channelId, message)
  }

  canSend(channelId: number): boolean {
    return this.#listed.has(channelId) && this.#connection.canSend(channelId)
  }

  /** Ends the connection unless the peer answers within `timeoutMs`. */
  probe(timeoutMs: number): void {
    this.#connection.probe(timeoutMs)
  }

  stats(): PeerStats {
    return {
      durationMs: this.#options.clock.monotonicMs() - this.#connectedAtMs,
      bytesSent: this.#stream.bytesSent,
      bytesReceived: this.#stream.bytesReceived,
      heldBytes: this.#connection.heldBytes + this.#stream.bufferedBytes,
      channels: this.#connection.stats(),
    }
  }

  /** Closes without telling anybody; `onEnd` does not come. */
  close(reason: string): void {
    this.#release()
    this.#stream.close(reason)
  }

  onOpen(): void {}

  onData(data: Uint8Array): ConnError | null {
    const error = this.#connection.receive(data)
    // A large message coming in may have kept one from going out.
    if (error === null) this.#announceRoom()
    return error
  }

  onDrain(): void {
    this.#stallTimer?.cancel()
    this.#stallTimer = null
    this.#flushSoon()
  }

  onEnd(error: PeerError): void {
    this.#release()
    this.#options.events.onEnd(this, error)
  }

  #release(): void {
    this.#connection.stop()
    this.#stallTimer?.cancel()
  }

  #flushSoon(): void {
    if (this.#flushIsDue || !this.#stream.isFlowing) return
    this.#flushIsDue = true
    this.#options.clock.defer(() => this.#flush())
  }

  #flush(): void {
    this.#flushIsDue = false
    this.#stream.sealFrom((target) => this.#connection.pull(target), MAX_FRAMES_A_WRITE)
    this.#announceRoom()
    if (!this.#stream.isFlowing) this.#armStall()
    // What is left goes in a turn of its own, so that a long message does not keep the node from
    // reading.
    else if (this.#connection.hasPending) this.#flushSoon()
  }

  #armStall(): void {
    const { clock, writeStallMs } = this.#options
    this.#stallTimer ??= clock.setTimer(writeStallMs, () => {
      this.#stream.end({ code: 'P2P_WRITE_STALLED', timeoutMs: writeStallMs })
    })
  }

  #announceRoom(): void {
    for (const id of this.#connection.takeRoomRegained()) this.#options.events.onRoom(this, id)
  }
}
