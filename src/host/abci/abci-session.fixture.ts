// Reads the recorded ABCI connections: frames, their one field, and the fields inside.

import { fromBase64, fromUtf8 } from '../../core/bytes/index.ts'
import { readUvarint } from '../../core/proto/index.ts'
import type { Misbehavior } from './index.ts'

/** One recorded connection. */
export interface RecordedConnection {
  readonly conn: number
  readonly client_to_app_b64: string
  readonly app_to_client_b64: string
}

/** A request or response: the number of its kind in the oneof, and its content. */
export interface Frame {
  readonly kind: number
  readonly body: Uint8Array
}

/** The fields of a message: integers as bigint, the rest as bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>

/** The frames of one direction of a connection. */
export function framesOf(base64: string): Frame[] {
  const bytes = fromBase64(base64) ?? new Uint8Array(0)
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length;) {
    const length = readUvarint(bytes, at) ?? { value: 0, next: bytes.length }
    const end = length.next + length.value
    const [first] = [...fieldsOf(bytes.subarray(length.next, end))]
    if (first !== undefined) frames.push({ kind: first[0], body: first[1][0] as Uint8Array })
    at = end
  }
  return frames
}

/** Splits a message into its fields. */
export function fieldsOf(message: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    const isBytes = (tag & 7) === 2
    const head = varint()
    const value = isBytes ? message.subarray(at, at + Number(head)) : head
    if (isBytes) at += Number(head)
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields
}

/** The bytes of a field; empty when it is absent. */
export function bytesIn(fields: Fields, number: number): Uint8Array {
  return (fields.get(number)?.[0] as Uint8Array | undefined) ?? new Uint8Array(0)
}

/** All values of a repeated bytes field. */
export function allBytesIn(fields: Fields, number: number): Uint8Array[] {
  return (fields.get(number) ?? []) as Uint8Array[]
}

/** The integer of a field; 0 when it is absent. */
export function integerIn(fields: Fields, number: number): bigint {
  return (fields.get(number)?.[0] as bigint | undefined) ?? 0n
}

/** The text of a field. */
export function textIn(fields: Fields, number: number): string {
  return fromUtf8(bytesIn(fields, number))
}

/** The offences of a request. */
export function misbehaviorIn(fields: Fields, number: number): Misbehavior[] {
  return allBytesIn(fields, number).map((bytes) => {
    const piece = fieldsOf(bytes)
    const validator = fieldsOf(bytesIn(piece, 2))
    return {
      kind: integerIn(piece, 1) === 1n ? 'duplicate-vote' : 'light-client-attack',
      validator: { address: bytesIn(validator, 1), power: integerIn(validator, 3) },
      height: integerIn(piece, 3),
      time: 0n,
      totalVotingPower: integerIn(piece, 5),
    }
  })
}
