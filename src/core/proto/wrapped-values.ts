// Single values wrapped in a message of one field (google/protobuf/wrappers.proto).

import { EMPTY_BYTES } from '../bytes/index.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

function writeStringValue(writer: Writer, value: string): void {
  writer.string(0x0a, value)
}

function writeInt64Value(writer: Writer, value: bigint): void {
  writer.int64(0x08, value)
}

function writeBytesValue(writer: Writer, value: Uint8Array): void {
  writer.bytes(0x0a, value)
}

/** A text as a leaf of the header hash; empty when the text is. */
export function encodeStringValue(value: string): Uint8Array {
  return encodeMessage(writeStringValue, value)
}

/** A number as a leaf of the header hash; empty when it is zero. */
export function encodeInt64Value(value: bigint): Uint8Array {
  return encodeMessage(writeInt64Value, value)
}

/** A hash as a leaf of the header hash, or an ephemeral key in the handshake; empty when it is. */
export function encodeBytesValue(value: Uint8Array): Uint8Array {
  return encodeMessage(writeBytesValue, value)
}

/** @throws ProtoError on malformed bytes. */
export function decodeBytesValue(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes)
  let value = EMPTY_BYTES
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) value = reader.view()
    else reader.skip(tag, 1)
  }
  return value
}
