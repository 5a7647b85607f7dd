// A signer without a memory: it signs whatever it is asked to, as often as it is asked.

import { ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import type { Proposal, PublicKey, Vote } from '../../core/types/index.ts'
import type { Signer, SignRefusal } from '../privval/index.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** Gives the vice the choice of the vote. */
export class LaxSigner implements Signer {
  readonly pubKey: PublicKey
  readonly address: Uint8Array
  readonly #stage: Stage
  readonly #vice: Vice

  constructor(stage: Stage, vice: Vice) {
    this.pubKey = stage.pubKey
    this.address = stage.address
    this.#stage = stage
    this.#vice = vice
  }

  signVote(_chainId: string, vote: Vote): Promise<Result<Vote, SignRefusal>> {
    this.#stage.noteWanted(vote)
    const cast = this.#stage.isActive ? (this.#vice.castVote?.(vote) ?? vote) : vote
    return Promise.resolve(ok(this.#stage.signVote(cast)))
  }

  signProposal(_chainId: string, proposal: Proposal): Promise<Result<Proposal, SignRefusal>> {
    const signed = this.#stage.signProposal(proposal)
    this.#stage.noteOwnProposal(signed)
    return Promise.resolve(ok(signed))
  }
}
