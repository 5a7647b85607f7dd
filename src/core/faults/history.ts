// What is known of the past of a chain while evidence is verified.

import type { Commit, Header, ValidatorSet } from '../types/index.ts'

/** What is known of the past of the chain; the caller loads it beforehand. */
export interface ChainHistory {
  /** The header of the block of a height, null when it is not known. */
  headerAt(height: bigint): Header | null
  /** The commit of a height as the next block carries it, null when it is not known. */
  commitAt(height: bigint): Commit | null
  /** The validators of a height as they stand in round 0, null when they are not known. */
  validatorsAt(height: bigint): ValidatorSet | null
}
