// The votes of one height, kept as far as amnesia can be read from them.

import { equalBytes } from '../bytes/index.ts'
import { SignedMsgType, equalBlockId, isNilBlockId } from '../types/index.ts'
import type { Vote } from '../types/index.ts'
import { doubtOf, excludingPower, hasRelease, releasingRounds } from './amnesia-proof.ts'
import type {
  AmnesiaGround,
  AmnesiaProof,
  AmnesiaReport,
  ExcludedRound,
  RoundPrevotes,
} from './amnesia-proof.ts'

/** Rounds of which votes of one validator are kept: what a faulty one sends costs only itself. */
export const MAX_ROUNDS_PER_VALIDATOR = 64

/** Values of one validator for one step that are kept. */
const MAX_VALUES = 2

/** The votes of one validator, by round. */
interface Votes {
  readonly prevotes: Map<number, Vote[]>
  readonly precommits: Map<number, Vote[]>
}

const emptyVotes = (): Votes => ({ prevotes: new Map(), precommits: new Map() })

const keep = (votes: Map<number, Vote[]>, vote: Vote): void => {
  const known = votes.get(vote.round)
  if (known === undefined) {
    if (votes.size < MAX_ROUNDS_PER_VALIDATOR) votes.set(vote.round, [vote])
    return
  }
  const isKnown = known.some(({ blockId }) => equalBlockId(blockId, vote.blockId))
  if (!isKnown && known.length < MAX_VALUES) known.push(vote)
}

const ascending = (a: number, b: number): number => a - b

/** Notes votes of one height; they must be verified. */
export class AmnesiaBook {
  readonly #ground: AmnesiaGround
  readonly #height: bigint
  readonly #votes: (Votes | undefined)[] = []
  #isLong = false

  constructor(ground: AmnesiaGround, height: bigint) {
    this.#ground = ground
    this.#height = height
  }

  /** Keeps a vote. */
  note(vote: Vote): void {
    const index = vote.validatorIndex
    const validator = this.#ground.validatorSet.get(index)
    if (validator === null || !equalBytes(validator.address, vote.validatorAddress)) return
    if (vote.round > 0) this.#isLong = true
    const votes = (this.#votes[index] ??= emptyVotes())
    keep(vote.type === SignedMsgType.prevote ? votes.prevotes : votes.precommits, vote)
  }

  /** Who contradicts its own lock by what was noted up to now, each validator at most once. */
  judge(): AmnesiaReport[] {
    // A height of one round, which is nearly every height, has no later prevotes.
    if (!this.#isLong) return []
    return this.#votes.flatMap((votes) => (votes === undefined ? [] : this.#judgeOne(votes)))
  }

  #judgeOne(votes: Votes): AmnesiaReport[] {
    const reports = [...votes.prevotes.keys()]
      .toSorted(ascending)
      .flatMap((round) => this.#judgeRound(votes, round))
    const proved = reports.find(({ proof }) => proof !== null)
    return [proved ?? reports[0] ?? []].flat()
  }

  #judgeRound({ prevotes, precommits }: Votes, round: number): AmnesiaReport[] {
    const [prevote, secondPrevote] = prevotes.get(round) ?? []
    const lockRound = [...precommits]
      .filter(([at, votes]) => at < round && votes.some(({ blockId }) => !isNilBlockId(blockId)))
      .map(([at]) => at)
      .toSorted(ascending)
      .at(-1)
    const [precommit, secondPrecommit] = precommits.get(lockRound ?? -1) ?? []
    if (prevote === undefined || precommit === undefined) return []
    // Who signs twice is reported for that, and has no one lock to forget.
    if (secondPrevote !== undefined || secondPrecommit !== undefined) return []
    if (isNilBlockId(prevote.blockId)) return []
    if (equalBlockId(prevote.blockId, precommit.blockId)) return []
    return this.#judgePair(precommit, prevote)
  }

  #judgePair(precommit: Vote, prevote: Vote): AmnesiaReport[] {
    const { lockRule } = this.#ground
    const values = { locked: precommit.blockId, wanted: prevote.blockId }
    const { first, last } = releasingRounds(lockRule, precommit.round, prevote.round)
    const rounds = this.#roundsOf(first, last)
    for (const prevotes of rounds.values()) {
      if (hasRelease(this.#ground, prevotes, values)) return []
    }
    const proof =
      rounds.size === last - first + 1 ? this.#prove(rounds, { precommit, prevote }) : null
    const { validatorAddress } = prevote
    return [{ kind: 'amnesia', validatorAddress, height: this.#height, precommit, prevote, proof }]
  }

  /** The prevotes of the rounds that have any, in order; rounds may be named far away. */
  #roundsOf(first: number, last: number): Map<number, RoundPrevotes> {
    const rounds = new Map<number, Map<number, readonly Vote[]>>()
    for (const [index, votes] of this.#votes.entries()) {
      for (const [round, prevotes] of votes?.prevotes ?? []) {
        if (round < first || round > last) continue
        const found = rounds.get(round) ?? new Map<number, readonly Vote[]>()
        rounds.set(round, found.set(index, prevotes))
      }
    }
    return new Map([...rounds].toSorted(([a], [b]) => a - b))
  }

  #prove(
    rounds: ReadonlyMap<number, RoundPrevotes>,
    { precommit, prevote }: { readonly precommit: Vote; readonly prevote: Vote },
  ): AmnesiaProof | null {
    const { validatorSet } = this.#ground
    const values = { locked: precommit.blockId, wanted: prevote.blockId }
    const excluded: ExcludedRound[] = []
    let least = validatorSet.totalVotingPower
    for (const [round, prevotes] of rounds) {
      const power = excludingPower(this.#ground, prevotes, values)
      if (!validatorSet.hasTwoThirds(power)) return null
      if (power < least) least = power
      excluded.push({ round, prevotes: [...prevotes.values()].flat() })
    }
    return { rounds: excluded, doubt: doubtOf(validatorSet, least) }
  }
}
