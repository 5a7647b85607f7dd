// Block ids: what a vote names, nil included.

import { EMPTY_BYTES, bytesKey, equalBytes } from '../bytes/index.ts'
import { encodePartSetHeader } from '../proto/index.ts'
import type { BlockId, PartSetHeader } from '../proto/index.ts'

/** The header of no parts. */
export const EMPTY_PART_SET_HEADER: PartSetHeader = { total: 0, hash: EMPTY_BYTES }
/** The value of a vote for nil. */
export const NIL_BLOCK_ID: BlockId = { hash: EMPTY_BYTES, partSetHeader: EMPTY_PART_SET_HEADER }

/** True when both part set headers name the same parts. */
export const equalPartSetHeader = (a: PartSetHeader, b: PartSetHeader): boolean =>
  a === b || (a.total === b.total && equalBytes(a.hash, b.hash))

/** True when both ids name the same value. */
export const equalBlockId = (a: BlockId, b: BlockId): boolean =>
  a === b || (equalBytes(a.hash, b.hash) && equalPartSetHeader(a.partSetHeader, b.partSetHeader))

/** True for nil: no hash and no parts. */
export const isNilBlockId = (id: BlockId): boolean =>
  id.hash.length === 0 && id.partSetHeader.total === 0 && id.partSetHeader.hash.length === 0

/** True when the id names a block and its parts, all hashes being of full length. */
export const isCompleteBlockId = (id: BlockId): boolean =>
  id.hash.length === 32 && id.partSetHeader.total > 0 && id.partSetHeader.hash.length === 32

/**
 * A map key. Its order (by code unit) is the order in which the two votes of a duplicate vote
 * evidence must stand: the block hash, then the encoded part set header.
 */
export const blockIdKey = (id: BlockId): string => {
  if (id !== last.id) {
    const key = bytesKey(id.hash) + bytesKey(encodePartSetHeader(id.partSetHeader))
    last = { id, key }
  }
  return last.key
}

// Ids never change, and one that was asked for is asked for again at once.
let last: { readonly id: BlockId | null; readonly key: string } = { id: null, key: '' }

/** Sizes only: every hash is empty or of 32 bytes. Null when it is well formed. */
export const validateBlockId = (id: BlockId): string | null => {
  if (!isHashOrEmpty(id.hash)) return `block hash of ${id.hash.length} bytes`
  const { hash } = id.partSetHeader
  return isHashOrEmpty(hash) ? null : `part set hash of ${hash.length} bytes`
}

/** A hash field of the wire is either absent or whole. */
export const isHashOrEmpty = (hash: Uint8Array): boolean => hash.length === 0 || hash.length === 32
