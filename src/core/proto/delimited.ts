// Length prefixes: how messages stand one after another in a stream, and in sign bytes.

import { ProtoError } from './proto-error.ts'

/** A number below 2^53 as a varint. */
function uvarint(value: number): number[] {
  const out: number[] = []
  let rest = value
  while (rest > 127) {
    out.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
  return out
}

/** The bytes with their length as a varint before them. */
export function encodeDelimited(bytes: Uint8Array): Uint8Array {
  const prefix = uvarint(bytes.length)
  const whole = new Uint8Array(prefix.length + bytes.length)
  whole.set(prefix)
  whole.set(bytes, prefix.length)
  return whole
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
