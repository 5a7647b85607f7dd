// Stored blocks as gossip wants them: parts, their header, and the deciding precommits as votes.
import { VoteSet } from '../../core/types/index.ts'
import type { StoredBlocks } from '../gossip/index.ts'
import type { Foundation } from './foundation.ts'

/** A view of the stores; nothing is kept. */
export function storedBlocksOf({ blockStore, stateStore }: Foundation): StoredBlocks {
  return {
    get base() {
      return blockStore.base
    },
    partSetHeader: async (height) => {
      const meta = await blockStore.loadBlockMeta(height)
      return meta?.blockId.partSetHeader ?? null
    },
    part: (height, index) => blockStore.loadPart(height, index),
    precommits: async (height) => {
      const commit =
        (await blockStore.loadCommit(height)) ?? (await blockStore.loadSeenCommit(height))
      const validators = await stateStore.loadValidators(height)
      if (commit === null || validators === null) return null
      return VoteSet.fromCommit(commit, validators)
    },
  }
}
