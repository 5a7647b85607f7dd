// Merkle trees against the recursive definition of RFC 6962, and proofs that were tampered with.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_BYTES, concatBytes, toHex } from '../bytes/index.ts'
import {
  merkleProofs,
  merkleRoot,
  nobleCrypto as crypto,
  validateMerkleProof,
  verifyMerkleProof,
} from './index.ts'

/** The definition, word for word. */
const naiveRoot = (items: readonly Uint8Array[]): Uint8Array => {
  const [first] = items
  if (first === undefined) return crypto.sha256(EMPTY_BYTES)
  if (items.length === 1) return crypto.sha256(concatBytes(Uint8Array.of(0), first))
  let split = 1
  while (split * 2 < items.length) split *= 2
  const left = naiveRoot(items.slice(0, split))
  return crypto.sha256(concatBytes(Uint8Array.of(1), left, naiveRoot(items.slice(split))))
}

const list = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 70 })
/** No two alike: of two equal neighbours the proofs are equal too. */
const distinct = list.map((items) => items.map((item, i) => concatBytes(Uint8Array.of(i), item)))

test('merkle root: equals the recursive definition', () => {
  fc.assert(
    fc.property(list, (items) => {
      expect(toHex(merkleRoot(crypto, items))).toBe(toHex(naiveRoot(items)))
    }),
  )
})

test('merkle root: equals the definition where many items are equal', () => {
  const oneOfTwo = fc.constantFrom(EMPTY_BYTES, Uint8Array.of(1), Uint8Array.of(1))
  fc.assert(
    fc.property(fc.array(oneOfTwo, { maxLength: 40 }), (items) => {
      expect(toHex(merkleRoot(crypto, items))).toBe(toHex(naiveRoot(items)))
    }),
  )
})

test('merkle proofs: every item is proved, at its own index only', () => {
  fc.assert(
    fc.property(distinct, (items) => {
      const { root, proofs } = merkleProofs(crypto, items)
      for (const [index, proof] of proofs.entries()) {
        const item = items[index]!
        expect(validateMerkleProof(proof)).toBeNull()
        expect(verifyMerkleProof(crypto, proof, root, item)).toBe(true)
        const shifted = { ...proof, index: proof.index + 1n }
        expect(verifyMerkleProof(crypto, shifted, root, item)).toBe(false)
      }
    }),
  )
})

test('merkle proofs: a change of any piece is refused', () => {
  const items = [1, 2, 3, 4, 5].map((n) => Uint8Array.of(n))
  const { root, proofs } = merkleProofs(crypto, items)
  const proof = proofs[2]!
  const item = items[2]!
  const verdict = (changed: Partial<typeof proof>): boolean =>
    verifyMerkleProof(crypto, { ...proof, ...changed }, root, item)
  expect(verdict({})).toBe(true)
  expect(verdict({ aunts: proof.aunts.slice(1) })).toBe(false)
  expect(verdict({ aunts: [...proof.aunts, root] })).toBe(false)
  expect(verdict({ aunts: proof.aunts.toReversed() })).toBe(false)
  expect(verdict({ leafHash: root })).toBe(false)
  expect(verdict({ index: -1n })).toBe(false)
  expect(verdict({ total: 0n })).toBe(false)
  expect(verdict({ total: -5n })).toBe(false)
  expect(verdict({ total: 2n ** 63n - 1n })).toBe(false)
  expect(verifyMerkleProof(crypto, proof, item, item)).toBe(false)
  expect(verifyMerkleProof(crypto, proof, root, items[3]!)).toBe(false)
})

test('merkle proofs: structure is judged before hashing', () => {
  const { proofs } = merkleProofs(crypto, [Uint8Array.of(1), Uint8Array.of(2)])
  const proof = proofs[0]!
  const aunts = Array.from({ length: 101 }, () => proof.leafHash)
  expect(validateMerkleProof({ ...proof, aunts })).toContain('101 aunts')
  expect(validateMerkleProof({ ...proof, aunts: aunts.slice(1) })).toBeNull()
  expect(validateMerkleProof({ ...proof, aunts: [Uint8Array.of(1)] })).toContain('wrong size')
  expect(validateMerkleProof({ ...proof, leafHash: EMPTY_BYTES })).toContain('0 bytes')
  expect(validateMerkleProof({ ...proof, total: -1n })).toContain('total')
  expect(validateMerkleProof({ ...proof, index: -1n })).toContain('index')
})
