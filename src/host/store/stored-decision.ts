// What was decided at a height, with what proves it: header, commit and validators.

import type { Commit, Header, ValidatorSet } from '../../core/types/index.ts'
import type { BlockStore } from './block-store.ts'
import type { StateStore } from './state-store.ts'

/** A decided header, its commit, and the validators of its height. */
export interface StoredDecision {
  readonly header: Header
  readonly commit: Commit
  readonly validatorSet: ValidatorSet
}

/**
 * The decision of a height, null outside the stored ones. Of the highest block it holds the
 * precommits that this node decided by, of others the commit that the next block carries.
 */
export async function loadDecision(
  blocks: BlockStore,
  states: StateStore,
  height: bigint,
): Promise<StoredDecision | null> {
  const meta = await blocks.loadBlockMeta(height)
  const validatorSet = await states.loadValidators(height)
  // Twice: while the first two are read, the next block may replace the one by the other.
  const commit =
    (await blocks.loadCommit(height)) ??
    (await blocks.loadSeenCommit(height)) ??
    (await blocks.loadCommit(height))
  if (meta === null || validatorSet === null || commit === null) return null
  return { header: meta.header, commit, validatorSet }
}
