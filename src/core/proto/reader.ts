// Reads protobuf fields from bytes with exactly the leniency of CometBFT's decoder, without
// copying.

import { EMPTY_BYTES, fromUtf8 } from '../bytes/index.ts'
import { joinSigned, joinUnsigned } from './halves.ts'
import { ProtoError } from './proto-error.ts'

/** Ten groups of seven bits hold 64; an eleventh byte is an error, excess bits are dropped. */
const MAX_VARINT_BYTES = 10

/**
 * A cursor over one message. `pos` and `end` bound the message being read; nested messages narrow
 * `end` for their duration, so nothing can be read beyond a message's own bytes.
 */
export class Reader {
  readonly bytes: Uint8Array
  pos = 0
  end: number
  /** Halves of the varint read last. */
  private low = 0
  private high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }

  /** The next field number and wire type as `number * 8 + type`; the number is at least 0. */
  tag(): number {
    const first = this.bytes[this.pos] as number
    if (first < 128) {
      this.pos++
      return first
    }
    this.varint()
    const field = (this.low >>> 3) | (this.high << 29)
    if (field <= 0) throw this.fail('PROTO_FIELD_NUMBER', `illegal field number ${field}`)
    return field * 8 + (this.low & 7)
  }

  int32(): number {
    this.varint()
    return this.low | 0
  }

  uint32(): number {
    this.varint()
    return this.low
  }

  bool(): boolean {
    this.varint()
    return (this.low | this.high) !== 0
  }

  int64(): bigint {
    this.varint()
    return this.high === 0 ? BigInt(this.low) : joinSigned(this.low, this.high)
  }

  uint64(): bigint {
    this.varint()
    return this.high === 0 ? BigInt(this.low) : joinUnsigned(this.low, this.high)
  }

  /** A signed integer as a double: exact up to 2^53, beyond only good for range checks. */
  int64AsNumber(): number {
    this.varint()
    return (this.high | 0) * 4294967296 + this.low
  }

  /** A view of a bytes field: it keeps the whole input alive. */
  view(): Uint8Array {
    const length = this.length()
    if (length === 0) return EMPTY_BYTES
    const start = this.pos
    this.pos = start + length
    return this.bytes.subarray(start, this.pos)
  }

  string(): string {
    return fromUtf8(this.view())
  }

  /** Reads a nested message; `base` is what its fields were before, for fields given twice. */
  message<T>(read: (reader: Reader, base: T) => T, base: T): T {
    const outer = this.open()
    const value = read(this, base)
    this.end = outer
    return value
  }

  /** Enters a length-delimited value and returns the end to give back to `close`. */
  open(): number {
    const outer = this.end
    this.end = this.length() + this.pos
    return outer
  }

  close(outer: number): void {
    this.end = outer
  }

  /**
   * Passes over a field that the message does not know. A field up to `known` got here because its
   * wire type is wrong, which CometBFT refuses.
   */
  skip(tag: number, known: number): void {
    const field = Math.floor(tag / 8)
    const type = tag % 8
    if (type === 4) throw this.fail('PROTO_WIRE_TYPE', 'group ends without a start')
    if (field === 0) throw this.fail('PROTO_FIELD_NUMBER', 'illegal field number 0')
    if (field <= known) throw this.fail('PROTO_WIRE_TYPE', `field ${field} has wire type ${type}`)
    let depth = this.skipValue(type)
    // Groups are counted, not recursed into: their depth is bounded only by the input's length.
    // Inside them CometBFT looks at wire types alone, so field numbers stay unchecked here too.
    while (depth > 0) {
      this.varint()
      depth += this.skipValue(this.low & 7)
    }
  }

  /** Passes over one value; 1 when it opens a group, -1 when it closes one. */
  private skipValue(type: number): number {
    switch (type) {
      case 0:
        this.varint()
        return 0
      case 1:
        this.advance(8)
        return 0
      case 2:
        this.advance(this.length())
        return 0
      case 3:
        return 1
      case 4:
        return -1
      case 5:
        this.advance(4)
        return 0
      default:
        throw this.fail('PROTO_WIRE_TYPE', `illegal wire type ${type}`)
    }
  }

  private advance(length: number): void {
    if (length > this.end - this.pos) throw this.fail('PROTO_TRUNCATED', 'unexpected end')
    this.pos += length
  }

  /** The length of what follows, checked against the end of the message. */
  private length(): number {
    this.varint()
    if (this.high !== 0 || this.low > this.end - this.pos) {
      throw this.fail('PROTO_TRUNCATED', 'length beyond the end of the message')
    }
    return this.low
  }

  private varint(): void {
    const { bytes, end } = this
    let pos = this.pos
    let byte = 0
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= end) throw this.fail('PROTO_TRUNCATED', 'unexpected end')
      byte = bytes[pos++] as number
      low |= (byte & 127) << shift
      if (byte < 128) {
        this.pos = pos
        this.low = low
        this.high = 0
        return
      }
    }
    this.longVarint(pos, low)
  }

  /** The rest of a varint whose first four bytes are read. */
  private longVarint(start: number, lowest: number): void {
    const { bytes, end } = this
    let low = lowest
    let high = 0
    let pos = start
    for (let count = 4; count < MAX_VARINT_BYTES; count++) {
      if (pos >= end) throw this.fail('PROTO_TRUNCATED', 'unexpected end')
      const byte = bytes[pos++] as number
      const bits = byte & 127
      if (count === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else {
        high |= bits << (count * 7 - 32)
      }
      if (byte < 128) {
        this.pos = pos
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    throw this.fail('PROTO_VARINT', 'varint of more than ten bytes')
  }

  /** An error at the cursor. */
  fail(code: ProtoError['code'], reason: string): ProtoError {
    return new ProtoError(code, reason, this.pos)
  }
}
