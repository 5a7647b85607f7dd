// Roots and proofs of Merkle trees are CometBFT's, and the proofs verify.

import { expect } from 'vitest'
import { toHex } from '../bytes/index.ts'
import { merkleProofs, merkleRoot, nobleCrypto, verifyMerkleProof } from './index.ts'
import { hex, testVectors } from './vectors.fixture.ts'

interface MerkleCase {
  readonly items: readonly string[] | null
  readonly root: string
  readonly proofs:
    | readonly {
        readonly index: number
        readonly leaf_hash: string
        readonly aunts: string[] | null
      }[]
    | null
}

const checkMerkle = (one: MerkleCase): void => {
  const items = (one.items ?? []).map(hex)
  expect(toHex(merkleRoot(nobleCrypto, items))).toBe(one.root)
  const { root, proofs } = merkleProofs(nobleCrypto, items)
  expect(toHex(root)).toBe(one.root)
  for (const expected of one.proofs ?? []) {
    const proof = proofs[expected.index]!
    expect(toHex(proof.leafHash)).toBe(expected.leaf_hash)
    expect(proof.aunts.map(toHex)).toEqual(expected.aunts ?? [])
  }
  for (const [index, proof] of proofs.entries()) {
    expect(proof.index).toBe(BigInt(index))
    expect(verifyMerkleProof(nobleCrypto, proof, root, items[index]!)).toBe(true)
  }
}

testVectors('merkle.json', 'roots and proofs are equal', checkMerkle)
