// The timestamp inside stored sign bytes: the one field in which a repeated signature may differ.

import type { Time } from '../../core/bytes/index.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const NS_PER_SECOND = 1_000_000_000n
/** Field numbers of `timestamp`. Wire: canonical.proto CanonicalVote, CanonicalProposal. */
export const TIMESTAMP_FIELD = { vote: 5, proposal: 6 } as const

/**
 * The timestamp in length-prefixed canonical sign bytes, or null when they cannot be read. Nothing
 * else is taken from the bytes: whether the rest agrees is seen by encoding the message anew with
 * this time.
 */
export function timestampOf(signBytes: Uint8Array, field: number): Time | null {
  const length = readVarint(signBytes, 0)
  if (length === null || length.next + Number(length.value) !== signBytes.length) return null
  const timestamp = fieldsOf(signBytes.subarray(length.next))?.get(field)
  if (!(timestamp instanceof Uint8Array)) return null
  const parts = fieldsOf(timestamp)
  const seconds = parts?.get(1) ?? 0n
  const nanos = parts?.get(2) ?? 0n
  if (parts === null || typeof seconds !== 'bigint' || typeof nanos !== 'bigint') return null
  return BigInt.asIntN(64, seconds) * NS_PER_SECOND + BigInt.asIntN(64, nanos)
}

/** The fields of one message by number, the last one of each; fixed ones are skipped. */
function fieldsOf(message: Uint8Array): Map<number, bigint | Uint8Array> | null {
  const fields = new Map<number, bigint | Uint8Array>()
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at)
    if (tag === null) return null
    const field = Number(tag.value >> 3n)
    const type = Number(tag.value & 7n)
    at = tag.next
    if (type === FIXED64) {
      at += 8
      continue
    }
    const value = readVarint(message, at)
    if (value === null || (type !== VARINT && type !== BYTES)) return null
    at = value.next
    if (type === VARINT) {
      fields.set(field, value.value)
      continue
    }
    const end = at + Number(value.value)
    if (end > message.length) return null
    fields.set(field, message.subarray(at, end))
    at = end
  }
  return fields
}

/** All 64 bits: a proof-of-lock round of -1 and times before 1970 take ten bytes. */
function readVarint(
  bytes: Uint8Array,
  offset: number,
): { readonly value: bigint; readonly next: number } | null {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) return null
    value |= BigInt(byte & 127) << BigInt(7 * i)
    if (byte < 128) return { value, next: offset + i + 1 }
  }
  return null
}
