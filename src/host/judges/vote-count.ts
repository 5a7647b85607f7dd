// The votes that a node holds, and the polkas among them: counted anew, signature by signature.

import { equalBytes } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'
import type { BlockId, Validator, Vote, VoteSet } from '../../core/types/index.ts'
import { isMoreThanTwoThirds, isSameId } from './naive-values.ts'
import type { Notary } from './notary.ts'
import type { SignedVote } from './observation.ts'

type State = SignedVote['state']

/** Where a vote must have been given to count. */
interface Ballot {
  readonly height: bigint
  readonly round: number
  readonly type: number
}

/** Knows what the votes that a node holds are worth. */
export class VoteCount {
  readonly #notary: Notary
  // Vote sets never change, and the same ones are asked for several times.
  readonly #counted = new WeakMap<VoteSet, { readonly round: number; readonly polkas: BlockId[] }>()
  readonly #genuine = new WeakMap<VoteSet, Ballot>()

  constructor(notary: Notary) {
    this.#notary = notary
  }

  /** Whether a value has a polka in a round. */
  hasPolka(state: State, round: number, blockId: BlockId): boolean {
    return this.polkas(state, round).some((value) => isSameId(value, blockId))
  }

  /** The values that have one in a round; of villains' doing, several. */
  polkas({ votes, validatorSet, height }: State, round: number): readonly BlockId[] {
    const prevotes = votes.get(round)?.prevotes
    if (prevotes === undefined) return []
    const known = this.#counted.get(prevotes)
    if (known?.round === round) return known.polkas
    const ballot = { height, round, type: VoteType.prevote }
    const polkas = prevotes.values.filter((value) => {
      let power = 0n
      let total = 0n
      for (const [index, validator] of validatorSet.validators.entries()) {
        total += validator.votingPower
        const vote = prevotes.getFor(index, value)
        if (
          vote !== null &&
          this.#isCast(vote, validator, ballot) &&
          isSameId(vote.blockId, value)
        ) {
          power += validator.votingPower
        }
      }
      return isMoreThanTwoThirds(power, total)
    })
    this.#counted.set(prevotes, { round, polkas })
    return polkas
  }

  /**
   * Whether a node counts a vote that the validator it names did not sign, or not for this height,
   * round, step and value.
   */
  holdsForgery({ votes, validatorSet, height }: State): boolean {
    const { validators } = validatorSet
    const isGenuine = (voteSet: VoteSet, ballot: Ballot): boolean =>
      voteSet.values.every((value) =>
        validators.every((validator, index) => {
          const vote = voteSet.getFor(index, value)
          if (vote === null) return true
          return this.#isCast(vote, validator, ballot) && isSameId(vote.blockId, value)
        }),
      )
    for (const [round, { prevotes, precommits }] of votes) {
      const sets = [
        [prevotes, VoteType.prevote] as const,
        [precommits, VoteType.precommit] as const,
      ]
      for (const [voteSet, type] of sets) {
        const ballot = { height, round, type }
        if (isSameBallot(this.#genuine.get(voteSet), ballot)) continue
        if (!isGenuine(voteSet, ballot)) return true
        this.#genuine.set(voteSet, ballot)
      }
    }
    return false
  }

  // What stands in the message counts, not the place where the node has put it.
  #isCast(vote: Vote, { address, pubKey }: Validator, ballot: Ballot): boolean {
    if (!isSameBallot(vote, ballot) || !equalBytes(vote.validatorAddress, address)) return false
    return this.#notary.signedVote(pubKey, vote)
  }
}

function isSameBallot(a: Ballot | undefined, b: Ballot): boolean {
  return a?.height === b.height && a.round === b.round && a.type === b.type
}
