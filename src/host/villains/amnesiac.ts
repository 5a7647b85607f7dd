// Amnesiac: forgets every lock, and prevotes against the block that it precommitted before.

import { NIL_BLOCK_ID, VoteType, equalBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { BlockId, Vote } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import { otherProposal } from './other-block.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

interface Lock {
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
}

/**
 * One vote for each place and one proposal for each round, the same for everybody. In a later round
 * than its precommit for a block it prevotes whatever else is proposed, and nil when that block is
 * proposed again or nothing is; as proposer it offers a new block where it should offer the old.
 */
export class Amnesiac implements Vice {
  readonly #stage: Stage
  readonly #recast: Recast
  #lock: Lock | null = null

  constructor(stage: Stage) {
    this.#stage = stage
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    return this.#recast.say(to, word)
  }

  castVote(wanted: Vote): Vote {
    if (wanted.type === VoteType.precommit) {
      if (!isNilBlockId(wanted.blockId)) this.#lock = wanted
      return wanted
    }
    const lock = this.#lock
    if (lock === null || lock.height !== wanted.height || lock.round >= wanted.round) return wanted
    return { ...wanted, blockId: this.#anythingBut(lock.blockId, wanted) ?? NIL_BLOCK_ID }
  }

  #anythingBut(locked: BlockId, { height, round }: Vote): BlockId | null {
    const { notes } = this.#stage
    const own = notes.proposalsAt({ height, round }).find((each) => this.#stage.isOwnProposal(each))
    const known = own === undefined ? null : notes.find(own.blockId)
    // Its vote may be asked for before its proposal leaves.
    if (own !== undefined && own.polRound >= 0 && known !== null) {
      otherProposal(this.#stage, own, known.block)
    }
    const proposals = notes.proposalsAt({ height, round })
    return proposals.find(({ blockId }) => !equalBlockId(blockId, locked))?.blockId ?? null
  }

  #cast({ proposal, block, partSet }: OwnProposal): (to: Counterpart) => Offer {
    const isOld = proposal.polRound >= 0
    const fresh = isOld ? otherProposal(this.#stage, proposal, block) : { proposal, partSet }
    const offer = { proposal: fresh.proposal, parts: allParts(fresh.partSet) }
    return () => offer
  }
}
