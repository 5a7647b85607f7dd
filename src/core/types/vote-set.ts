// The verified votes of one height, round and type: who voted for what, and which value has two
// thirds.

import { BitArray, assert, equalBytes } from '../bytes/index.ts'
import { BlockIdFlag, VoteType } from '../proto/index.ts'
import type { BlockId, Commit, CommitSig, Vote } from '../proto/index.ts'
import { blockIdKey, isNilBlockId } from './block-id.ts'
import { ABSENT_COMMIT_SIG, commitSigOf, commitVote } from './commit.ts'
import type { ValidatorSet } from './validator-set.ts'
import { formatVote, formatVotedPower } from './vote-format.ts'

/** What {@link VoteSet.add} answers. */
export type VoteAddition =
  | { readonly kind: 'added'; readonly voteSet: VoteSet }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict'; readonly voteSet: VoteSet; readonly existing: Vote }

/** The votes for one value. */
interface ValueVotes {
  readonly blockId: BlockId
  readonly votes: readonly (Vote | null)[]
  readonly power: bigint
}

/** Whose votes a set collects. */
export interface VoteSetScope {
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly validatorSet: ValidatorSet
}

interface Contents {
  readonly scope: VoteSetScope
  readonly votes: readonly (Vote | null)[]
  readonly values: ReadonlyMap<string, ValueVotes>
  readonly powerAny: bigint
  readonly maj23: BlockId | 'nil' | null
}

const noVotes = (size: number): null[] => Array<null>(size).fill(null)

const replaced = <T>(items: readonly T[], index: number, item: T): T[] => {
  const copy = items.slice()
  copy[index] = item
  return copy
}

/**
 * An immutable set of votes. Votes are kept per value, also conflicting ones of one validator: one
 * vote per validator loses liveness for ever (faults.md 0.4). The caller verifies votes and bounds
 * the values of a validator.
 */
export class VoteSet {
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly validatorSet: ValidatorSet
  /** The first vote of each validator, by index. */
  readonly votes: readonly (Vote | null)[]
  /** Power that voted for anything, each validator counted once. */
  readonly powerAny: bigint
  /** The value with more than two thirds: a block, nil, or none yet. The first one stays. */
  readonly maj23: BlockId | 'nil' | null
  readonly #values: ReadonlyMap<string, ValueVotes>

  private constructor({ scope, votes, values, powerAny, maj23 }: Contents) {
    this.height = scope.height
    this.round = scope.round
    this.type = scope.type
    this.validatorSet = scope.validatorSet
    this.votes = votes
    this.powerAny = powerAny
    this.maj23 = maj23
    this.#values = values
  }

  /** A set without votes. */
  static empty(scope: VoteSetScope): VoteSet {
    const votes = noVotes(scope.validatorSet.size)
    return new VoteSet({ scope, votes, values: new Map(), powerAny: 0n, maj23: null })
  }

  /** The precommits of a verified commit. The validator set is that of the commit's height. */
  static fromCommit(commit: Commit, validatorSet: ValidatorSet): VoteSet {
    const { height, round, signatures } = commit
    assert(signatures.length === validatorSet.size, 'a commit has one entry per validator')
    let voteSet = VoteSet.empty({ height, round, type: VoteType.precommit, validatorSet })
    for (const [index, signature] of signatures.entries()) {
      if (signature.blockIdFlag === BlockIdFlag.absent) continue
      const addition = voteSet.add(commitVote(commit, index))
      assert(addition.kind === 'added', 'a commit holds one vote per validator')
      voteSet = addition.voteSet
    }
    return voteSet
  }

  /**
   * Adds a verified vote of this height, round and type. A conflicting vote counts for its own
   * value too.
   */
  add(vote: Vote): VoteAddition {
    this.#assertFits(vote)
    const index = vote.validatorIndex
    const key = blockIdKey(vote.blockId)
    const value = this.#values.get(key)
    if (value !== undefined && value.votes[index] !== null) return { kind: 'duplicate' }
    const voteSet = this.#with(vote, key, value)
    const existing = this.votes[index] ?? null
    return existing === null ? { kind: 'added', voteSet } : { kind: 'conflict', voteSet, existing }
  }

  /** The first vote of a validator, whatever its value. */
  get(index: number): Vote | null {
    return this.votes[index] ?? null
  }

  /** The vote of a validator for a value. */
  getFor(index: number, blockId: BlockId): Vote | null {
    return this.#values.get(blockIdKey(blockId))?.votes[index] ?? null
  }

  /** The values that somebody voted for, in the order of their first votes; nil included. */
  get values(): BlockId[] {
    return [...this.#values.values()].map((value) => value.blockId)
  }

  /** Who voted for anything; a fresh copy. */
  get bits(): BitArray {
    return BitArray.fromBools(this.votes.map((vote) => vote !== null))
  }

  /** Who voted for a value; a fresh copy. */
  bitsFor(blockId: BlockId): BitArray {
    const value = this.#values.get(blockIdKey(blockId))
    if (value === undefined) return new BitArray(this.votes.length)
    return BitArray.fromBools(value.votes.map((vote) => vote !== null))
  }

  /** Power that voted for a value. */
  powerFor(blockId: BlockId): bigint {
    return this.#values.get(blockIdKey(blockId))?.power ?? 0n
  }

  /** True when more than two thirds of the power voted for anything. */
  get hasTwoThirdsAny(): boolean {
    return this.validatorSet.hasTwoThirds(this.powerAny)
  }

  /** True when every validator voted. */
  get hasAll(): boolean {
    return this.powerAny === this.validatorSet.totalVotingPower
  }

  /**
   * The commit of these precommits: those for the block that has two thirds, those for nil, and
   * nothing of the validators that only voted for something else. There must be such a block.
   */
  makeCommit(): Commit {
    assert(this.type === VoteType.precommit, 'only precommits make a commit')
    const blockId = this.maj23
    assert(blockId !== null && blockId !== 'nil', 'a commit needs two thirds for one block')
    const signatures = this.votes.map((first, index) => this.#commitSig(first, index, blockId))
    return { height: this.height, round: this.round, blockId, signatures }
  }

  /** One line per validator, as CometBFT prints votes: `nil-Vote` or `Vote{...}`. */
  voteStrings(): string[] {
    return this.votes.map((vote) => (vote === null ? 'nil-Vote' : formatVote(vote)))
  }

  /** Who voted and with which power: `BA{4:x__x} 10/40 = 0.25`. */
  get bitArrayString(): string {
    const { totalVotingPower } = this.validatorSet
    return `${this.bits.toString()} ${formatVotedPower(this.powerAny, totalVotingPower)}`
  }

  #commitSig(first: Vote | null, index: number, blockId: BlockId): CommitSig {
    const forBlock = this.getFor(index, blockId)
    if (forBlock !== null) return commitSigOf(forBlock)
    return first !== null && isNilBlockId(first.blockId) ? commitSigOf(first) : ABSENT_COMMIT_SIG
  }

  #assertFits(vote: Vote): void {
    assert(
      vote.height === this.height && vote.round === this.round && vote.type === this.type,
      'a vote is added to the set of its height, round and type',
    )
    const validator = this.validatorSet.get(vote.validatorIndex)
    assert(
      validator !== null && equalBytes(validator.address, vote.validatorAddress),
      'a vote is of the validator that it names',
    )
  }

  #with(vote: Vote, key: string, value: ValueVotes | undefined): VoteSet {
    const index = vote.validatorIndex
    const { votingPower } = this.validatorSet.validators[index] as { votingPower: bigint }
    const isFirst = this.votes[index] === null
    const power = (value?.power ?? 0n) + votingPower
    const blockId = value?.blockId ?? vote.blockId
    const before = value?.votes ?? noVotes(this.votes.length)
    const values = new Map(this.#values)
    values.set(key, { blockId, power, votes: replaced<Vote | null>(before, index, vote) })
    return new VoteSet({
      scope: this,
      votes: isFirst ? replaced(this.votes, index, vote) : this.votes,
      values,
      powerAny: isFirst ? this.powerAny + votingPower : this.powerAny,
      maj23: this.maj23 ?? this.#majorityFor(blockId, power),
    })
  }

  #majorityFor(blockId: BlockId, power: bigint): BlockId | 'nil' | null {
    if (!this.validatorSet.hasTwoThirds(power)) return null
    return isNilBlockId(blockId) ? 'nil' : blockId
  }
}
