// Withholder: proposes but keeps parts of the block back, and hides votes from half of the network.

import type { Counterpart, Word } from './counterpart.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/**
 * Of every other block nobody gets the last part, of the rest only its own half does. The other
 * half hears no vote from it at all, not even those of others.
 */
export class Withholder implements Vice {
  readonly #stage: Stage
  readonly #recast: Recast
  #turn = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    const { message } = word
    if (message?.kind !== 'vote') return this.#recast.say(to, word)
    return this.#stage.isOnOurSide(to, message.vote) ? null : true
  }

  #cast({ proposal, partSet }: OwnProposal): (to: Counterpart) => Offer {
    const whole = allParts(partSet)
    const isKeptFromAll = this.#turn++ % 2 === 0
    return (to) => {
      const isWhole = !isKeptFromAll && this.#stage.isOnOurSide(to, proposal)
      return { proposal, parts: isWhole ? whole : whole.slice(0, -1) }
    }
  }
}
