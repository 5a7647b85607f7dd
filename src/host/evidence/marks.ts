// The keys and values of evidence in the database.

import { concatBytes, equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { offenceKey } from '../../core/faults/index.ts'
import { decodeEvidence, tryDecode } from '../../core/proto/index.ts'
import { evidenceHash } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { KeyRange } from '../ports/index.ts'

/** First bytes of a key: `ec‖hash`, `eo‖offence`, `ep‖offence`. The marks have empty values. */
const COMMITTED = Uint8Array.of(0x65, 0x63)
const OFFENCE = Uint8Array.of(0x65, 0x6f)
const PENDING = Uint8Array.of(0x65, 0x70)
const AFTER_PENDING = Uint8Array.of(0x65, 0x71)
/** Noted faults: `ew‖offence`, values as of pending evidence. */
const NOTE = Uint8Array.of(0x65, 0x77)
const AFTER_NOTE = Uint8Array.of(0x65, 0x78)
const HASH_SIZE = 32

/** The mark of committed evidence by its bytes. */
export function committedMark(crypto: Crypto, evidence: Evidence): Uint8Array {
  return concatBytes(COMMITTED, evidenceHash(crypto, evidence))
}

/** The mark of a committed offence. */
export function offenceMark(evidence: Evidence): Uint8Array {
  return concatBytes(OFFENCE, toUtf8(offenceKey(evidence)))
}

/** Where pending evidence of an offence is kept. */
export function pendingKey(evidence: Evidence): Uint8Array {
  return concatBytes(PENDING, toUtf8(offenceKey(evidence)))
}

/** All that is pending. */
export function pendingRange(limit: number): KeyRange {
  return { gte: PENDING, lt: AFTER_PENDING, limit }
}

/** Where a fault is noted whose height is not decided. */
export function noteKey(evidence: Evidence): Uint8Array {
  return concatBytes(NOTE, toUtf8(offenceKey(evidence)))
}

/** All that is noted. */
export function noteRange(limit: number): KeyRange {
  return { gte: NOTE, lt: AFTER_NOTE, limit }
}

/** What is kept of pending evidence: its bytes behind their hash. */
export function pendingValue(crypto: Crypto, bytes: Uint8Array): Uint8Array {
  return concatBytes(crypto.sha256(bytes), bytes)
}

/** The evidence in a value, null when it was damaged. */
export function openPending(crypto: Crypto, value: Uint8Array): Evidence | null {
  const bytes = value.slice(HASH_SIZE)
  if (!equalBytes(crypto.sha256(bytes), value.subarray(0, HASH_SIZE))) return null
  const decoded = tryDecode(decodeEvidence, bytes)
  return decoded.ok ? decoded.value : null
}
