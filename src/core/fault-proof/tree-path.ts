// The way from a leaf of a Merkle tree up to its root, without saying how large the tree is.

import { equalBytes } from '../bytes/index.ts'
import { innerHash, leafHash } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'

/** No way is longer: of ten thousand leaves it has 14 steps. */
export const MAX_STEPS = 14

/** The steps from the leaf up: true where the node is the right one of two. */
export type TreePath = readonly boolean[]

/** The way up from a leaf of a tree of so many (RFC 6962). */
export const pathOf = (index: number, total: number): TreePath => {
  const down: boolean[] = []
  let [at, size] = [index, total]
  while (size > 1) {
    let left = 1
    while (left * 2 < size) left *= 2
    const isRight = at >= left
    down.push(isRight)
    if (isRight) at -= left
    size = isRight ? size - left : left
  }
  return down.toReversed()
}

/** A way as bits, the lowest the leaf's. */
export const bitsOf = (path: TreePath): number =>
  path.reduce((bits, isRight, step) => bits + (isRight ? 2 ** step : 0), 0)

/** The way of so many steps that has these bits; null when they are no such way. */
export const pathOfBits = (bits: number, steps: number): TreePath | null => {
  if (steps > MAX_STEPS || bits < 0 || bits >= 2 ** steps) return null
  return Array.from({ length: steps }, (_, step) => Math.floor(bits / 2 ** step) % 2 === 1)
}

/** Whether a leaf stands at the end of a way below a root. */
export const leadsTo = (
  crypto: Crypto,
  [leaf, root]: readonly [Uint8Array, Uint8Array],
  path: TreePath,
  aunts: readonly Uint8Array[],
): boolean => {
  if (aunts.length !== path.length) return false
  let hash = leafHash(crypto, leaf)
  for (const [step, aunt] of aunts.entries()) {
    hash = path[step] === true ? innerHash(crypto, aunt, hash) : innerHash(crypto, hash, aunt)
  }
  return equalBytes(hash, root)
}
