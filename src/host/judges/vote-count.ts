// The votes that a node holds, and the polkas among them: counted anew, signature by signature.

import type { BlockId, Vote, VoteSet } from '../../core/types/index.ts'
import { isMoreThanTwoThirds, isSameId } from './naive-values.ts'
import type { Notary } from './notary.ts'
import type { SignedVote } from './observation.ts'

type State = SignedVote['state']

/** Knows what the votes that a node holds are worth. */
export class VoteCount {
  readonly #notary: Notary
  // Vote sets and votes never change, and the same ones are asked for several times.
  readonly #counted = new WeakMap<VoteSet, readonly BlockId[]>()
  readonly #signed = new WeakSet<Vote>()
  readonly #genuine = new WeakSet<VoteSet>()

  constructor(notary: Notary) {
    this.#notary = notary
  }

  /** Whether a value has a polka in a round. */
  hasPolka(state: State, round: number, blockId: BlockId): boolean {
    return this.polkas(state, round).some((value) => isSameId(value, blockId))
  }

  /** The values that have one in a round; of villains' doing, several. */
  polkas({ votes, validatorSet }: State, round: number): readonly BlockId[] {
    const prevotes = votes.get(round)?.prevotes
    if (prevotes === undefined) return []
    const known = this.#counted.get(prevotes)
    if (known !== undefined) return known
    const polkas = prevotes.values.filter((value) => {
      let power = 0n
      let total = 0n
      for (const [index, { votingPower, pubKey }] of validatorSet.validators.entries()) {
        total += votingPower
        const vote = prevotes.getFor(index, value)
        if (vote !== null && this.#isSigned(pubKey, vote)) power += votingPower
      }
      return isMoreThanTwoThirds(power, total)
    })
    this.#counted.set(prevotes, polkas)
    return polkas
  }

  /** Whether a node holds a vote that the validator it names did not sign. */
  holdsForgery({ votes, validatorSet }: State): boolean {
    const { validators } = validatorSet
    const isGenuine = (voteSet: VoteSet): boolean =>
      this.#genuine.has(voteSet) ||
      voteSet.values.every((value) =>
        validators.every(({ pubKey }, index) => {
          const vote = voteSet.getFor(index, value)
          return vote === null || this.#isSigned(pubKey, vote)
        }),
      )
    for (const { prevotes, precommits } of votes.values()) {
      for (const voteSet of [prevotes, precommits]) {
        if (!isGenuine(voteSet)) return true
        this.#genuine.add(voteSet)
      }
    }
    return false
  }

  #isSigned(pubKey: Parameters<Notary['signedVote']>[0], vote: Vote): boolean {
    if (this.#signed.has(vote)) return true
    if (!this.#notary.signedVote(pubKey, vote)) return false
    this.#signed.add(vote)
    return true
  }
}
