// Writes protobuf fields from the last to the first, so that every length is known when it is
// written.

import { assert, toUtf8 } from '../bytes/index.ts'
import { highHalf, lowHalf, split } from './halves.ts'

/**
 * Allocating more than 64 bytes costs more than writing a vote, so short messages are cut from
 * slabs of this size, as Node cuts small buffers: a kept message keeps at most this much alive.
 */
const SLAB_BYTES = 16_384
/** Messages up to this length are cut from a slab, longer ones are copied out. */
const CUT_BYTES = 2048
/** A slab with less room than this is not begun on. */
const WORTHWHILE_BYTES = 512
/** A scratch buffer that one large message has made bigger than this is given back afterwards. */
const KEPT_BYTES = 4_194_304
/** Room for a tag and a varint beside what a field's value needs. */
const FIELD_BYTES = 11
/** Up to this length copying in a loop beats the call into TypedArray.set. */
const SHORT_BYTES = 40
const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

/**
 * A buffer filled from its end. Fields are written in descending order, lists from their last
 * element; zero values are left out as proto3 does. A `tag` is `number * 8 + wire type` and takes
 * one byte (field numbers up to 15), but that of a nested message may be longer.
 */
export class Writer {
  private slab = new Uint8Array(SLAB_BYTES)
  /** What of the slab is still free: its first bytes up to here. */
  private free = SLAB_BYTES
  /** Where a message goes that does not fit into the slab. */
  private scratch = new Uint8Array(0)

  /** The message being written is `buffer` from `pos` to `top`. */
  private buffer = this.slab
  private top = SLAB_BYTES
  private pos = SLAB_BYTES

  /** Starts a new message. */
  reset(): void {
    if (this.free < WORTHWHILE_BYTES) {
      this.slab = new Uint8Array(SLAB_BYTES)
      this.free = SLAB_BYTES
    }
    if (this.scratch.length > KEPT_BYTES) this.scratch = new Uint8Array(0)
    this.buffer = this.slab
    this.top = this.free
    this.pos = this.free
  }

  /** What was written since `reset`; later messages leave it alone. */
  finish(): Uint8Array {
    const { buffer, pos, top } = this
    if (buffer !== this.slab || top - pos > CUT_BYTES) return buffer.slice(pos, top)
    this.free = pos
    this.top = pos
    return buffer.subarray(pos, top)
  }

  /** How many bytes are written: taken before a nested message and given to `close` after it. */
  mark(): number {
    return this.top - this.pos
  }

  /** Puts tag and length before everything written since `mark`. */
  close(tag: number, mark: number): void {
    this.need(FIELD_BYTES)
    this.varint(this.top - this.pos - mark)
    this.varint(tag)
  }

  /** A nested message, written even when it is empty. */
  message<T>(tag: number, write: (writer: Writer, value: T) => void, value: T): void {
    const mark = this.mark()
    write(this, value)
    this.close(tag, mark)
  }

  /** A nested message, left out when it is null. */
  optional<T>(tag: number, write: (writer: Writer, value: T) => void, value: T | null): void {
    if (value !== null) this.message(tag, write, value)
  }

  /** One nested message per element. */
  list<T>(tag: number, write: (writer: Writer, value: T) => void, values: readonly T[]): void {
    for (let i = values.length - 1; i >= 0; i--) this.message(tag, write, values[i] as T)
  }

  uint32(tag: number, value: number): void {
    if (value === 0) return
    assert(value >>> 0 === value, `uint32 out of range: ${value}`)
    this.need(FIELD_BYTES)
    this.varint(value)
    this.byte(tag)
  }

  int32(tag: number, value: number): void {
    if (value === 0) return
    assert((value | 0) === value, `int32 out of range: ${value}`)
    this.need(FIELD_BYTES)
    if (value > 0) this.varint(value)
    else this.halves(value >>> 0, 0xffff_ffff)
    this.byte(tag)
  }

  bool(tag: number, value: boolean): void {
    if (value) this.uint32(tag, 1)
  }

  int64(tag: number, value: bigint): void {
    assert(value >= INT64_MIN && value <= INT64_MAX, 'int64 out of range')
    this.wide(tag, value)
  }

  uint64(tag: number, value: bigint): void {
    assert(value >= 0n && value <= UINT64_MAX, 'uint64 out of range')
    this.wide(tag, value)
  }

  /** A signed integer below 2^53 either way. */
  int64FromNumber(tag: number, value: number): void {
    if (value === 0) return
    this.need(FIELD_BYTES)
    if (value > 0) this.varint(value)
    else this.halves(value >>> 0, Math.floor(value / 4294967296) >>> 0)
    this.byte(tag)
  }

  /** Eight bytes, little end first. */
  sfixed64(tag: number, value: bigint): void {
    if (value === 0n) return
    assert(value >= INT64_MIN && value <= INT64_MAX, 'sfixed64 out of range')
    this.need(FIELD_BYTES)
    split(value)
    this.word(highHalf())
    this.word(lowHalf())
    this.byte(tag)
  }

  bytes(tag: number, value: Uint8Array): void {
    if (value.length > 0) this.present(tag, value)
  }

  /** A bytes field or an already encoded message, written even when it is empty. */
  present(tag: number, value: Uint8Array): void {
    this.raw(value)
    this.varint(value.length)
    this.byte(tag)
  }

  /** One bytes field per element, the empty ones too. */
  bytesList(tag: number, values: readonly Uint8Array[]): void {
    for (let i = values.length - 1; i >= 0; i--) this.present(tag, values[i] as Uint8Array)
  }

  string(tag: number, value: string): void {
    if (value.length > 0) this.presentString(tag, value)
  }

  /** A string field, written even when it is empty. */
  presentString(tag: number, value: string): void {
    const mark = this.mark()
    this.need(value.length + FIELD_BYTES)
    let pos = this.pos
    for (let i = value.length - 1; i >= 0; i--) {
      const code = value.charCodeAt(i)
      if (code > 127) return this.present(tag, toUtf8(value))
      this.buffer[--pos] = code
    }
    this.pos = pos
    this.close(tag, mark)
  }

  /** Bytes as they are, with room left for their length and tag. */
  raw(value: Uint8Array): void {
    const length = value.length
    this.need(length + FIELD_BYTES)
    this.pos -= length
    const { buffer, pos } = this
    if (length > SHORT_BYTES) buffer.set(value, pos)
    else for (let i = 0; i < length; i++) buffer[pos + i] = value[i] as number
  }

  /** A bare length, below 2^32. */
  length(value: number): void {
    this.need(FIELD_BYTES)
    this.varint(value)
  }

  /** A bare unsigned varint, an element of a packed list. */
  packedUint64(value: bigint): void {
    this.need(FIELD_BYTES)
    split(value)
    this.halves(lowHalf(), highHalf())
  }

  private wide(tag: number, value: bigint): void {
    if (value === 0n) return
    this.need(FIELD_BYTES)
    split(value)
    this.halves(lowHalf(), highHalf())
    this.byte(tag)
  }

  private byte(value: number): void {
    this.buffer[--this.pos] = value
  }

  private word(value: number): void {
    this.byte(value >>> 24)
    this.byte(value >>> 16)
    this.byte(value >>> 8)
    this.byte(value)
  }

  /** An unsigned number below 2^53. */
  private varint(value: number): void {
    if (value < 128) this.buffer[--this.pos] = value
    else this.halves(value >>> 0, Math.floor(value / 4294967296))
  }

  private halves(low: number, high: number): void {
    const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high)
    const size = bits === 0 ? 1 : Math.ceil(bits / 7)
    const { buffer } = this
    let pos = this.pos - size
    this.pos = pos
    while (high !== 0 || low > 127) {
      buffer[pos++] = (low & 127) | 128
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    buffer[pos] = low
  }

  private need(length: number): void {
    if (this.pos < length) this.grow(length)
  }

  /** Moves the message to a scratch buffer with at least `length` bytes more. */
  private grow(length: number): void {
    const written = this.mark()
    let larger = this.scratch
    if (this.buffer === larger || larger.length < written + length) {
      larger = new Uint8Array(Math.max(larger.length * 2, SLAB_BYTES * 4, written + length))
    }
    this.top = larger.length
    larger.set(this.buffer.subarray(this.pos, this.pos + written), this.top - written)
    this.pos = this.top - written
    this.buffer = larger
    this.scratch = larger
  }
}

/** Encoding is synchronous and writers never call an encoder, so one buffer serves all. */
const shared = new Writer()

/**
 * The bytes that `write` produces for a message. `write` must not itself encode other messages.
 * The result may be a view into a buffer that other messages live in: never transfer its `buffer`.
 */
export function encodeMessage<T>(write: (writer: Writer, value: T) => void, value: T): Uint8Array {
  shared.reset()
  write(shared, value)
  return shared.finish()
}

/** The same with the length of the message as a varint before it. */
export function encodeWithLength<T>(
  write: (writer: Writer, value: T) => void,
  value: T,
): Uint8Array {
  shared.reset()
  write(shared, value)
  shared.length(shared.mark())
  return shared.finish()
}
