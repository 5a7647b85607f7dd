// A block cut into parts, complete or still arriving; every part proved against the header.

import { BitArray, assert, concatBytes } from '../bytes/index.ts'
import { merkleProofs, validateMerkleProof, verifyMerkleProof } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { Part, PartSetHeader } from '../proto/index.ts'
import { BLOCK_PART_SIZE, MAX_BLOCK_PARTS } from './limits.ts'

/** What {@link PartSet.add} answers. */
export type PartAddition =
  | { readonly kind: 'added'; readonly partSet: PartSet }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'invalid'; readonly reason: string }

interface Contents {
  readonly header: PartSetHeader
  readonly parts: readonly (Part | null)[]
  readonly count: number
  readonly byteSize: number
  readonly bytes: Uint8Array | null
}

/** Structure of a part, proof not verified: sizes and the agreement of its two indexes. */
export const validatePart = (part: Part): string | null => {
  const size = part.bytes.length
  if (size > BLOCK_PART_SIZE) return `part of ${size} bytes`
  const isLast = BigInt(part.index) >= part.proof.total - 1n
  if (!isLast && size !== BLOCK_PART_SIZE) return `part ${part.index} of ${size} bytes`
  if (BigInt(part.index) !== part.proof.index) {
    return `part ${part.index} with the proof of part ${part.proof.index}`
  }
  return validateMerkleProof(part.proof)
}

/**
 * An immutable set of parts under one header. Adding a part gives a new set that shares the parts.
 */
export class PartSet {
  readonly header: PartSetHeader
  /** Parts present. */
  readonly count: number
  /** Bytes of the parts present. */
  readonly byteSize: number
  readonly #parts: readonly (Part | null)[]
  #bytes: Uint8Array | null

  private constructor(contents: Contents) {
    this.header = contents.header
    this.count = contents.count
    this.byteSize = contents.byteSize
    this.#parts = contents.parts
    this.#bytes = contents.bytes
  }

  /** Cuts the encoding of a block into parts with their proofs; the set is complete. */
  static fromBytes(crypto: Crypto, bytes: Uint8Array): PartSet {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += BLOCK_PART_SIZE) {
      pieces.push(bytes.subarray(at, at + BLOCK_PART_SIZE))
    }
    const { root, proofs } = merkleProofs(crypto, pieces)
    const parts = proofs.map((proof, index) => ({
      index,
      bytes: pieces[index] as Uint8Array,
      proof,
    }))
    const header = { total: pieces.length, hash: root }
    return new PartSet({ header, parts, count: parts.length, byteSize: bytes.length, bytes })
  }

  /**
   * An empty set that waits for the parts of `header`, of which there are at most {@link
   * MAX_BLOCK_PARTS}.
   */
  static fromHeader(header: PartSetHeader): PartSet {
    assert(header.total <= MAX_BLOCK_PARTS, 'the number of parts was bounded at the edge')
    const parts = Array.from({ length: header.total }, () => null)
    return new PartSet({ header, parts, count: 0, byteSize: 0, bytes: null })
  }

  /** True when every part is present. */
  get isComplete(): boolean {
    return this.count === this.header.total
  }

  /** Which parts are present; a fresh copy. */
  get bits(): BitArray {
    return BitArray.fromBools(this.#parts.map((part) => part !== null))
  }

  /** The part at an index, or null when it is absent or outside. */
  get(index: number): Part | null {
    return this.#parts[index] ?? null
  }

  /** Verifies a part against the header. Nothing of the part is trusted before. */
  add(crypto: Crypto, part: Part): PartAddition {
    const { total, hash } = this.header
    if (part.index < 0 || part.index >= total) {
      return { kind: 'invalid', reason: `part ${part.index} of ${total}` }
    }
    if (this.#parts[part.index] !== null) return { kind: 'duplicate' }
    if (part.proof.total !== BigInt(total)) {
      return { kind: 'invalid', reason: `proof of ${part.proof.total} parts, expected ${total}` }
    }
    const reason = validatePart(part)
    if (reason !== null) return { kind: 'invalid', reason }
    if (!verifyMerkleProof(crypto, part.proof, hash, part.bytes)) {
      return { kind: 'invalid', reason: `part ${part.index} is not under the header` }
    }
    return { kind: 'added', partSet: this.#with(part) }
  }

  /** The encoding of the block. The set must be complete. */
  bytes(): Uint8Array {
    assert(this.isComplete, 'only a complete part set has bytes')
    this.#bytes ??= concatBytes(...this.#parts.map((part) => (part as Part).bytes))
    return this.#bytes
  }

  #with(part: Part): PartSet {
    const parts = this.#parts.slice()
    parts[part.index] = part
    const byteSize = this.byteSize + part.bytes.length
    return new PartSet({ header: this.header, parts, count: this.count + 1, byteSize, bytes: null })
  }
}
