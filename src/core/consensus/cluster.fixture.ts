// A cluster of machines in one loop: virtual time, a seeded network that loses, repeats, reorders
// and splits until it heals, and judges that see everything.

import { blockIdKey } from '../types/index.ts'
import type { LockRule, ValidatorSet, VoteSet } from '../types/index.ts'
import { CHAIN_ID, blockNamed, cheapCrypto, makeValidators } from './cast.fixture.ts'
import type { TimeoutConfig } from './config.ts'
import type { Effect } from './effect.ts'
import type { BuiltBlock, Input } from './input.ts'
import { Judge } from './judge.fixture.ts'
import { inputsOf, missing, proposalOf, voteOf } from './message.fixture.ts'
import type { DecidedBlock, Message } from './message.fixture.ts'
import { makeConsensus, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import { transition } from './transition.ts'
import { Villain } from './villain.fixture.ts'
import type { Vice } from './villain.fixture.ts'

/** What a run is made of; equal plans give equal runs. */
export interface ClusterPlan {
  readonly seed: number
  readonly rule: LockRule
  readonly powers: readonly number[]
  readonly vice: Vice
  /** Until then messages are lost and the network may be split. */
  readonly healsAtMs: number
  readonly heights: number
}

/** One honest participant. */
export interface Member {
  readonly index: number
  state: ConsensusState
  readonly decided: DecidedBlock[]
}

const TIMEOUTS: TimeoutConfig = {
  proposeMs: 120,
  proposeDeltaMs: 60,
  prevoteMs: 60,
  prevoteDeltaMs: 40,
  precommitMs: 60,
  precommitDeltaMs: 40,
  commitMs: 20,
  maxMs: 2_000,
}
const LATENCY_MS = 30
const REPAIR_MS = 150
const PATIENCE_MS = 60_000

/** Mulberry32: small, fast, good enough to choose schedules. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Runs a plan to its end. */
export class Cluster {
  readonly random: () => number
  readonly validatorSet: ValidatorSet
  readonly members: readonly Member[]
  readonly judge: Judge
  readonly #plan: ClusterPlan
  readonly #villain: Villain
  readonly #agenda = new Map<number, (() => void)[]>()
  #nowMs = 0
  #cut: ReadonlySet<number> = new Set()
  #blocksMade = 0

  constructor(plan: ClusterPlan) {
    this.#plan = plan
    this.random = randomFrom(plan.seed)
    this.validatorSet = makeValidators(plan.powers)
    this.judge = new Judge(plan.rule)
    // The villain is the weakest validator: never a third of the power.
    const villain = this.validatorSet.size - 1
    this.#villain = new Villain(this, { index: villain, vice: plan.vice })
    const honest = plan.vice === 'none' ? villain + 1 : villain
    this.members = Array.from({ length: honest }, (_, index) => this.#makeMember(index))
  }

  /** Plays until every honest member decided all heights; answers when that was, or null. */
  run(): number | null {
    for (const member of this.members) {
      this.#after(this.random() * 50, () => this.#begin(member, null))
    }
    for (const member of this.members) this.#after(REPAIR_MS, () => this.#repair(member))
    this.#after(100, () => this.#split())
    const end = this.#plan.healsAtMs + PATIENCE_MS
    for (this.#nowMs = 0; this.#nowMs <= end; this.#nowMs += 1) {
      const due = this.#agenda.get(this.#nowMs) ?? []
      this.#agenda.delete(this.#nowMs)
      for (const act of due) act()
      if (this.#isDone()) return this.#nowMs
    }
    return null
  }

  /** Sends a message; the network decides whether and when it arrives, and how often. */
  send(from: number, to: number, message: Message): void {
    const isHealed = this.#nowMs >= this.#plan.healsAtMs
    if (!isHealed && this.#cut.has(from) !== this.#cut.has(to)) return
    const copies = isHealed ? 1 : [0, 1, 1, 1, 2][Math.floor(this.random() * 5)]
    for (let copy = 0; copy < (copies ?? 1); copy += 1) {
      const slow = isHealed ? 1 : 1 + 8 * this.random()
      this.#after(1 + this.random() * LATENCY_MS * slow, () => this.#deliver(to, message))
    }
  }

  /** A block nobody has seen, with the opinion every honest application has of it. */
  makeBlock(isValid: boolean): BuiltBlock {
    this.#blocksMade += 1
    const block = blockNamed(`${this.#blocksMade}`)
    this.judge.setValidity(block.blockId, isValid)
    return block
  }

  #makeMember(index: number): Member {
    const context = {
      chainId: CHAIN_ID,
      crypto: cheapCrypto,
      lockRule: this.#plan.rule,
      self: this.validatorSet.get(index)?.address ?? null,
      timeouts: TIMEOUTS,
      skipTimeoutCommit: this.random() < 0.5,
    }
    return { index, state: makeConsensus(context), decided: [] }
  }

  #after(delayMs: number, act: () => void): void {
    const at = this.#nowMs + Math.max(1, Math.ceil(delayMs))
    const due = this.#agenda.get(at)
    if (due === undefined) this.#agenda.set(at, [act])
    else due.push(act)
  }

  #isDone(): boolean {
    return this.members.every((member) => member.decided.length >= this.#plan.heights)
  }

  // Now and then the network falls into two halves, and comes together again.
  #split(): void {
    if (this.#nowMs >= this.#plan.healsAtMs) return
    const members = this.validatorSet.validators.map((_, index) => index)
    this.#cut = new Set(this.random() < 0.5 ? [] : members.filter(() => this.random() < 0.5))
    this.#after(100 + this.random() * 600, () => this.#split())
  }

  #begin(member: Member, lastPrecommits: VoteSet | null): void {
    this.#apply(member, {
      kind: 'start-height',
      height: member.state.height + 1n,
      validatorSet: this.validatorSet,
      lastPrecommits,
      waitForTxs: false,
      immediately: lastPrecommits === null,
    })
  }

  #deliver(to: number, message: Message): void {
    const member = this.members[to]
    if (member === undefined) this.#villain.see(message)
    else for (const input of inputsOf(message, member.state)) this.#apply(member, input)
  }

  #apply(member: Member, input: Input): void {
    const { state, effects } = transition(member.state, input)
    member.state = state
    for (const effect of effects) this.#perform(member, effect)
  }

  #perform(member: Member, effect: Effect): void {
    this.judge.see(member, effect)
    const soon = 1 + this.random() * 10
    switch (effect.kind) {
      case 'schedule-timeout': {
        const { timeout, durationMs } = effect
        return this.#after(durationMs, () => this.#apply(member, { kind: 'timeout', timeout }))
      }
      case 'build-block': {
        const { height, round } = effect
        const block = this.random() < 0.05 ? null : this.makeBlock(true)
        return this.#after(soon, () =>
          this.#apply(member, { kind: 'block-built', height, round, block }),
        )
      }
      case 'validate-block': {
        const { height, blockId } = effect
        const valid = this.judge.isValid(blockId)
        return this.#after(soon, () =>
          this.#apply(member, { kind: 'block-validity', height, blockId, valid }),
        )
      }
      case 'sign-proposal':
        return this.#after(soon, () => this.#signProposal(member, effect))
      case 'sign-vote':
        return this.#after(soon, () => this.#signVote(member, effect))
      case 'decide':
        return this.#onDecide(member, effect)
      default:
    }
  }

  #signProposal(member: Member, effect: Extract<Effect, { kind: 'sign-proposal' }>): void {
    const { height, round, blockId } = effect
    if (this.random() < 0.02) {
      return this.#apply(member, { kind: 'sign-refused', height, round, what: 'proposal' })
    }
    const proposal = proposalOf(effect)
    const partSet = member.state.blocks.get(blockIdKey(blockId))?.partSet ?? null
    this.#apply(member, { kind: 'signed-proposal', proposal })
    if (partSet === null) return
    this.#broadcast(member, { kind: 'proposal', proposal, block: { blockId, partSet } })
  }

  #signVote(member: Member, effect: Extract<Effect, { kind: 'sign-vote' }>): void {
    const vote = voteOf(this.validatorSet, member.index, effect)
    this.#apply(member, { kind: 'signed-vote', vote })
    this.#broadcast(member, { kind: 'vote', vote })
  }

  #broadcast(member: Member, message: Message): void {
    for (let to = 0; to < this.validatorSet.size; to += 1) {
      if (to !== member.index) this.send(member.index, to, message)
    }
  }

  #onDecide(member: Member, effect: Extract<Effect, { kind: 'decide' }>): void {
    const { height, round, blockId, partSet, precommits } = effect
    member.decided.push({ height, block: { blockId, partSet }, votes: precommits })
    this.#after(5 + this.random() * 30, () =>
      this.#begin(member, votesOf(member.state, round).precommits),
    )
  }

  // Gossip-communication: what one honest member has reaches the others, of all rounds and heights.
  #repair(member: Member): void {
    for (const other of this.members) {
      if (other === member) continue
      for (const message of missing(member, other.state)) {
        this.send(member.index, other.index, message)
      }
    }
    this.#after(REPAIR_MS * (0.5 + this.random()), () => this.#repair(member))
  }
}
