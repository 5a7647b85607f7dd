// The handshake of two nodes: keys, identity, NodeInfo; each step within its deadline.

import {
  decodeNodeInfo,
  encodeDelimited,
  encodeNodeInfo,
  tryDecode,
} from '../../core/proto/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { Clock, Stream, Timer } from '../ports/index.ts'
import { DelimitedReader } from '../conn/index.ts'
import type { ConnError, SecretConnectionOptions } from '../conn/index.ts'
import type { HandshakeStep, PeerError } from './errors.ts'
import { MAX_NODE_INFO_SIZE, compareNodeInfo, validateNodeInfo } from './node-info.ts'
import { peerIdOf } from './peer-address.ts'
import { SecureStream } from './secure-stream.ts'
import type { SecureStreamOwner } from './secure-stream.ts'

/** What a handshake needs and whom it tells. */
export interface HandshakeOptions {
  readonly stream: Stream
  readonly secret: SecretConnectionOptions
  readonly clock: Clock
  readonly stepTimeoutMs: number
  readonly nodeInfo: NodeInfo
  /** The id that was dialled; null for a stream that was accepted. */
  readonly expectedId: string | null
  /**
   * Asked once the identity is proved and before anything is told about ourselves; an error
   * refuses.
   */
  readonly admit: (id: string) => PeerError | null
  /** Success: whoever owns the stream now, or null when it was closed. */
  readonly onDone: (shaken: Shaken) => SecureStreamOwner | null
  /** Failure; the stream is closed. `id` is null as long as it was not proved. */
  readonly onFailed: (error: PeerError, id: string | null) => void
}

/** A finished handshake. */
export interface Shaken {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly secureStream: SecureStream
}

/** One handshake in progress. */
export class Handshake implements SecureStreamOwner {
  readonly #options: HandshakeOptions
  readonly #stream: SecureStream
  #id: string | null = null
  #step: HandshakeStep = 'hello'
  #timer: Timer | null = null
  #reader: DelimitedReader | null = null

  constructor(options: HandshakeOptions) {
    this.#options = options
    this.#stream = new SecureStream(options.stream, options.secret, this)
  }

  /** True while the other side has not even sent a key. */
  get isSilent(): boolean {
    return this.#stream.phase === 'hello'
  }

  start(): void {
    this.#armStep('hello')
    this.#stream.start()
  }

  /** Gives up. */
  abort(error: PeerError): void {
    this.#stream.end(error)
  }

  onOpen(remotePubKey: Uint8Array): void {
    const { secret, expectedId, admit, nodeInfo } = this.#options
    const id = peerIdOf(secret.crypto, remotePubKey)
    this.#id = id
    const error =
      expectedId !== null && id !== expectedId
        ? ({ code: 'P2P_WRONG_ID', expected: expectedId, actual: id } as const)
        : admit(id)
    if (error !== null) return this.#stream.end(error)
    this.#reader = new DelimitedReader(MAX_NODE_INFO_SIZE)
    this.#armStep('node-info')
    this.#stream.write(encodeDelimited(encodeNodeInfo(nodeInfo)))
  }

  onData(data: Uint8Array): ConnError | null {
    const reader = this.#reader
    if (reader === null) return null
    const next = reader.read(data, 0)
    if (reader.error !== null) return reader.error
    if (reader.message === null) return null
    const owner = this.#finish(reader.message)
    return owner === null || next === data.length ? null : owner.onData(data.subarray(next))
  }

  onDrain(): void {}

  onEnd(error: PeerError): void {
    this.#timer?.cancel()
    this.#options.onFailed(error, this.#id)
  }

  #armStep(step: HandshakeStep): void {
    const { clock, stepTimeoutMs } = this.#options
    this.#timer?.cancel()
    this.#step = step
    this.#timer = clock.setTimer(stepTimeoutMs, () => this.#onDeadline())
  }

  /**
   * The step from key to proof happens inside the secret connection, so the deadline looks how far
   * it is.
   */
  #onDeadline(): void {
    if (this.#step === 'hello' && this.#stream.phase === 'auth') return this.#armStep('auth')
    this.#stream.end({ code: 'P2P_HANDSHAKE_TIMEOUT', step: this.#step })
  }

  #finish(bytes: Uint8Array): SecureStreamOwner | null {
    const judged = this.#judge(bytes)
    if ('code' in judged) {
      this.#stream.end(judged)
      return null
    }
    this.#timer?.cancel()
    return this.#options.onDone(judged)
  }

  #judge(bytes: Uint8Array): Shaken | PeerError {
    const id = this.#id ?? ''
    const decoded = tryDecode(decodeNodeInfo, bytes)
    if (!decoded.ok) return { code: 'P2P_BAD_NODE_INFO', reason: decoded.error }
    // A copy: the decoded channels are a view of the reader's buffer.
    const nodeInfo = { ...decoded.value, channels: Uint8Array.from(decoded.value.channels) }
    const reason = validateNodeInfo(nodeInfo, id)
    if (reason !== null) return { code: 'P2P_BAD_NODE_INFO', reason }
    const error = compareNodeInfo(this.#options.nodeInfo, nodeInfo)
    return error ?? { id, nodeInfo, secureStream: this.#stream }
  }
}
