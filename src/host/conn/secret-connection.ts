// The secret connection: key exchange, proof of identity, then sealed frames; bytes in, bytes out.

import { EMPTY_BYTES, compareBytes, concatBytes } from '../../core/bytes/index.ts'
import { Transcript, isLowOrderEd25519 } from '../../core/crypto/index.ts'
import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import {
  decodeAuthSigMessage,
  decodeBytesValue,
  encodeAuthSigMessage,
  encodeBytesValue,
  encodeDelimited,
  tryDecode,
} from '../../core/proto/index.ts'
import { DelimitedReader } from './delimited-reader.ts'
import type { ConnError } from './errors.ts'
import { FRAME_DATA_SIZE, FrameOpener, FrameSealer } from './sealed-frames.ts'

const TRANSCRIPT_LABEL = 'TENDERMINT_SECRET_CONNECTION_TRANSCRIPT_HASH'
const KEY_INFO = 'TENDERMINT_SECRET_CONNECTION_KEY_AND_CHALLENGE_GEN'
const KEY_SIZE = 32
// A BytesValue of 32 bytes takes 34; room for nothing else, so a flood of clear bytes ends at once.
const HELLO_LIMIT = 34
const AUTH_LIMIT = 1024

/** What a secret connection needs: the node's key, fresh randomness and the two crypto objects. */
export interface SecretConnectionOptions {
  readonly crypto: Crypto
  readonly channelCrypto: ChannelCrypto
  /** Ed25519 seed of the node key. */
  readonly nodeKeySeed: Uint8Array
  /** 32 fresh random bytes: the X25519 private key of this connection only. */
  readonly ephemeralSeed: Uint8Array
}

/**
 * Where a secret connection puts what it produces. Calls come from within `start`, `receive` and
 * `write`.
 */
export interface SecretConnectionSink {
  /** Bytes for the wire. */
  write(bytes: Uint8Array): void
  /**
   * The other side has proved that it holds this ed25519 key; `write` and `sealFrom` may be used
   * from now on.
   */
  onOpen(remotePubKey: Uint8Array): ConnError | null
  /**
   * Bytes the other side wrote, in order, as a view that stays valid. An answer other than null
   * ends reading.
   */
  onData(data: Uint8Array): ConnError | null
}

/** How far the handshake is: waiting for the ephemeral key, for the proof of identity, or done. */
export type SecretConnectionPhase = 'hello' | 'auth' | 'open' | 'closed'

/** What the key exchange gives, in the order in which the connection uses it. */
export interface SessionKeys {
  readonly receiveKey: Uint8Array
  readonly sendKey: Uint8Array
  readonly challenge: Uint8Array
}

/**
 * The keys and the challenge of a connection.
 * @param dhSecret X25519 of one side's private and the other side's public ephemeral key
 */
export function deriveSessionKeys(
  channelCrypto: ChannelCrypto,
  dhSecret: Uint8Array,
  local: Uint8Array,
  remote: Uint8Array,
): SessionKeys {
  const isLeast = compareBytes(local, remote) < 0
  const transcript = new Transcript(TRANSCRIPT_LABEL)
  transcript.append('EPHEMERAL_LOWER_PUBLIC_KEY', isLeast ? local : remote)
  transcript.append('EPHEMERAL_UPPER_PUBLIC_KEY', isLeast ? remote : local)
  transcript.append('DH_SECRET', dhSecret)
  const material = channelCrypto.hkdfSha256(dhSecret, KEY_INFO, 96)
  const first = material.subarray(0, KEY_SIZE)
  const second = material.subarray(KEY_SIZE, 2 * KEY_SIZE)
  return {
    receiveKey: isLeast ? first : second,
    sendKey: isLeast ? second : first,
    challenge: transcript.challenge('SECRET_CONNECTION_MAC', KEY_SIZE),
  }
}

/**
 * One side of a secret connection. It knows no socket and no clock: give `receive` what arrives,
 * send what the sink is given. After a fault it is closed and says nothing more.
 */
export class SecretConnection {
  readonly #options: SecretConnectionOptions
  readonly #sink: SecretConnectionSink
  readonly #localEphemeral: Uint8Array
  #phase: SecretConnectionPhase = 'hello'
  #reader = new DelimitedReader(HELLO_LIMIT)
  #sealer: FrameSealer | null = null
  #opener: FrameOpener | null = null
  #challenge: Uint8Array = EMPTY_BYTES

  constructor(options: SecretConnectionOptions, sink: SecretConnectionSink) {
    this.#options = options
    this.#sink = sink
    this.#localEphemeral = options.channelCrypto.x25519PublicKey(options.ephemeralSeed)
  }

  get phase(): SecretConnectionPhase {
    return this.#phase
  }

  /** Sends the ephemeral key; both sides do so without waiting for the other. */
  start(): void {
    this.#sink.write(encodeDelimited(encodeBytesValue(this.#localEphemeral)))
  }

  /** Nothing is read or written from now on. */
  close(): void {
    this.#phase = 'closed'
  }

  /**
   * Takes bytes from the wire; the answer is the fault for which the connection is closed now, or
   * null.
   */
  receive(bytes: Uint8Array): ConnError | null {
    let offset = 0
    if (this.#phase === 'hello') {
      offset = this.#reader.read(bytes, 0)
      const error = this.#afterHello()
      if (error !== null) return this.#fail(error)
    }
    while (offset < bytes.length && this.#opener !== null && this.#phase !== 'closed') {
      const frame = this.#opener.read(bytes, offset)
      offset = frame.next
      const error = frame.error ?? (frame.data === null ? null : this.#takeData(frame.data))
      if (error !== null) return this.#fail(error)
    }
    return null
  }

  /** Seals `data` in as few frames as hold it and writes them. Only once the connection is open. */
  write(data: Uint8Array): ConnError | null {
    let at = 0
    return this.sealFrom(
      (target) => {
        const length = Math.min(target.length, data.length - at)
        target.set(data.subarray(at, at + length))
        at += length
        return length
      },
      Math.ceil(data.length / FRAME_DATA_SIZE),
    )
  }

  /**
   * Seals what `fill` puts into its target, frame after frame, until it leaves one short or
   * `maxFrames` are full, and writes them in one piece.
   */
  sealFrom(fill: (target: Uint8Array) => number, maxFrames: number): ConnError | null {
    const sealer = this.#sealer
    if (sealer === null || this.#phase === 'closed') return null
    const frames: Uint8Array[] = []
    while (frames.length < maxFrames) {
      const length = fill(sealer.data)
      if (length === 0) break
      const sealed = sealer.seal(length)
      if (sealed === null) return this.#fail({ code: 'CONN_NONCE_EXHAUSTED' })
      frames.push(sealed)
      if (length < FRAME_DATA_SIZE) break
    }
    const [first] = frames
    if (first === undefined) return null
    this.#sink.write(frames.length === 1 ? first : concatBytes(...frames))
    return null
  }

  #fail(error: ConnError): ConnError {
    this.#phase = 'closed'
    return error
  }

  #afterHello(): ConnError | null {
    if (this.#reader.error !== null) {
      return { code: 'CONN_BAD_HELLO', reason: 'the first bytes are no delimited key' }
    }
    const message = this.#reader.message
    return message === null ? null : this.#takeHello(message)
  }

  #takeHello(message: Uint8Array): ConnError | null {
    const decoded = tryDecode(decodeBytesValue, message)
    if (!decoded.ok) return { code: 'CONN_BAD_HELLO', reason: decoded.error }
    const remote = decoded.value
    if (remote.length !== KEY_SIZE) {
      return { code: 'CONN_BAD_HELLO', reason: `an ephemeral key of ${remote.length} bytes` }
    }
    const dhSecret = this.#exchange(remote)
    if (dhSecret === null) return { code: 'CONN_ZERO_SECRET' }
    this.#startFrames(dhSecret, remote)
    return this.#sendAuth()
  }

  /** The shared secret, or null when it is zero whatever our key is. */
  #exchange(remote: Uint8Array): Uint8Array | null {
    const { channelCrypto, ephemeralSeed } = this.#options
    try {
      const secret = channelCrypto.x25519(ephemeralSeed, remote)
      return secret.every((byte) => byte === 0) ? null : secret
    } catch {
      // By contract the only failure of two 32-byte values.
      return null
    }
  }

  #startFrames(dhSecret: Uint8Array, remote: Uint8Array): void {
    const { channelCrypto } = this.#options
    const keys = deriveSessionKeys(channelCrypto, dhSecret, this.#localEphemeral, remote)
    this.#sealer = new FrameSealer(channelCrypto, keys.sendKey)
    this.#opener = new FrameOpener(channelCrypto, keys.receiveKey)
    this.#challenge = keys.challenge
    this.#reader = new DelimitedReader(AUTH_LIMIT)
    this.#phase = 'auth'
  }

  #sendAuth(): ConnError | null {
    const { crypto, nodeKeySeed } = this.#options
    const sig = crypto.signEd25519(nodeKeySeed, this.#challenge)
    const bytes = crypto.publicKeyEd25519(nodeKeySeed)
    return this.write(
      encodeDelimited(encodeAuthSigMessage({ pubKey: { type: 'ed25519', bytes }, sig })),
    )
  }

  #takeData(data: Uint8Array): ConnError | null {
    if (this.#phase === 'open') return data.length === 0 ? null : this.#sink.onData(data)
    const next = this.#reader.read(data, 0)
    if (this.#reader.error !== null) return this.#reader.error
    const message = this.#reader.message
    if (message === null) return null
    const error = this.#takeAuth(message)
    if (error !== null || next === data.length) return error
    return this.#sink.onData(data.subarray(next))
  }

  #takeAuth(message: Uint8Array): ConnError | null {
    const decoded = tryDecode(decodeAuthSigMessage, message)
    if (!decoded.ok) return { code: 'CONN_BAD_AUTH', reason: decoded.error }
    const { pubKey, sig } = decoded.value
    if (pubKey.type !== 'ed25519') {
      return { code: 'CONN_BAD_AUTH', reason: `a node key of type ${pubKey.type}` }
    }
    if (isLowOrderEd25519(pubKey.bytes)) return { code: 'CONN_LOW_ORDER_KEY' }
    if (!this.#options.crypto.verifyEd25519(pubKey.bytes, this.#challenge, sig)) {
      return { code: 'CONN_BAD_AUTH', reason: 'the signature of the challenge is wrong' }
    }
    this.#phase = 'open'
    this.#reader = new DelimitedReader(0)
    return this.#sink.onOpen(new Uint8Array(pubKey.bytes))
  }
}
