// What a place must tell so that the evidence in its blocks can be listed and proved.

import { equalBytes } from '../../core/bytes/index.ts'
import { hashEvidence } from '../../core/types/index.ts'
import type { Commit, Evidence, Header, ValidatorSet } from '../../core/types/index.ts'
import { nativeCrypto } from '../platform/index.ts'

/** Heights, both ends counted. */
export interface HeightRange {
  readonly from: bigint
  readonly to: bigint
}

/**
 * A piece and where it stands: the block that carries it, and its place there, from 0. Of a piece
 * that waits for a block the block is null, and the place that among those that wait.
 */
export interface PlacedEvidence {
  readonly block: bigint | null
  readonly index: number
  readonly evidence: Evidence
}

/**
 * A header and a commit for it: that in the next block, of the newest block any that decides it.
 */
export interface CommittedHeader {
  readonly header: Header
  readonly commit: Commit
}

/** Blocks that can be asked for evidence. */
export interface EvidenceInBlocks {
  readonly chainId: string
  /** The blocks that are kept. */
  readonly heights: HeightRange
  /** The heights of a range whose blocks carry evidence, lowest first. */
  heightsWithEvidence(range: HeightRange): AsyncIterable<bigint>
  /** The evidence of one block. */
  evidenceAt(height: bigint): Promise<readonly Evidence[]>
  /** What waits for a block, oldest offence first; null when that is not told here. */
  pending(): Promise<readonly Evidence[] | null>
  /** The header of a height and its commit; rejects when they are not known. */
  headerAt(height: bigint): Promise<CommittedHeader>
  /** The validators of a height; rejects when they are not known. */
  validatorsAt(height: bigint): Promise<ValidatorSet>
  close(): Promise<void>
}

const NO_EVIDENCE = hashEvidence(nativeCrypto, [])

/** True when a block carries evidence: its header says so. */
export function carriesEvidence({ evidenceHash }: Pick<Header, 'evidenceHash'>): boolean {
  return !equalBytes(evidenceHash, NO_EVIDENCE)
}
