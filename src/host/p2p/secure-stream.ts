// Joins a stream of the network with a secret connection and tells one owner after the other what
// happens.

import type { Stream } from '../ports/index.ts'
import { SecretConnection } from '../conn/index.ts'
import type { ConnError, SecretConnectionOptions, SecretConnectionPhase } from '../conn/index.ts'
import type { PeerError } from './errors.ts'

/** Who is told: first the handshake, then the peer. */
export interface SecureStreamOwner {
  /** The other side holds this node key. */
  onOpen(remotePubKey: Uint8Array): void
  /** Bytes that the other side wrote. */
  onData(data: Uint8Array): ConnError | null
  /** The socket has taken everything. */
  onDrain(): void
  /**
   * The connection has ended, by the other side or by its fault. Comes once, and not after `close`.
   */
  onEnd(error: PeerError): void
}

/**
 * An encrypted stream. Bytes for one chunk of the network are handled to the end before anything
 * else happens.
 */
export class SecureStream {
  readonly remoteAddress: string
  readonly #stream: Stream
  readonly #secret: SecretConnection
  #owner: SecureStreamOwner
  #isClosed = false
  #isFlowing = true
  bytesReceived = 0
  bytesSent = 0

  constructor(stream: Stream, options: SecretConnectionOptions, owner: SecureStreamOwner) {
    this.#stream = stream
    this.#owner = owner
    this.remoteAddress = stream.remoteAddress
    this.#secret = new SecretConnection(options, {
      write: (bytes) => this.#write(bytes),
      onOpen: (pubKey) => {
        this.#owner.onOpen(pubKey)
        return null
      },
      onData: (data) => this.#owner.onData(data),
    })
  }

  /** Sends the ephemeral key and begins to read. */
  start(): void {
    this.#stream.onClose((reason) => this.end({ code: 'P2P_CLOSED', reason }))
    this.#stream.onDrain(() => {
      this.#isFlowing = true
      if (!this.#isClosed) this.#owner.onDrain()
    })
    this.#secret.start()
    this.#stream.onData((bytes) => this.#receive(bytes))
  }

  get phase(): SecretConnectionPhase {
    return this.#secret.phase
  }

  /**
   * False while the socket holds bytes that the system has not taken: write no more until
   * `onDrain`.
   */
  get isFlowing(): boolean {
    return this.#isFlowing
  }

  /** Bytes given to the socket and not taken by the system yet. */
  get bufferedBytes(): number {
    return this.#stream.bufferedBytes
  }

  /** From now on this owner is told. */
  handTo(owner: SecureStreamOwner): void {
    this.#owner = owner
  }

  /** Writes a few bytes at once, for the handshake. */
  write(data: Uint8Array): void {
    this.#check(this.#secret.write(data))
  }

  /** Writes up to `maxFrames` frames of what `fill` gives, in one piece. */
  sealFrom(fill: (target: Uint8Array) => number, maxFrames: number): void {
    this.#check(this.#secret.sealFrom(fill, maxFrames))
  }

  /** Ends the connection and tells the owner why. */
  end(error: PeerError): void {
    if (this.#isClosed) return
    this.close(error.code)
    this.#owner.onEnd(error)
  }

  /** Ends the connection without telling the owner. */
  close(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#secret.close()
    this.#stream.close(reason)
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isClosed) return
    this.bytesReceived += bytes.length
    this.#check(this.#secret.receive(bytes))
  }

  #write(bytes: Uint8Array): void {
    this.bytesSent += bytes.length
    // A stream that says false but holds nothing has handed everything to the system.
    if (!this.#stream.write(bytes) && this.#stream.bufferedBytes > 0) this.#isFlowing = false
  }

  #check(error: ConnError | null): void {
    if (error !== null) this.end({ code: 'P2P_CONN', error })
  }
}
