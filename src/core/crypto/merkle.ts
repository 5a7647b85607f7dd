// RFC 6962 Merkle trees over SHA-256: roots of lists, without building the tree.

import { EMPTY_BYTES, equalBytes, freshBytes } from '../bytes/index.ts'
import type { Crypto } from './crypto.ts'

// The prefix of a leaf is zero: what fresh bytes begin with.
const INNER_PREFIX = 1

/** SHA-256(0x00, item). */
export const leafHash = (crypto: Crypto, item: Uint8Array): Uint8Array => {
  const input = freshBytes(item.length + 1)
  input.set(item, 1)
  return crypto.sha256(input)
}

/** SHA-256(0x01, left, right). */
export const innerHash = (crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array => {
  const input = freshBytes(left.length + right.length + 1)
  input[0] = INNER_PREFIX
  input.set(left, 1)
  input.set(right, left.length + 1)
  return crypto.sha256(input)
}

/** The hash of the empty list: SHA-256 of nothing. */
export const emptyHash = (crypto: Crypto): Uint8Array => crypto.sha256(EMPTY_BYTES)

/** The largest power of two strictly below `count` (count of at least 2): how a list is split. */
export const splitPoint = (count: number): number => 2 ** (31 - Math.clz32(count - 1))

/**
 * The root of a list of items.
 *
 * Pairs are hashed level by level from the left and an odd last node is carried up unchanged. That
 * is the same tree as the recursive split at the largest power of two, needs no recursion and one
 * scratch buffer.
 */
export const merkleRoot = (crypto: Crypto, items: readonly Uint8Array[]): Uint8Array =>
  items.length === 0 ? emptyHash(crypto) : rootOfLeafHashes(crypto, leafHashes(crypto, items))

/**
 * The leaf hashes of items; items of one size, as hashes are, share one scratch buffer. Equal
 * neighbours, as results of simple transactions are, are hashed once and share their hash.
 */
const leafHashes = (crypto: Crypto, items: readonly Uint8Array[]): Uint8Array[] => {
  let input: Uint8Array = EMPTY_BYTES
  let last: Uint8Array | null = null
  let hash = EMPTY_BYTES
  return items.map((item) => {
    if (last !== null && equalBytes(item, last)) return hash
    if (input.length !== item.length + 1) input = freshBytes(item.length + 1)
    input.set(item, 1)
    last = item
    hash = crypto.sha256(input)
    return hash
  })
}

/**
 * Folds leaf hashes (at least one) into their root; the array is used as scratch space. A pair that
 * is the very pair before it is not hashed again.
 */
export const rootOfLeafHashes = (crypto: Crypto, hashes: Uint8Array[]): Uint8Array => {
  const input = freshBytes(65)
  input[0] = INNER_PREFIX
  let count = hashes.length
  while (count > 1) {
    let next = 0
    let left: Uint8Array | null = null
    let right: Uint8Array | null = null
    let hash = EMPTY_BYTES
    for (let i = 0; i + 1 < count; i += 2) {
      if (hashes[i] !== left || hashes[i + 1] !== right) {
        left = hashes[i] as Uint8Array
        right = hashes[i + 1] as Uint8Array
        input.set(left, 1)
        input.set(right, 33)
        hash = crypto.sha256(input)
      }
      hashes[next++] = hash
    }
    if (count % 2 === 1) hashes[next++] = hashes[count - 1] as Uint8Array
    count = next
  }
  return hashes[0] as Uint8Array
}
