// Proofs that an item stands at an index of a Merkle tree: made for a whole list at once, verified
// one by one.

import { assert, equalBytes } from '../bytes/index.ts'
import type { MerkleProof } from '../proto/index.ts'
import type { Crypto } from './crypto.ts'
import { emptyHash, innerHash, leafHash, splitPoint } from './merkle.ts'

/** Enough for a tree of 2^100 items; a longer proof is refused unread. */
export const MAX_AUNTS = 100

interface Subtree {
  readonly root: Uint8Array
  /** Per leaf, the siblings met so far, the leaf's own first. */
  readonly aunts: Uint8Array[][]
}

const subtreeOf = (crypto: Crypto, leaves: readonly Uint8Array[]): Subtree => {
  const first = leaves[0]
  assert(first !== undefined, 'a subtree has at least one leaf')
  if (leaves.length === 1) return { root: first, aunts: [[]] }
  const split = splitPoint(leaves.length)
  const left = subtreeOf(crypto, leaves.slice(0, split))
  const right = subtreeOf(crypto, leaves.slice(split))
  for (const aunts of left.aunts) aunts.push(right.root)
  for (const aunts of right.aunts) aunts.push(left.root)
  return { root: innerHash(crypto, left.root, right.root), aunts: left.aunts.concat(right.aunts) }
}

/** The root of a list and the proof of each item, in the order of the items. */
export const merkleProofs = (
  crypto: Crypto,
  items: readonly Uint8Array[],
): { readonly root: Uint8Array; readonly proofs: MerkleProof[] } => {
  if (items.length === 0) return { root: emptyHash(crypto), proofs: [] }
  const leaves = items.map((item) => leafHash(crypto, item))
  const { root, aunts } = subtreeOf(crypto, leaves)
  const total = BigInt(items.length)
  const proofs = leaves.map((leaf, index) => ({
    total,
    index: BigInt(index),
    leafHash: leaf,
    aunts: aunts[index] ?? [],
  }))
  return { root, proofs }
}

/** Structure only: signs, sizes of hashes, number of aunts. Null when it is well formed. */
export const validateMerkleProof = (proof: MerkleProof): string | null => {
  if (proof.total < 0n) return 'negative total'
  if (proof.index < 0n) return 'negative index'
  if (proof.leafHash.length !== 32) return `leaf hash of ${proof.leafHash.length} bytes`
  if (proof.aunts.length > MAX_AUNTS) return `${proof.aunts.length} aunts`
  if (proof.aunts.some((aunt) => aunt.length !== 32)) return 'aunt of a wrong size'
  return null
}

/** The largest power of two strictly below `count` (count of at least 2, up to 63 bits). */
const largestPowerBelow = (count: bigint): bigint => {
  let power = 1n
  while (power << 1n < count) power <<= 1n
  return power
}

/** On which side of its parent the path from the root down to the leaf stands, root first. */
const pathTo = (index: bigint, total: bigint): ('left' | 'right')[] => {
  const path: ('left' | 'right')[] = []
  while (total > 1n) {
    const split = largestPowerBelow(total)
    if (index < split) {
      path.push('left')
      total = split
    } else {
      path.push('right')
      index -= split
      total -= split
    }
  }
  return path
}

/**
 * True when `item` stands at `proof.index` of `proof.total` items under `root`.
 * The caller compares index and total with what it expects: the proof only speaks for itself.
 */
export const verifyMerkleProof = (
  crypto: Crypto,
  proof: MerkleProof,
  root: Uint8Array,
  item: Uint8Array,
): boolean => {
  const { total, index, aunts } = proof
  if (index < 0n || index >= total || aunts.length > MAX_AUNTS) return false
  const path = pathTo(index, total)
  if (path.length !== aunts.length) return false
  let hash = leafHash(crypto, item)
  if (!equalBytes(hash, proof.leafHash)) return false
  for (const aunt of aunts) {
    hash = path.pop() === 'left' ? innerHash(crypto, hash, aunt) : innerHash(crypto, aunt, hash)
  }
  return equalBytes(hash, root)
}
