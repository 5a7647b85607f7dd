// How a value lies in the database: a checksum over key and bytes before the bytes.

import { crc32c, freshBytes } from '../../core/bytes/index.ts'
import type { KeyValueOperation } from '../ports/index.ts'
import { StoreError } from './errors.ts'

const CHECKSUM_BYTES = 4

/**
 * The operation that stores a value. The database verifies nothing when it reads, and the key is in
 * the checksum so that a value under another's key is found out too.
 */
export function putValue(key: Uint8Array, bytes: Uint8Array): KeyValueOperation {
  const value = freshBytes(CHECKSUM_BYTES + bytes.length)
  new DataView(value.buffer, value.byteOffset).setUint32(0, crc32c(bytes, crc32c(key)))
  value.set(bytes, CHECKSUM_BYTES)
  return { put: [key, value] }
}

/**
 * The bytes of a stored value, or undefined; throws `StoreError` when they are not those that were
 * stored.
 */
export function openValue(
  key: Uint8Array,
  value: Uint8Array | undefined,
  what: string,
): Uint8Array | undefined {
  if (value === undefined) return undefined
  if (value.length < CHECKSUM_BYTES) throw corrupt(what, 'is cut off')
  const bytes = value.subarray(CHECKSUM_BYTES)
  const checksum = new DataView(value.buffer, value.byteOffset).getUint32(0)
  if (crc32c(bytes, crc32c(key)) !== checksum) throw corrupt(what, 'does not fit its checksum')
  return bytes
}

/** The error for a value that is missing or not what was stored. */
export function corrupt(what: string, reason: string): StoreError {
  return new StoreError('STORE_CORRUPT', { what, reason })
}
