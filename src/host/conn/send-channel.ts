// The messages of one channel that wait to be sent, and the channel's claim to go next.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { MESSAGE_OVERHEAD, PACKET_DATA_SIZE } from './channel.ts'
import type { ChannelDescriptor } from './channel.ts'
import { LARGE_MESSAGE_FROM } from './peer-memory.ts'
import type { PeerMemory } from './peer-memory.ts'

// Emptied slots are dropped from the front only this often, so that taking a message stays cheap.
const COMPACT_AFTER = 256

/** A piece of a message as one packet carries it. */
export interface MessagePiece {
  readonly message: Uint8Array
  readonly from: number
  readonly to: number
  readonly isLast: boolean
}

/** A queue bounded in bytes, read out packet by packet. */
export class SendChannel {
  readonly descriptor: ChannelDescriptor
  readonly #memory: PeerMemory
  #queue: Uint8Array[] = []
  #head = 0
  #offset = 0
  #queuedBytes = 0
  #largeBytes = 0
  #refusedCost = 0
  /** Bytes sent lately, fading away; the channel with the smallest share by priority goes next. */
  recentlySent = 0
  bytesSent = 0

  constructor(descriptor: ChannelDescriptor, memory: PeerMemory) {
    this.descriptor = descriptor
    this.#memory = memory
  }

  get queuedBytes(): number {
    return this.#queuedBytes + this.#largeBytes
  }

  get queuedMessages(): number {
    return this.#queue.length - this.#head
  }

  get isEmpty(): boolean {
    return this.#head === this.#queue.length
  }

  /** True when a message of the usual size would be taken now. */
  get hasRoom(): boolean {
    return this.#queuedBytes < this.descriptor.sendQueueBytes && this.#memory.sendRoom > 0
  }

  /** True when a message was refused and nobody has been told of room since. */
  get hasRefused(): boolean {
    return this.#refusedCost > 0
  }

  /** Queues a message, or remembers that one of its size was refused. */
  push(message: Uint8Array): boolean {
    const cost = message.length + MESSAGE_OVERHEAD
    if (!this.#fits(cost)) {
      this.#refusedCost = Math.max(this.#refusedCost, cost)
      return false
    }
    this.#queue.push(message)
    this.#charge(cost)
    return true
  }

  #fits(cost: number): boolean {
    if (cost > LARGE_MESSAGE_FROM) return this.isEmpty && cost <= this.#memory.largeRoom
    if (cost > this.#memory.sendRoom) return false
    return this.isEmpty || this.#queuedBytes + cost <= this.descriptor.sendQueueBytes
  }

  #charge(cost: number): void {
    if (Math.abs(cost) > LARGE_MESSAGE_FROM) {
      this.#largeBytes += cost
      this.#memory.takeLarge(cost)
    } else {
      this.#queuedBytes += cost
      this.#memory.takeSend(cost)
    }
  }

  /**
   * True once after a refusal, when what was refused would fit again and at least half of the queue
   * is free: a sender that is told for every freed packet would be told too often.
   */
  takeRoomRegained(): boolean {
    if (this.#refusedCost === 0) return false
    const isHalfFree = this.#queuedBytes * 2 <= this.descriptor.sendQueueBytes
    if (!(isHalfFree && this.#fits(this.#refusedCost))) return false
    this.#refusedCost = 0
    return true
  }

  /** The next packet's share of the oldest message; only when the channel is not empty. */
  takePiece(): MessagePiece {
    const message = this.#queue[this.#head] as Uint8Array
    const from = this.#offset
    const to = Math.min(from + PACKET_DATA_SIZE, message.length)
    const isLast = to === message.length
    this.#offset = to
    if (isLast) this.#drop(message)
    return { message, from, to, isLast }
  }

  #drop(message: Uint8Array): void {
    this.#charge(-(message.length + MESSAGE_OVERHEAD))
    this.#offset = 0
    this.#queue[this.#head] = EMPTY_BYTES
    this.#head++
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    } else if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#memory.takeSend(-this.#queuedBytes)
    this.#memory.takeLarge(-this.#largeBytes)
    this.#queue = []
    this.#head = 0
    this.#offset = 0
    this.#queuedBytes = 0
    this.#largeBytes = 0
    this.#refusedCost = 0
  }
}
