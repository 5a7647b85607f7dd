// The multiplexed connection: messages of many channels as packets in one stream of bytes, with
// signs of life.

import { assert } from '../../core/bytes/index.ts'
import { decodePacket, tryDecode } from '../../core/proto/index.ts'
import type { Packet } from '../../core/proto/index.ts'
import type { Clock, Timer } from '../ports/index.ts'
import { MAX_CHANNEL_ID, MAX_PACKET_SIZE } from './channel.ts'
import type { ChannelDescriptor } from './channel.ts'
import { DelimitedReader } from './delimited-reader.ts'
import type { ConnError } from './errors.ts'
import { PacketWriter } from './packet-writer.ts'
import { PeerMemory } from './peer-memory.ts'
import type { PeerMemoryLimits } from './peer-memory.ts'
import { ReceiveChannel } from './receive-channel.ts'
import { SendChannel } from './send-channel.ts'

const MIB = 1024 * 1024

/** Sent this often when nothing else tells whether the peer lives. Wire: wire.md 2.3. */
export const PING_INTERVAL_MS = 60_000
/** A ping unanswered for this long ends the connection. */
export const PONG_TIMEOUT_MS = 45_000
/**
 * 31 MiB in all: with half a MiB on its way to the socket and the frames a peer stays below 32 MiB.
 */
export const MEMORY_LIMITS: PeerMemoryLimits = { send: 5 * MIB, receive: 4 * MIB, large: 22 * MIB }

// Bytes sent count a fifth less every two seconds when the next channel is chosen.
const FADE_INTERVAL_MS = 2000
const FADE_FACTOR = 0.8

/** What a multiplexed connection needs and whom it tells. */
export interface MConnectionOptions {
  readonly channels: readonly ChannelDescriptor[]
  readonly clock: Clock
  readonly pingIntervalMs?: number
  readonly pongTimeoutMs?: number
  readonly memoryLimits?: PeerMemoryLimits
  /** A whole message. Comes from within `receive`; the bytes belong to the taker. */
  readonly onMessage: (channelId: number, message: Uint8Array) => void
  /** There are bytes to pull; may come many times before they are pulled. */
  readonly onPending: () => void
  /** The peer missed the deadline of a pong; comes at most once. */
  readonly onTimeout: (error: ConnError) => void
}

/** Counters of one channel. */
export interface ChannelStats {
  readonly id: number
  readonly priority: number
  readonly queuedMessages: number
  readonly queuedBytes: number
  readonly sendQueueBytes: number
  readonly recentlySent: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

/**
 * One side of a multiplexed connection over an ordered stream. Bytes out are pulled, so that
 * whoever owns the stream decides when and how many; the packets of different channels interleave,
 * a channel with less recently sent for its priority going first. Nothing waits without a bound;
 * see {@link MEMORY_LIMITS}.
 */
export class MConnection {
  readonly #options: MConnectionOptions
  readonly #memory: PeerMemory
  readonly #sending: readonly SendChannel[]
  readonly #sendById = new Map<number, SendChannel>()
  readonly #receiveById = new Map<number, ReceiveChannel>()
  readonly #writer = new PacketWriter()
  readonly #reader = new DelimitedReader(MAX_PACKET_SIZE)
  #pingWaits = false
  #pongWaits = false
  #pingTimer: Timer | null = null
  #pongTimer: Timer | null = null
  #pongDeadlineMs = Number.POSITIVE_INFINITY
  #fadedAtMs: number
  #isStopped = false

  constructor(options: MConnectionOptions) {
    this.#options = options
    this.#memory = new PeerMemory(options.memoryLimits ?? MEMORY_LIMITS)
    this.#sending = options.channels.map((channel) => new SendChannel(channel, this.#memory))
    for (const channel of this.#sending) this.#addChannel(channel)
    this.#fadedAtMs = options.clock.monotonicMs()
    this.#armPing()
  }

  #addChannel(channel: SendChannel): void {
    const { id, priority } = channel.descriptor
    assert(Number.isInteger(id) && id >= 0 && id <= MAX_CHANNEL_ID, 'a channel id has 7 bits')
    assert(priority > 0, 'a priority is positive')
    assert(!this.#sendById.has(id), 'a channel id is used once')
    this.#sendById.set(id, channel)
    this.#receiveById.set(id, new ReceiveChannel(channel.descriptor, this.#memory))
  }

  /** Bytes held for this peer: send queues and reassembly buffers. */
  get heldBytes(): number {
    return this.#memory.heldBytes
  }

  /** True when `pull` would give bytes. */
  get hasPending(): boolean {
    if (this.#isStopped) return false
    if (!this.#writer.isDone || this.#pingWaits || this.#pongWaits) return true
    return this.#sending.some((channel) => !channel.isEmpty)
  }

  /** Queues a message; false when the channel is unknown or full, and then nothing is queued. */
  send(channelId: number, message: Uint8Array): boolean {
    const channel = this.#sendById.get(channelId)
    if (channel === undefined || this.#isStopped || !channel.push(message)) return false
    this.#options.onPending()
    return true
  }

  /** True when a message of usual size would be queued now. */
  canSend(channelId: number): boolean {
    return !this.#isStopped && (this.#sendById.get(channelId)?.hasRoom ?? false)
  }

  /** The channels that refused a message since they were last asked and have room again. */
  takeRoomRegained(): number[] {
    const ids: number[] = []
    for (const channel of this.#sending) {
      if (channel.hasRefused && channel.takeRoomRegained()) ids.push(channel.descriptor.id)
    }
    return ids
  }

  /**
   * Fills `target` with packets, the last one perhaps in part; answers how many bytes there are.
   */
  pull(target: Uint8Array): number {
    if (this.#isStopped) return 0
    let at = 0
    while (at < target.length) {
      if (this.#writer.isDone && !this.#startPacket()) break
      at = this.#writer.copyTo(target, at)
    }
    return at
  }

  #startPacket(): boolean {
    if (this.#pongWaits || this.#pingWaits) {
      this.#startControl()
      return true
    }
    const channel = this.#nextChannel()
    if (channel === null) return false
    const size = this.#writer.startMessage(channel.descriptor.id, channel.takePiece())
    channel.recentlySent += size
    channel.bytesSent += size
    return true
  }

  #startControl(): void {
    const kind = this.#pongWaits ? 'pong' : 'ping'
    if (kind === 'pong') this.#pongWaits = false
    else this.#pingWaits = false
    this.#writer.startControl(kind)
  }

  #nextChannel(): SendChannel | null {
    this.#fade()
    let best: SendChannel | null = null
    let bestRatio = Number.POSITIVE_INFINITY
    for (const channel of this.#sending) {
      if (channel.isEmpty) continue
      const ratio = channel.recentlySent / channel.descriptor.priority
      if (ratio < bestRatio) {
        best = channel
        bestRatio = ratio
      }
    }
    return best
  }

  #fade(): void {
    const elapsedMs = this.#options.clock.monotonicMs() - this.#fadedAtMs
    if (elapsedMs < FADE_INTERVAL_MS) return
    const intervals = Math.floor(elapsedMs / FADE_INTERVAL_MS)
    this.#fadedAtMs += intervals * FADE_INTERVAL_MS
    const factor = FADE_FACTOR ** intervals
    for (const channel of this.#sending) channel.recentlySent *= factor
  }

  /**
   * Takes bytes of the peer's stream; the answer is the fault that must end the connection, or
   * null.
   */
  receive(bytes: Uint8Array): ConnError | null {
    let offset = 0
    while (offset < bytes.length && !this.#isStopped) {
      offset = this.#reader.read(bytes, offset)
      if (this.#reader.error !== null) return this.#reader.error
      const message = this.#reader.message
      const error = message === null ? null : this.#takePacket(message)
      if (error !== null) return error
    }
    return null
  }

  #takePacket(bytes: Uint8Array): ConnError | null {
    const decoded = tryDecode(decodePacket, bytes)
    if (!decoded.ok) return { code: 'CONN_BAD_PACKET', reason: decoded.error }
    const packet = decoded.value
    if (packet.kind === 'msg') return this.#takeMessage(packet)
    if (packet.kind === 'ping') this.#answerPing()
    else this.#forgetPong()
    return null
  }

  #takeMessage(packet: Packet & { kind: 'msg' }): ConnError | null {
    const { channelId } = packet
    const channel = this.#receiveById.get(channelId)
    if (channel === undefined) return { code: 'CONN_UNKNOWN_CHANNEL', channelId }
    const { message, error } = channel.take(packet.data, packet.eof)
    if (message !== null) this.#options.onMessage(channelId, message)
    return error
  }

  /** However many pings come before the answer has left, one pong answers them. */
  #answerPing(): void {
    this.#pongWaits = true
    this.#options.onPending()
  }

  /** Asks for a sign of life now; without one within `timeoutMs` the connection ends. */
  probe(timeoutMs: number): void {
    if (this.#isStopped) return
    this.#pingWaits = true
    const deadlineMs = this.#options.clock.monotonicMs() + timeoutMs
    if (deadlineMs < this.#pongDeadlineMs) this.#armPong(deadlineMs, timeoutMs)
    this.#options.onPending()
  }

  #armPing(): void {
    const intervalMs = this.#options.pingIntervalMs ?? PING_INTERVAL_MS
    this.#pingTimer = this.#options.clock.setTimer(intervalMs, () => {
      this.#armPing()
      this.probe(this.#options.pongTimeoutMs ?? PONG_TIMEOUT_MS)
    })
  }

  #armPong(deadlineMs: number, timeoutMs: number): void {
    this.#pongTimer?.cancel()
    this.#pongDeadlineMs = deadlineMs
    this.#pongTimer = this.#options.clock.setTimer(timeoutMs, () => {
      if (!this.#isStopped) this.#options.onTimeout({ code: 'CONN_PONG_TIMEOUT', timeoutMs })
    })
  }

  #forgetPong(): void {
    this.#pongTimer?.cancel()
    this.#pongTimer = null
    this.#pongDeadlineMs = Number.POSITIVE_INFINITY
  }

  /** Counters per channel. */
  stats(): ChannelStats[] {
    return this.#sending.map((channel) => ({
      id: channel.descriptor.id,
      priority: channel.descriptor.priority,
      queuedMessages: channel.queuedMessages,
      queuedBytes: channel.queuedBytes,
      sendQueueBytes: channel.descriptor.sendQueueBytes,
      recentlySent: Math.floor(channel.recentlySent),
      bytesSent: channel.bytesSent,
      bytesReceived: this.#receiveById.get(channel.descriptor.id)?.bytesReceived ?? 0,
    }))
  }

  /** Cancels the deadlines and drops everything held. */
  stop(): void {
    this.#isStopped = true
    this.#pingTimer?.cancel()
    this.#forgetPong()
    for (const channel of this.#sending) channel.clear()
    for (const channel of this.#receiveById.values()) channel.clear()
  }
}
