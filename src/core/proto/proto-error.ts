// The one failure of decoding: bytes that CometBFT's decoder would refuse too.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'

/** Why bytes are not a message. */
export type ProtoErrorCode =
  /** A value goes on beyond the end of its message. */
  | 'PROTO_TRUNCATED'
  /** A varint of more than ten bytes. */
  | 'PROTO_VARINT'
  /** Field number zero or below. */
  | 'PROTO_FIELD_NUMBER'
  /**
   * A known field in another wire type, an unknown wire type, or a group that ends without a start.
   */
  | 'PROTO_WIRE_TYPE'
  /** A time or duration outside its range. */
  | 'PROTO_TIME'
  /** A oneof without a known member, or a message without a part that it cannot be without. */
  | 'PROTO_MISSING'
  /** More elements than any valid message has. */
  | 'PROTO_LIMIT'
  /** A bit array whose words do not fit its number of bits. */
  | 'PROTO_BIT_ARRAY'

/** Thrown by every decoder of this room, and only this; `offset` is where in the input. */
export class ProtoError extends Error {
  override readonly name = 'ProtoError'
  readonly code: ProtoErrorCode
  readonly offset: number

  constructor(code: ProtoErrorCode, reason: string, offset: number) {
    super(`${reason} (at byte ${offset})`)
    this.code = code
    this.offset = offset
  }
}

/** Runs a decoder of this room on bytes from outside; the error is a text for humans. */
export function tryDecode<T>(
  decode: (bytes: Uint8Array) => T,
  bytes: Uint8Array,
): Result<T, string> {
  try {
    return ok(decode(bytes))
  } catch (error) {
    if (error instanceof ProtoError) return err(`${error.code}: ${error.message}`)
    throw error
  }
}
