// Writes packets as a stream of bytes into frames, splitting them where a frame ends.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { MessagePiece } from './send-channel.ts'

// Length prefix 2, packet tag and length 3, channel 2, eof 2, data tag and length 3.
const MAX_HEADER = 12

/**
 * The packet that is being written: a header built here byte by byte, then a view of the message
 * itself, so that data is copied once, into the frame. Wire: p2p/conn.proto Packet; zero values are
 * left out.
 */
export class PacketWriter {
  readonly #header = new Uint8Array(MAX_HEADER)
  #headerAt = 0
  #headerEnd = 0
  #data: Uint8Array = EMPTY_BYTES
  #dataAt = 0
  #dataEnd = 0

  /** True when the last packet has been written to its end. */
  get isDone(): boolean {
    return this.#headerAt === this.#headerEnd && this.#dataAt === this.#dataEnd
  }

  /** Begins a ping (field 1) or a pong (field 2), both empty messages. */
  startControl(kind: 'ping' | 'pong'): void {
    const header = this.#header
    header[0] = 2
    header[1] = kind === 'ping' ? 0x0a : 0x12
    header[2] = 0
    this.#begin(3)
  }

  /** Begins a packet with a piece of a message; answers its size on the wire. */
  startMessage(channelId: number, piece: MessagePiece): number {
    const dataSize = piece.to - piece.from
    const dataField = dataSize === 0 ? 0 : 1 + varintSize(dataSize) + dataSize
    const body = (channelId === 0 ? 0 : 2) + (piece.isLast ? 2 : 0) + dataField
    let at = this.#putVarint(0, 1 + varintSize(body) + body)
    this.#header[at++] = 0x1a
    at = this.#putVarint(at, body)
    if (channelId !== 0) at = this.#putPair(at, 0x08, channelId)
    if (piece.isLast) at = this.#putPair(at, 0x10, 1)
    if (dataSize > 0) {
      this.#header[at++] = 0x1a
      at = this.#putVarint(at, dataSize)
    }
    this.#begin(at)
    this.#data = piece.message
    this.#dataAt = piece.from
    this.#dataEnd = piece.to
    return at + dataSize
  }

  /** Copies what is left of the packet into `target` from `at` on; answers where it ends. */
  copyTo(target: Uint8Array, at: number): number {
    while (this.#headerAt < this.#headerEnd && at < target.length) {
      target[at++] = this.#header[this.#headerAt++] as number
    }
    const length = Math.min(this.#dataEnd - this.#dataAt, target.length - at)
    if (length > 0) {
      target.set(this.#data.subarray(this.#dataAt, this.#dataAt + length), at)
      this.#dataAt += length
    }
    if (this.isDone) this.#data = EMPTY_BYTES
    return at + length
  }

  #begin(headerEnd: number): void {
    this.#headerAt = 0
    this.#headerEnd = headerEnd
    this.#dataAt = 0
    this.#dataEnd = 0
  }

  #putPair(at: number, tag: number, value: number): number {
    this.#header[at] = tag
    this.#header[at + 1] = value
    return at + 2
  }

  #putVarint(at: number, value: number): number {
    if (value < 0x80) {
      this.#header[at] = value
      return at + 1
    }
    return this.#putPair(at, (value & 0x7f) | 0x80, value >>> 7)
  }
}

/** Bytes of a varint below 2^14, which every length in a packet is. */
function varintSize(value: number): number {
  return value < 0x80 ? 1 : 2
}
