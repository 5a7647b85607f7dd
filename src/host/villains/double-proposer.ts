// Double proposer: signs two proposals for one round, and shows each half of the network one.

import type { Counterpart, Word } from './counterpart.ts'
import { otherProposal } from './other-block.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

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
    const { proposal, partSet } = otherProposal(this.#stage, own.proposal, own.block)
    const other = { proposal, parts: allParts(partSet) }
    const first = { proposal: own.proposal, parts: allParts(own.partSet) }
    return (to) => (this.#stage.isOnOurSide(to, proposal) ? first : other)
  }
}
