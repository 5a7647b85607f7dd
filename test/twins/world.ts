// The instances of one scenario: the production transition, its effects performed at once, and
// every message kept with the set of those that it has reached.

import { makeConsensus, transition } from '../../src/core/consensus/index.ts'
import type { ConsensusState, Effect, Input, TimeoutStep } from '../../src/core/consensus/index.ts'
import type { Transition } from '../../src/core/consensus/index.ts'
import { CHAIN_ID, TIMEOUTS } from '../../src/core/consensus/cast.fixture.ts'
import { Judge } from '../../src/core/consensus/judge.fixture.ts'
import { inputsOf, proposalOf } from '../../src/core/consensus/message.fixture.ts'
import type { Message } from '../../src/core/consensus/message.fixture.ts'
import { knownBlock } from '../../src/core/consensus/index.ts'
import type { LockRule, ValidatorSet, Vote } from '../../src/core/types/index.ts'
import { Blocks, Votes, quickCrypto, rememberingValidators } from './props.ts'
import { Tally } from './tally.ts'
import { Observer } from './observer.ts'
import { Watch } from './watch.ts'

/** One running copy of a validator. */
export interface Instance {
  readonly index: number
  readonly validator: number
  readonly begun: Transition
  state: ConsensusState
  /** The round whose timeout of that step is running, -1 for none. */
  readonly deadlines: Record<TimeoutStep, number>
}

/** A message, and the set of instances that it has reached. */
export interface Sent {
  readonly from: number
  readonly round: number
  readonly message: Exclude<Message, { kind: 'block' }>
  heard: number
}

/** Who plays: a lock rule for each instance, the validators first, then second copies. */
export interface Ensemble {
  readonly powers: readonly number[]
  /** The validator of each second copy. */
  readonly twins: readonly number[]
  readonly rules: readonly LockRule[]
}

/** What an ensemble needs in every scenario; made once. */
export class Stage {
  readonly ensemble: Ensemble
  readonly validatorSet: ValidatorSet
  readonly blocks: Blocks
  readonly votes: Votes
  /** Of the world that was made last. */
  readonly tally: Tally
  readonly #begun: readonly Transition[]

  constructor(ensemble: Ensemble) {
    this.ensemble = ensemble
    this.validatorSet = rememberingValidators(ensemble.powers)
    this.blocks = new Blocks()
    this.votes = new Votes(this.blocks, this.validatorSet)
    const { powers, twins } = ensemble
    // One listener more than there are instances: the observer.
    this.tally = new Tally(this.blocks, powers, powers.length + twins.length + 1)
    this.#begun = [...ensemble.powers.keys(), ...ensemble.twins].map((validator, index) =>
      this.#begin(validator, ensemble.rules[index] ?? 'paper'),
    )
  }

  /** Fresh instances at the start of height 1; the effects of that are still to be performed. */
  instances(): Instance[] {
    const { powers, twins } = this.ensemble
    return this.#begun.map((begun, index) => ({
      index,
      validator: index < powers.length ? index : (twins[index - powers.length] ?? 0),
      begun,
      state: begun.state,
      deadlines: { 'new-height': -1, propose: -1, prevote: -1, precommit: -1 },
    }))
  }

  #begin(validator: number, lockRule: LockRule): Transition {
    const { validatorSet } = this
    const self = validatorSet.get(validator)?.address ?? null
    const context = { chainId: CHAIN_ID, crypto: quickCrypto, lockRule, self, timeouts: TIMEOUTS }
    const state = makeConsensus({ ...context, skipTimeoutCommit: false })
    const waiting = { lastPrecommits: null, waitForTxs: false, immediately: true }
    return transition(state, { kind: 'start-height', height: 1n, validatorSet, ...waiting })
  }
}

/** Everything that happens in one scenario; when, a schedule says. */
export class World {
  readonly instances: readonly Instance[]
  readonly sent: Sent[] = []
  readonly #stage: Stage
  readonly #judge: Judge
  readonly #watches: readonly Watch[]
  readonly #observer: Observer
  readonly #known = new Map<Vote, number>()

  constructor(stage: Stage) {
    const { rules } = stage.ensemble
    this.#stage = stage
    this.#judge = new Judge(rules[0] ?? 'paper')
    this.instances = stage.instances()
    const { tally } = stage
    tally.clear()
    this.#watches = this.instances.map(({ index }) => new Watch(index, tally))
    this.#observer = new Observer(this.instances.length, tally)
    for (const instance of this.instances) this.#perform(instance, instance.begun.effects)
  }

  /** Broken promises, in words. */
  get violations(): readonly string[] {
    const watchers = [this.#judge, this.#observer, ...this.#watches]
    return watchers.flatMap(({ violations }) => violations)
  }

  /** Whether an instance has decided; it takes no further part. */
  isDone({ state }: Instance): boolean {
    return state.decision !== null
  }

  /** Tells an instance a message, unless it is too early for it. */
  deliver(sent: Sent, to: Instance): boolean {
    const bit = 1 << to.index
    // A node is sent the proposal of a round when it is about to enter that round.
    if ((sent.heard & bit) !== 0 || this.isDone(to)) return false
    const { message, round } = sent
    if (message.kind === 'proposal' && round > to.state.round + 1) return false
    sent.heard |= bit
    // Nor is it sent that of a round it has left, nor a vote that the other copy sent as well.
    if (message.kind === 'proposal' && round < to.state.round) return false
    if (message.kind === 'vote' && !this.#isNews(message.vote, bit)) return false
    for (const input of inputsOf(message, to.state)) this.#apply(to, input)
    return true
  }

  /** Gives an instance the block that it asks for, if somebody in `givers` has it. */
  supply(to: Instance, givers: number): boolean {
    const { collecting, proposalParts, round } = to.state
    if (this.isDone(to) || collecting === null || proposalParts?.isComplete !== false) return false
    const has = ({ index, state }: Instance): boolean =>
      ((givers >> index) & 1) === 1 && (knownBlock(state, collecting)?.partSet ?? null) !== null
    const block = this.instances.some(has) ? this.#stage.blocks.find(collecting) : null
    if (block === null) return false
    const message = { kind: 'block' as const, height: 1n, round, block }
    for (const input of inputsOf(message, to.state)) this.#apply(to, input)
    return true
  }

  /** Checks that nothing an instance waits for can be missing for ever. */
  checkWait({ index, state, deadlines }: Instance): void {
    this.#watches[index]?.waits(state, (step) => deadlines[step] === state.round)
  }

  /** Ends the wait of an instance for `step` of its round; false when it is not waiting. */
  expire(instance: Instance, step: TimeoutStep): boolean {
    const { state, deadlines } = instance
    if (this.isDone(instance) || deadlines[step] !== state.round) return false
    deadlines[step] = -1
    const timeout = { height: 1n, round: state.round, step }
    this.#apply(instance, { kind: 'timeout', timeout })
    return true
  }

  // Equal votes are one object.
  #isNews(vote: Vote, bit: number): boolean {
    const known = this.#known.get(vote) ?? 0
    this.#known.set(vote, known | bit)
    return (known & bit) === 0
  }

  #apply(instance: Instance, input: Input): void {
    const watch = this.#watches[instance.index]
    watch?.before(instance.state, input)
    const before = instance.state
    const { state, effects } = transition(before, input)
    if (state === before) return
    instance.state = state
    this.#perform(instance, effects)
    watch?.after(before, instance.state, input)
  }

  #perform(instance: Instance, effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.#judge.see(instance, effect)
      this.#watches[instance.index]?.effect(instance.state, effect)
    }
    for (const effect of effects) this.#answer(instance, effect)
  }

  #answer(instance: Instance, effect: Effect): void {
    switch (effect.kind) {
      case 'schedule-timeout':
        instance.deadlines[effect.timeout.step] = effect.timeout.round
        return
      case 'build-block': {
        const { height, round } = effect
        const block = this.#stage.blocks.of(instance.index, round)
        this.#judge.setValidity(block.blockId, true)
        return this.#apply(instance, { kind: 'block-built', height, round, block })
      }
      case 'validate-block': {
        const { height, blockId } = effect
        return this.#apply(instance, { kind: 'block-validity', height, blockId, valid: true })
      }
      case 'sign-proposal': {
        const block = this.#stage.blocks.find(effect.blockId)
        if (block === null) throw new Error('a proposal of an unknown block')
        const proposal = proposalOf(effect)
        this.#send(instance, effect.round, { kind: 'proposal', proposal, block })
        return this.#apply(instance, { kind: 'signed-proposal', proposal })
      }
      case 'sign-vote': {
        const vote = this.#stage.votes.of(
          instance.validator,
          effect.type,
          effect.round,
          effect.blockId,
        )
        this.#isNews(vote, 1 << instance.index)
        this.#observer.hear(vote)
        this.#send(instance, effect.round, { kind: 'vote', vote })
        return this.#apply(instance, { kind: 'signed-vote', vote })
      }
      default:
    }
  }

  #send({ index }: Instance, round: number, message: Sent['message']): void {
    this.sent.push({ from: index, round, message, heard: 1 << index })
  }
}
