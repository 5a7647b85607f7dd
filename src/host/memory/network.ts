// Byte streams between hosts that exist only in this process, with the back pressure of real ones.

import { assert } from '../../core/bytes/index.ts'
import type { Clock, DialOptions, Listener, Network, Stream } from '../ports/index.ts'

/** Bytes under way that the "system" takes, as a socket's kernel buffer does. */
const SYSTEM_BUFFER = 64 * 1024
/** Bytes beyond the system's that a stream likes to hold. */
const HIGH_WATER = 16 * 1024
const FIRST_FREE_PORT = 49_152

type Accept = (stream: Stream) => void

/**
 * Hosts that can dial each other. Everything happens at the end of a turn of the clock, in the
 * order of the calls, so a test sees the same run every time.
 */
export class MemoryNetwork {
  readonly #clock: Clock
  readonly #listeners = new Map<string, Accept>()
  #nextPort = FIRST_FREE_PORT

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The network as one host sees it; others see its connections come from this name. */
  host(name: string): Network {
    return {
      dial: (address, options) => this.#dial(name, address, options),
      listen: (address, onStream) => this.#listen(name, address, onStream),
    }
  }

  #dial(from: string, to: string, options: DialOptions): Promise<Stream> {
    return new Promise((resolve, reject) => {
      this.#clock.defer(() => {
        const accept = this.#listeners.get(to)
        if (options.signal.aborted) return reject(new Error('aborted'))
        if (accept === undefined) return reject(new Error(`connection refused by ${to}`))
        const [near, far] = makePair(this.#clock, `${from}:${this.#nextPort++}`, to)
        resolve(near)
        accept(far)
      })
    })
  }

  #listen(host: string, address: string, onStream: Accept): Promise<Listener> {
    const port = Number(address.slice(address.lastIndexOf(':') + 1))
    const key = `${host}:${port === 0 ? this.#nextPort++ : port}`
    if (this.#listeners.has(key)) return Promise.reject(new Error(`${key} is in use`))
    this.#listeners.set(key, onStream)
    const close = async (): Promise<void> => {
      if (this.#listeners.get(key) === onStream) this.#listeners.delete(key)
    }
    return Promise.resolve({ address: key, close })
  }
}

function makePair(clock: Clock, dialler: string, listener: string): [MemoryStream, MemoryStream] {
  const near = new MemoryStream(clock, listener)
  const far = new MemoryStream(clock, dialler)
  near.join(far)
  far.join(near)
  return [near, far]
}

class MemoryStream implements Stream {
  readonly remoteAddress: string
  readonly #clock: Clock
  /** Itself until it is joined. */
  #other: MemoryStream = this
  #arrived: Uint8Array[] = []
  #arrivedBytes = 0
  #isPaused = false
  #isClosed = false
  #wantsDrain = false
  #deliveryIsDue = false
  #onData: ((bytes: Uint8Array) => void) | null = null
  #onClose: ((reason: string) => void) | null = null
  #onDrain: (() => void) | null = null
  #closeReason: string | null = null

  constructor(clock: Clock, remoteAddress: string) {
    this.#clock = clock
    this.remoteAddress = remoteAddress
  }

  join(other: MemoryStream): void {
    this.#other = other
  }

  get bufferedBytes(): number {
    if (this.#isClosed) return 0
    return Math.max(0, this.#other.#arrivedBytes - SYSTEM_BUFFER)
  }

  write(bytes: Uint8Array): boolean {
    const other = this.#other
    assert(other !== this, 'a stream has two ends')
    if (this.#isClosed || other.#isClosed) return true
    other.#arrived.push(bytes)
    other.#arrivedBytes += bytes.length
    other.#deliverSoon()
    this.#wantsDrain ||= this.bufferedBytes > HIGH_WATER
    return !this.#wantsDrain
  }

  onData(f: (bytes: Uint8Array) => void): void {
    this.#onData = f
    this.#deliverSoon()
  }

  onClose(f: (reason: string) => void): void {
    this.#onClose = f
    this.#tellClosed()
  }

  onDrain(f: () => void): void {
    this.#onDrain = f
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#deliverSoon()
  }

  close(reason = 'closed'): void {
    if (this.#isClosed) return
    this.#end(reason)
    // What was written before arrives before the end does, unless the other side does not read.
    const other = this.#other
    this.#clock.defer(() => {
      other.#deliver()
      other.#end('closed by the other side')
    })
  }

  #end(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#arrived = []
    this.#arrivedBytes = 0
    this.#closeReason = reason
    this.#clock.defer(() => this.#tellClosed())
  }

  #tellClosed(): void {
    const reason = this.#closeReason
    const tell = this.#onClose
    if (reason === null || tell === null) return
    this.#onClose = null
    tell(reason)
  }

  #deliverSoon(): void {
    if (this.#deliveryIsDue) return
    this.#deliveryIsDue = true
    this.#clock.defer(() => {
      this.#deliveryIsDue = false
      this.#deliver()
    })
  }

  #deliver(): void {
    while (this.#onData !== null && !this.#isPaused && !this.#isClosed) {
      const bytes = this.#arrived.shift()
      if (bytes === undefined) break
      this.#arrivedBytes -= bytes.length
      this.#onData(bytes)
    }
    this.#other.#tellDrained()
  }

  #tellDrained(): void {
    if (!this.#wantsDrain || this.bufferedBytes > 0) return
    this.#wantsDrain = false
    this.#onDrain?.()
  }
}
