// The evidence that waits for a block: bounded for each accused, oldest offence first.

import { toHexUpper } from '../../core/bytes/index.ts'
import { offenceKey } from '../../core/faults/index.ts'
import { encodeEvidence } from '../../core/proto/index.ts'
import { evidenceHeight } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { PendingEvidence } from '../execution/index.ts'

/**
 * Pieces that may wait against one validator. A faulty one can sign offences without end; one block
 * takes one, so more than this would mostly expire.
 */
export const MAX_PENDING_PER_VALIDATOR = 64

/** Bytes of the pieces that may wait against one validator. */
export const MAX_PENDING_BYTES_PER_VALIDATOR: number = 2 * 1024 * 1024

/** What all that waits may take; several validators must conspire to get there. */
export const MAX_PENDING_BYTES: number = 32 * 1024 * 1024

/** A piece that waits. */
export interface PendingPiece {
  readonly evidence: Evidence
  /** What names the offence. */
  readonly offence: string
  readonly bytes: Uint8Array
  readonly height: bigint
  readonly accused: readonly string[]
  /**
   * Under which names it counts against the bounds: the accused; of an attack, one name for all
   * attacks, so that none of its many accused can fill the place of the others' evidence.
   */
  readonly burdened: readonly string[]
}

interface Burden {
  pieces: number
  bytes: number
}

/** A piece with everything that follows from it. */
export function pieceOf(evidence: Evidence): PendingPiece {
  const accused = accusedBy(evidence)
  return {
    evidence,
    offence: offenceKey(evidence),
    bytes: encodeEvidence(evidence),
    height: evidenceHeight(evidence),
    accused,
    burdened: isAttack(evidence) ? ['light client attacks'] : accused,
  }
}

const isAttack = ({ kind }: Evidence): boolean => kind === 'light-client-attack'

/** Addresses of the validators that a piece of evidence accuses. */
function accusedBy(evidence: Evidence): string[] {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return [toHexUpper(evidence.voteA.validatorAddress)]
    case 'light-client-attack':
      return evidence.byzantineValidators.map(({ address }) => toHexUpper(address))
    case 'double-proposal':
    case 'downtime':
      return [toHexUpper(evidence.validatorAddress)]
  }
}

/** Bytes of a piece inside an EvidenceList. */
function listedSize({ bytes }: PendingPiece): number {
  let size = 2 + bytes.length
  for (let rest = bytes.length >>> 7; rest > 0; rest >>>= 7) size++
  return size
}

/** Pending pieces by offence. */
export class PendingPieces {
  readonly #pieces = new Map<string, PendingPiece>()
  readonly #burdens = new Map<string, Burden>()
  #bytes = 0

  get size(): number {
    return this.#pieces.size
  }

  /** Bytes of all pieces. */
  get byteSize(): number {
    return this.#bytes
  }

  has(offence: string): boolean {
    return this.#pieces.has(offence)
  }

  get(offence: string): PendingPiece | null {
    return this.#pieces.get(offence) ?? null
  }

  all(): IterableIterator<PendingPiece> {
    return this.#pieces.values()
  }

  /** Why there is no room for a piece, or null. */
  crowded(piece: PendingPiece): string | null {
    const size = piece.bytes.length
    if (this.#bytes + size > MAX_PENDING_BYTES) {
      return `${this.#bytes} bytes of evidence wait for a block`
    }
    for (const name of piece.burdened) {
      const burden = this.#burdens.get(name)
      if (burden === undefined) continue
      const isFull =
        burden.pieces >= MAX_PENDING_PER_VALIDATOR ||
        burden.bytes + size > MAX_PENDING_BYTES_PER_VALIDATOR
      if (isFull) return `${burden.pieces} pieces of ${name} wait for a block`
    }
    return null
  }

  add(piece: PendingPiece): void {
    this.#pieces.set(piece.offence, piece)
    this.#weigh(piece, 1)
  }

  /** True when it was there. */
  remove(offence: string): boolean {
    const piece = this.#pieces.get(offence)
    if (piece === undefined) return false
    this.#pieces.delete(offence)
    this.#weigh(piece, -1)
    return true
  }

  /**
   * What goes into the next block: attacks first, which have many accused whose other offences must
   * not keep them waiting, then the oldest offences; at most `maxBytes` encoded as the list of the
   * block, and no two pieces against one validator. CometBFT's kvstore answers each piece with an
   * update of the validator's power, and two updates of one key halt the chain.
   */
  select(maxBytes: bigint): PendingEvidence {
    const inOrder = [...this.#pieces.values()].toSorted((a, b) => {
      if (isAttack(a.evidence) !== isAttack(b.evidence)) return isAttack(a.evidence) ? -1 : 1
      return a.height === b.height ? 0 : a.height < b.height ? -1 : 1
    })
    const accused = new Set<string>()
    const evidence: Evidence[] = []
    let byteSize = 0n
    for (const piece of inOrder) {
      const size = BigInt(listedSize(piece))
      if (byteSize + size > maxBytes) continue
      if (piece.accused.some((address) => accused.has(address))) continue
      for (const address of piece.accused) accused.add(address)
      evidence.push(piece.evidence)
      byteSize += size
    }
    return { evidence, byteSize }
  }

  #weigh({ burdened, bytes }: PendingPiece, sign: 1 | -1): void {
    this.#bytes += sign * bytes.length
    for (const name of burdened) {
      const burden = this.#burdens.get(name) ?? { pieces: 0, bytes: 0 }
      burden.pieces += sign
      burden.bytes += sign * bytes.length
      if (burden.pieces === 0) this.#burdens.delete(name)
      else this.#burdens.set(name, burden)
    }
  }
}
