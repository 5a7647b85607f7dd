// What one search covers: validators, rounds, values, who proposes, and the messages they may send.

import {
  blockNamed,
  cheapCrypto,
  CHAIN_ID,
  makeValidators,
  TIMEOUTS,
} from '../../src/core/consensus/cast.fixture.ts'
import type { BuiltBlock, ConsensusContext } from '../../src/core/consensus/index.ts'
import { proposalOf, voteOf } from '../../src/core/consensus/message.fixture.ts'
import { equalBlockId, NIL_BLOCK_ID, ValidatorSet, VoteType } from '../../src/core/types/index.ts'
import type { BlockId, LockRule, Proposal, Vote } from '../../src/core/types/index.ts'

/** The bounds of a search. */
export interface Scope {
  readonly rounds: number
  /** The lock rule of each correct validator; all others are faulty. */
  readonly rules: readonly LockRule[]
  /** Voting power by index, never rising. */
  readonly powers: readonly number[]
  /** Indexes of the faulty validators. */
  readonly faulty: readonly number[]
  /**
   * `anything`: the faulty one proposes in every round, to each what it likes, which includes all
   * that a correct proposer could do. `in-turn`: everyone by the order of the chain.
   */
  readonly proposals: 'anything' | 'in-turn'
  /** How many different values may be proposed. */
  readonly values: number
}

/** A value by its number; -1 is nil. */
export type ValueNumber = number
export const NIL: ValueNumber = -1

/** One validator that keeps to the algorithm. */
export interface Member {
  readonly name: string
  /** Its index in the validator set. */
  readonly index: number
  readonly context: ConsensusContext
}

export const HEIGHT = 1n

const names = ['v', 'w', 'x', 'y', 'z']
const ruleNames: Readonly<Record<LockRule, string>> = { paper: 'paper', 'comet-legacy': 'legacy' }

/** `v`, `w`, ... or `nil`. */
export function valueName(value: ValueNumber): string {
  return names[value] ?? 'nil'
}

/** The fixed objects of a scope. Messages are made once, so that equal ones are the same object. */
export class Stage {
  readonly scope: Scope
  readonly members: readonly Member[]
  /** The values there are, without nil. */
  readonly values: readonly ValueNumber[]
  readonly validatorSet: ValidatorSet
  /** A correct node without a vote. */
  readonly watcher: Member
  readonly #blocks: readonly BuiltBlock[]
  readonly #votes = new Map<number, Vote>()
  readonly #proposals = new Map<number, Proposal>()

  constructor(scope: Scope) {
    const { powers, faulty, rules, values, proposals, rounds } = scope
    this.scope = scope
    const set = makeValidators(powers)
    this.validatorSet = proposals === 'anything' ? proposedBy(set, faulty[0] ?? 0, rounds) : set
    this.values = Array.from({ length: values }, (_, value) => value)
    this.#blocks = names.slice(0, values).map((name) => blockNamed(name))
    const correct = powers.map((_, index) => index).filter((index) => !faulty.includes(index))
    if (correct.length !== rules.length) throw new Error('one lock rule for each correct validator')
    this.members = correct.map((index, at) => ({
      name: `${String.fromCodePoint(65 + at)} (${ruleNames[rules[at]!]})`,
      index,
      context: this.#context(rules[at]!, set.get(index)!.address),
    }))
    this.watcher = { name: 'watcher', index: -1, context: this.#context(rules[0]!, null) }
  }

  #context(lockRule: LockRule, self: Uint8Array | null): ConsensusContext {
    const fixed = { chainId: CHAIN_ID, crypto: cheapCrypto, timeouts: TIMEOUTS }
    return { ...fixed, skipTimeoutCommit: false, lockRule, self }
  }

  block(value: ValueNumber): BuiltBlock {
    return this.#blocks[value]!
  }

  blockId(value: ValueNumber): BlockId {
    return value === NIL ? NIL_BLOCK_ID : this.block(value).blockId
  }

  /** The number of a value; block ids are passed on as they are, so identity mostly answers. */
  numberOf(blockId: BlockId | null): ValueNumber {
    if (blockId === null) return NIL
    const same = this.#blocks.findIndex((block) => block.blockId === blockId)
    if (same >= 0) return same
    return this.#blocks.findIndex((block) => equalBlockId(block.blockId, blockId))
  }

  /** The vote of the validator at `index`. */
  vote(type: VoteType, index: number, round: number, value: ValueNumber): Vote {
    const key = ((round * 2 + type) * 8 + index) * 8 + value + 1
    const known = this.#votes.get(key)
    if (known !== undefined) return known
    const place = { type, height: HEIGHT, round, blockId: this.blockId(value) }
    const vote = voteOf(this.validatorSet, index, place)
    this.#votes.set(key, vote)
    return vote
  }

  proposal(round: number, value: ValueNumber, polRound: number): Proposal {
    const key = (round * 16 + polRound + 1) * 8 + value
    const known = this.#proposals.get(key)
    if (known !== undefined) return known
    const content = { height: HEIGHT, round, polRound, blockId: this.blockId(value) }
    const proposal = proposalOf(content)
    this.#proposals.set(key, proposal)
    return proposal
  }

  /** Which member proposes in `round`; -1 when a faulty validator does. */
  proposerIn(round: number): number {
    const { address } = this.validatorSet.withPriorityIncremented(round).proposer
    const index = this.validatorSet.indexOf(address)
    return this.members.findIndex((member) => member.index === index)
  }
}

/** The same validators, but `index` proposes in all rounds. */
function proposedBy(set: ValidatorSet, index: number, rounds: number): ValidatorSet {
  const window = 2n * set.totalVotingPower
  const others = BigInt(set.size - 1)
  // As far ahead of the others as the window allows, with a sum of zero.
  const behind = -(window / (others + 1n))
  const validators = set.validators.map((validator, at) => ({
    ...validator,
    proposerPriority: at === index ? -behind * others : behind,
  }))
  const ahead = ValidatorSet.restore(validators, validators[index]!)
  for (let round = 0; round < rounds; round += 1) {
    const { address } = ahead.withPriorityIncremented(round).proposer
    if (set.indexOf(address) !== index) {
      throw new Error(`another validator proposes in round ${round}`)
    }
  }
  return ahead
}

/** Four equal validators, one faulty, which proposes whatever it likes, to whom it likes. */
export function fourValidators(
  rules: readonly [LockRule, LockRule, LockRule],
  rounds: number,
): Scope {
  const four = { powers: [1, 1, 1, 1], faulty: [0] }
  return { ...four, rounds, rules, proposals: 'anything', values: rounds }
}

/** The same, but all propose in their turns; the faulty one is the `turn`th of four. */
export function fourInTurn(rule: LockRule, rounds: number, turn: number): Scope {
  return { ...fourValidators([rule, rule, rule], rounds), proposals: 'in-turn', faulty: [turn] }
}

/** The faulty one has exactly a third of the power: nothing need be decided, but no fork either. */
export function faultyThird(rule: LockRule, rounds: number): Scope {
  return { ...fourValidators([rule, rule, rule], rounds), powers: [2, 2, 1, 1] }
}

/** Half of the validators are faulty, with a tenth of the power. */
export function manyFaultyHeads(rule: LockRule, rounds: number): Scope {
  const powers = [10, 10, 1, 1]
  return {
    ...fourValidators([rule, rule, rule], rounds),
    powers,
    faulty: [2, 3],
    rules: [rule, rule],
  }
}
