// The cast of villains: validators that sign what they should not, or nothing.

import { NIL_BLOCK_ID, VoteType } from '../types/index.ts'
import type { BlockId, ValidatorSet } from '../types/index.ts'
import type { BuiltBlock } from './input.ts'
import { proposalOf, voteOf } from './message.fixture.ts'
import type { Message } from './message.fixture.ts'

/**
 * `none`: everybody is honest. `silent`: never sends. `equivocator`: different votes and proposals
 * to different members, for values it has seen, new ones and nil. `amnesiac`: one vote each, but
 * for whatever it likes, forgetting every lock.
 */
export type Vice = 'none' | 'silent' | 'equivocator' | 'amnesiac'

/** The cluster as a villain uses it. */
export interface Stage {
  readonly random: () => number
  readonly validatorSet: ValidatorSet
  readonly members: readonly { readonly index: number }[]
  send(from: number, to: number, message: Message): void
  makeBlock(isValid: boolean): BuiltBlock
}

const MAX_VOTES_PER_PLACE = 4

/** One faulty validator; it sees all messages and reacts to those that open a new place. */
export class Villain {
  readonly #cluster: Stage
  readonly #index: number
  readonly #vice: Vice
  readonly #blocks: BuiltBlock[] = []
  readonly #reactions = new Map<string, number>()

  constructor(cluster: Stage, { index, vice }: { readonly index: number; readonly vice: Vice }) {
    this.#cluster = cluster
    this.#index = index
    this.#vice = vice
  }

  /** Reacts to a message of an honest member. */
  see(message: Message): void {
    if (this.#vice === 'silent' || this.#vice === 'none' || message.kind === 'block') return
    const { height, round } = message.kind === 'vote' ? message.vote : message.proposal
    if (message.kind === 'proposal') this.#blocks.push(message.block)
    const ahead = this.#cluster.random() < 0.1 ? 1 : 0
    this.#vote({ type: VoteType.prevote, height, round: round + ahead })
    this.#vote({ type: VoteType.precommit, height, round })
    this.#propose(height, round)
    this.#propose(height, round + 1)
  }

  #may(what: string, limit: number): boolean {
    const used = this.#reactions.get(what) ?? 0
    this.#reactions.set(what, used + 1)
    return used < limit
  }

  #vote(place: { readonly type: VoteType; readonly height: bigint; readonly round: number }): void {
    const isAmnesiac = this.#vice === 'amnesiac'
    const key = `${place.type} ${place.height}/${place.round}`
    if (!this.#may(key, isAmnesiac ? 1 : MAX_VOTES_PER_PLACE)) return
    const { validatorSet, members } = this.#cluster
    const same = this.#anyValue()
    for (const member of members) {
      const blockId = isAmnesiac ? same : this.#anyValue()
      const vote = voteOf(validatorSet, this.#index, { ...place, blockId })
      if (isAmnesiac || this.#cluster.random() < 0.7) {
        this.#cluster.send(this.#index, member.index, { kind: 'vote', vote })
      }
    }
  }

  #propose(height: bigint, round: number): void {
    const { validatorSet, members, random } = this.#cluster
    const { proposer } = validatorSet.withPriorityIncremented(round)
    if (validatorSet.indexOf(proposer.address) !== this.#index) return
    if (!this.#may(`proposal ${height}/${round}`, 1)) return
    const blocks = [this.#anyBlock(), this.#anyBlock()] as const
    for (const member of members) {
      const block = blocks[this.#vice === 'equivocator' && random() < 0.5 ? 1 : 0]
      const polRound = Math.floor(random() * (round + 1)) - 1
      const proposal = proposalOf({ height, round, polRound, blockId: block.blockId })
      this.#cluster.send(this.#index, member.index, { kind: 'proposal', proposal, block })
    }
  }

  #anyBlock(): BuiltBlock {
    const { random } = this.#cluster
    const known = this.#blocks[Math.floor(random() * this.#blocks.length)]
    if (known !== undefined && random() < 0.5) return known
    const block = this.#cluster.makeBlock(random() < 0.7)
    this.#blocks.push(block)
    return block
  }

  #anyValue(): BlockId {
    const { random } = this.#cluster
    if (random() < 0.3) return NIL_BLOCK_ID
    const recent = this.#blocks.slice(-3)
    return recent[Math.floor(random() * recent.length)]?.blockId ?? NIL_BLOCK_ID
  }
}
