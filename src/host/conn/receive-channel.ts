// Puts the packets of one channel together again into messages, within the channel's and the peer's
// bounds.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { ChannelDescriptor } from './channel.ts'
import type { ConnError } from './errors.ts'
import { LARGE_MESSAGE_FROM } from './peer-memory.ts'
import type { PeerMemory } from './peer-memory.ts'

const FIRST_BUFFER = 4096
/** A buffer up to this size is kept for the channel's next message. */
const KEPT_BUFFER = 128 * 1024

/** What taking one packet gave: nothing yet, a message, or the fault. */
export interface Taken {
  readonly message: Uint8Array | null
  readonly error: ConnError | null
}

const UNFINISHED: Taken = { message: null, error: null }

/**
 * The unfinished message of one channel. Its buffer is charged to the peer's memory by its size,
 * not by what is in it; while one buffer is copied into the next both are charged. Messages are
 * handed out as exact copies, so what a reactor keeps is what it was given; only a large one that
 * fills most of its buffer goes out with it.
 */
export class ReceiveChannel {
  readonly descriptor: ChannelDescriptor
  readonly #memory: PeerMemory
  #buffer: Uint8Array = EMPTY_BYTES
  #filled = 0
  bytesReceived = 0

  constructor(descriptor: ChannelDescriptor, memory: PeerMemory) {
    this.descriptor = descriptor
    this.#memory = memory
  }

  /** Takes one packet's data, which is not kept. */
  take(data: Uint8Array, isLast: boolean): Taken {
    const size = this.#filled + data.length
    this.bytesReceived += data.length
    const { id: channelId, recvMessageCapacity: limit } = this.descriptor
    if (size > limit) return failed({ code: 'CONN_OVERSIZED_MESSAGE', channelId, limit })
    // Not `slice`: on Node's Buffer that is a view and would keep the whole frame alive.
    if (isLast && this.#filled === 0) return { message: new Uint8Array(data), error: null }
    if (size > this.#buffer.length && !this.#grow(size)) {
      const { receive, large } = this.#memory.limits
      return failed({ code: 'CONN_REASSEMBLY_FULL', channelId, limit: receive + large })
    }
    this.#buffer.set(data, this.#filled)
    this.#filled = size
    return isLast ? { message: this.#finish(), error: null } : UNFINISHED
  }

  #grow(size: number): boolean {
    const most = this.descriptor.recvMessageCapacity
    const isLarge = size > LARGE_MESSAGE_FROM
    // Large buffers do not grow: there is one for the whole peer, and old and new together would
    // not fit its share.
    const capacity = isLarge
      ? Math.min(most, this.#memory.largeRoom)
      : Math.min(most, Math.max(FIRST_BUFFER, this.#buffer.length * 2))
    if (capacity < size || (!isLarge && capacity > this.#memory.receiveRoom)) return false
    const old = this.#buffer
    this.#charge(capacity)
    this.#buffer = new Uint8Array(capacity)
    this.#buffer.set(old.subarray(0, this.#filled))
    this.#charge(-old.length)
    return true
  }

  #charge(bytes: number): void {
    if (Math.abs(bytes) > LARGE_MESSAGE_FROM) this.#memory.takeLarge(bytes)
    else this.#memory.takeReceive(bytes)
  }

  #finish(): Uint8Array {
    const whole = this.#buffer.subarray(0, this.#filled)
    const isLarge = this.#buffer.length > LARGE_MESSAGE_FROM
    const message = isLarge && whole.length * 4 >= this.#buffer.length * 3 ? whole : whole.slice()
    if (this.#buffer.length > KEPT_BUFFER) this.clear()
    this.#filled = 0
    return message
  }

  /** Forgets the unfinished message and gives its buffer back. */
  clear(): void {
    this.#charge(-this.#buffer.length)
    this.#buffer = EMPTY_BYTES
    this.#filled = 0
  }
}

function failed(error: ConnError): Taken {
  return { message: null, error }
}
