// Double proposer: signs two proposals for one round, and shows each half of the network one.

import { equalBytes } from '../../core/bytes/index.ts'
import { makeBlockId } from '../../core/types/index.ts'
import type { Block } from '../../core/types/index.ts'
import type { Counterpart } from './counterpart.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice, Word } from './vice.ts'

/** Its own half gets the block of the honest part, the other half another valid one. */
export class DoubleProposer implements Vice {
  readonly #stage: Stage
  readonly #recast: Recast

  constructor(stage: Stage) {
    this.#stage = stage
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    return this.#recast.say(to, word)
  }

  #cast(own: OwnProposal): (to: Counterpart) => Offer {
    const { crypto, notes } = this.#stage
    const { blockId, partSet } = makeBlockId(crypto, this.#otherBlock(own.block))
    const proposal = this.#stage.signProposal({ ...own.proposal, blockId, polRound: -1 })
    notes.addProposal(proposal, partSet)
    const other = { proposal, parts: allParts(partSet) }
    const first = { proposal: own.proposal, parts: allParts(own.partSet) }
    return (to) => (this.#stage.isOnOurSide(to, proposal) ? first : other)
  }

  // Which validator a block names as its proposer is the one thing that the chain leaves open.
  #otherBlock(block: Block): Block {
    const signers = (block.lastCommit?.signatures ?? []).map((each) => each.validatorAddress)
    const known = [...signers, ...this.#stage.genesis.validators.map(({ address }) => address)]
    const { proposerAddress } = block.header
    const other = known.find((each) => each.length > 0 && !equalBytes(each, proposerAddress))
    return { ...block, header: { ...block.header, proposerAddress: other ?? proposerAddress } }
  }
}
