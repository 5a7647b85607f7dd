// Length prefixes: how messages stand one after another in a stream, and in sign bytes.

import { ProtoError } from './proto-error.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

/** The bytes with their length as a varint before them. */
export function encodeDelimited(bytes: Uint8Array): Uint8Array {
  return encodeMessage(writeDelimited, bytes)
}

function writeDelimited(writer: Writer, bytes: Uint8Array): void {
  writer.raw(bytes)
  writer.length(bytes.length)
}

/**
 * Reads the varint at `offset`; null when the bytes end before it does.
 * `value` is exact below 2^53, above only good for comparing with a bound.
 * @throws ProtoError when it does not fit 64 bits.
 */
export function readUvarint(
  bytes: Uint8Array,
  offset: number,
): { readonly value: number; readonly next: number } | null {
  let value = 0
  let weight = 1
  for (let i = 0; i < 10; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) return null
    if (i === 9 && byte > 1) break
    value += (byte & 127) * weight
    if (byte < 128) return { value, next: offset + i + 1 }
    weight *= 128
  }
  throw new ProtoError('PROTO_VARINT', 'length prefix of more than 64 bits', offset)
}
