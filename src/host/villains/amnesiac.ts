// Amnesiac: forgets every lock, and prevotes against the block that it precommitted before.

import { NIL_BLOCK_ID, VoteType, equalBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { BlockId, Vote } from '../../core/types/index.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/**
 * One vote for each place, the same for everybody: in a later round than its precommit for a block
 * it prevotes whatever else is proposed, and nil when that block is proposed again or nothing is.
 */
export class Amnesiac implements Vice {
  readonly #stage: Stage
  #precommitted: { readonly height: bigint; readonly round: number; readonly id: BlockId } | null =
    null

  constructor(stage: Stage) {
    this.#stage = stage
  }

  castVote(wanted: Vote): Vote {
    const lock = this.#precommitted
    if (wanted.type === VoteType.precommit) {
      const { height, round, blockId: id } = wanted
      if (!isNilBlockId(id)) this.#precommitted = { height, round, id }
      return wanted
    }
    if (lock === null || lock.height !== wanted.height || lock.round >= wanted.round) return wanted
    const others = this.#stage.notes
      .proposalsAt(wanted)
      .filter(({ blockId }) => !equalBlockId(blockId, lock.id))
    return { ...wanted, blockId: others[0]?.blockId ?? NIL_BLOCK_ID }
  }
}
