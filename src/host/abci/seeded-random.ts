// Random numbers that every node draws alike: a small generator seeded from the block's hash.

import { concatBytes } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'

/** Numbers in [0, 1) with 53 bits. */
export type RandomSource = () => number

/** The index that stands for the end of a block. */
export const END_OF_BLOCK = 0xffff_ffff

/**
 * The generator of one transaction: sfc32, seeded with SHA-256 over block hash and transaction
 * index. Good for games and samples; anybody who knows the block can compute it, so it keeps no
 * secrets and a proposer can influence it.
 */
export function seededRandom(crypto: Crypto, blockHash: Uint8Array, txIndex: number): RandomSource {
  const index = new Uint8Array(4)
  new DataView(index.buffer).setUint32(0, txIndex)
  const seed = crypto.sha256(concatBytes(blockHash, index))
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  const next = sfc32([view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)])
  return () => {
    const high = next() >>> 5
    const low = next() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }
}

function sfc32(seed: readonly [number, number, number, number]): () => number {
  let [a, b, c, counter] = seed
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
}
