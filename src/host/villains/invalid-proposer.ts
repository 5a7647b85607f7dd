// Invalid proposer: proposes blocks that break one rule of the chain, and proposals that break one
// of consensus, each rule in turn.

import { makeBlockId } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import { BLOCK_FLAWS } from './block-flaws.ts'
import { PROPOSAL_FLAWS } from './proposal-flaws.ts'
import { Recast, allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** The flaws by name, in the order in which they are tried; the last ones end connections. */
export const FLAW_NAMES: readonly string[] = [...BLOCK_FLAWS, ...PROPOSAL_FLAWS].map(
  ({ name }) => name,
)

/**
 * Everybody gets the same flawed proposal; the honest part's own nobody. The seed chooses the first
 * flaw.
 */
export class InvalidProposer implements Vice {
  readonly #recast: Recast
  readonly #stage: Stage
  #turn: number

  constructor(stage: Stage) {
    this.#stage = stage
    this.#turn = stage.draw(FLAW_NAMES.length)
    this.#recast = new Recast(stage, (own) => this.#cast(own))
  }

  say(to: Counterpart, word: Word): boolean | null {
    return this.#recast.say(to, word)
  }

  #cast(own: OwnProposal): (to: Counterpart) => Offer {
    const turn = this.#turn++ % FLAW_NAMES.length
    const offer = this.#flawedBlock(own, turn) ?? this.#flawedProposal(own, turn)
    return () => offer
  }

  #flawedBlock(own: OwnProposal, turn: number): Offer | null {
    const flaw = BLOCK_FLAWS[turn]
    if (flaw === undefined) return null
    const { crypto } = this.#stage
    const { blockId, partSet } = makeBlockId(crypto, flaw.spoil(own.block, this.#stage))
    const proposal = this.#stage.signProposal({ ...own.proposal, blockId, polRound: -1 })
    return { proposal, parts: allParts(partSet) }
  }

  #flawedProposal(own: OwnProposal, turn: number): Offer {
    const flaw = PROPOSAL_FLAWS[turn - BLOCK_FLAWS.length]
    const whole = allParts(own.partSet)
    return flaw?.spoil(own, this.#stage) ?? { proposal: own.proposal, parts: whole.slice(0, -1) }
  }
}
