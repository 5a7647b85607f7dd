// What stored sign bytes say of themselves: the moment they belong to, and the timestamp, the one
// field in which a repeated signature may differ.

import type { Time } from '../../core/bytes/index.ts'
import { SignedMsgType } from '../../core/types/index.ts'
import type { SignPlace } from './sign-place.ts'
import { SignStep } from './sign-place.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const NS_PER_SECOND = 1_000_000_000n
/** Field numbers of `timestamp`. Wire: canonical.proto CanonicalVote, CanonicalProposal. */
export const TIMESTAMP_FIELD = { vote: 5, proposal: 6 } as const

/** Field numbers. Wire: canonical.proto CanonicalVote, CanonicalProposal. */
const TYPE = 1
const HEIGHT = 2
const ROUND = 3

const STEP_OF = new Map<bigint, number>([
  [BigInt(SignedMsgType.proposal), SignStep.proposal],
  [BigInt(SignedMsgType.prevote), SignStep.prevote],
  [BigInt(SignedMsgType.precommit), SignStep.precommit],
])

/** The moment of length-prefixed canonical sign bytes, or null when they cannot be read. */
export function placeOf(signBytes: Uint8Array): SignPlace | null {
  const fields = messageOf(signBytes)
  const step = STEP_OF.get(numberIn(fields, TYPE) ?? -1n)
  const height = numberIn(fields, HEIGHT)
  const round = numberIn(fields, ROUND)
  if (step === undefined || height === null || round === null) return null
  return { height, round: Number(round), step }
}

/**
 * The timestamp in length-prefixed canonical sign bytes, or null when they cannot be read. Nothing
 * else is taken from the bytes: whether the rest agrees is seen by encoding the message anew with
 * this time.
 */
export function timestampOf(signBytes: Uint8Array, field: number): Time | null {
  const timestamp = messageOf(signBytes)?.get(field)
  if (!(timestamp instanceof Uint8Array)) return null
  const parts = fieldsOf(timestamp)
  const seconds = parts?.get(1) ?? 0n
  const nanos = parts?.get(2) ?? 0n
  if (parts === null || typeof seconds !== 'bigint' || typeof nanos !== 'bigint') return null
  return BigInt.asIntN(64, seconds) * NS_PER_SECOND + BigInt.asIntN(64, nanos)
}

type Fields = Map<number, bigint | Uint8Array>

function messageOf(signBytes: Uint8Array): Fields | null {
  const length = readVarint(signBytes, 0)
  if (length === null || length.next + Number(length.value) !== signBytes.length) return null
  return fieldsOf(signBytes.subarray(length.next))
}

/** A number; zero when it was left out. */
function numberIn(fields: Fields | null, field: number): bigint | null {
  const value = fields === null ? null : (fields.get(field) ?? 0n)
  return typeof value === 'bigint' ? value : null
}

/** The fields of one message by number, the last one of each. */
function fieldsOf(message: Uint8Array): Fields | null {
  const fields: Fields = new Map()
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at)
    if (tag === null) return null
    const field = Number(tag.value >> 3n)
    const type = Number(tag.value & 7n)
    at = tag.next
    if (type === FIXED64) {
      if (at + 8 > message.length) return null
      const view = new DataView(message.buffer, message.byteOffset + at, 8)
      fields.set(field, view.getBigInt64(0, true))
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
