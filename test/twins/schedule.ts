// Plays a scenario: the scripted rounds, then a healed network until all have decided.

import { VoteType, equalBlockId, isNilBlockId } from '../../src/core/types/index.ts'
import type { Hearing } from './hearing.ts'
import type { Change } from './space.ts'
import { MAX_ROUNDS } from './tally.ts'
import { World } from './world.ts'
import type { Instance, Sent, Stage } from './world.ts'

/**
 * Rounds in which all must have decided, counted from the last round anyone was in when the network
 * healed: that round may be lost already, and within the next four everybody proposes, also the
 * honest one with the newest lock.
 */
export const PATIENCE = 5

/** The rounds of a scenario. */
export interface Script {
  readonly hearings: readonly Hearing[]
  /** What happens between two rounds: one less than `hearings`. */
  readonly changes: readonly Change[]
}

/** How a run ended. */
export interface Outcome {
  /** Broken promises in words; none when all is well. */
  readonly violations: readonly string[]
  /** Instances that had decided when the network healed. */
  readonly early: number
  /** Rounds from the healing to the last decision; negative where an old round decides. */
  readonly roundsAfter: number
}

const STEPS = ['propose', 'prevote', 'precommit'] as const

type Phase = 0 | 1 | 2

/** Plays `script`. */
export function play(stage: Stage, script: Script): Outcome {
  const run = new Run(stage)
  run.follow(script)
  return run.heal()
}

class Run {
  readonly #world: World
  /** Messages before this one had their phase. */
  #told = 0

  constructor(stage: Stage) {
    this.#world = new World(stage)
  }

  /** The scripted rounds: proposals, prevotes and precommits each have their phase. */
  follow({ hearings, changes }: Script): void {
    for (const [round, hearing] of hearings.entries()) {
      const change = changes[round - 1]
      if (change !== undefined) this.#change(change, round, hearing)
      this.#speak(hearing, 0)
      this.#expire(round, 0)
      this.#speak(hearing, hearing.deafToPrevotes)
      this.#expire(round, 1)
      this.#speak(hearing, hearing.deafToPrecommits)
      this.#expire(round, 2)
    }
  }

  /**
   * From now on everything reaches everybody before any timeout. Timeouts of the lowest round are
   * the oldest.
   */
  heal(): Outcome {
    const { instances } = this.#world
    const healedAt = Math.max(...instances.map(({ state }) => state.round))
    const early = instances.length - this.#waiting().length
    const last = Math.min(healedAt + PATIENCE, MAX_ROUNDS - 2)
    let goesOn = true
    while (goesOn) {
      this.#tellDecision()
      this.#tellAll()
      const waiting = this.#waiting()
      const lowest = Math.min(...waiting.map(({ state }) => state.round))
      const oldest = waiting.filter(({ state }) => state.round === lowest)
      const expired = oldest.filter((instance) => this.#expireNext(instance))
      goesOn = expired.length > 0 && waiting.every(({ state }) => state.round <= last)
    }
    const undecided = this.#waiting().map(({ index }) => `v${index}: never decides`)
    const end = Math.max(...instances.map(({ state }) => state.decision?.round ?? state.round))
    const violations = [...this.#world.violations, ...undecided]
    return { violations, early, roundsAfter: end - healedAt }
  }

  #waiting(): readonly Instance[] {
    return this.#world.instances.filter((instance) => !this.#world.isDone(instance))
  }

  // What was said since the phase before goes through the groups; what that leads to waits for the
  // next phase.
  #speak({ groups }: Hearing, deaf: number): void {
    const { sent, instances } = this.#world
    const end = sent.length
    for (; this.#told < end; this.#told += 1) {
      const spoken = sent[this.#told] as Sent
      const audience = (groups[spoken.from] ?? 0) & ~deaf
      for (const to of instances) {
        if (((audience >> to.index) & 1) === 1) this.#world.deliver(spoken, to)
      }
    }
  }

  #expire(round: number, phase: Phase): void {
    for (const instance of this.#world.instances) {
      for (let step = 0; step <= phase && instance.state.round <= round; step += 1) {
        this.#world.expire(instance, STEPS[step as Phase])
      }
      this.#world.checkWait(instance)
    }
  }

  #change(change: Change, round: number, { groups }: Hearing): void {
    if (change === 'left') return
    if (change === 'gathered') this.#gather(round, groups)
    for (let old = 0; old < round; old += 1) {
      for (const instance of this.#world.instances) this.#push(instance, old, 1)
      for (const instance of this.#world.instances) this.#push(instance, old, 2)
    }
    // What was said while pushing has missed its phase too.
    const fresh = this.#world.sent.splice(this.#told)
    const late = fresh.filter((spoken) => spoken.round < round)
    const timely = fresh.filter((spoken) => spoken.round >= round)
    this.#told += late.length
    this.#world.sent.push(...late, ...timely)
  }

  // Whoever is in one group now knows what anyone in it knew.
  #gather(round: number, groups: readonly number[]): void {
    const { sent, instances } = this.#world
    const end = sent.length
    for (const instance of instances) {
      const group = groups[instance.index] ?? 0
      for (let at = 0; at < end; at += 1) {
        const spoken = sent[at] as Sent
        const isOld = spoken.round < round
        if (isOld && (spoken.heard & group) !== 0) this.#world.deliver(spoken, instance)
      }
      this.#world.supply(instance, group)
    }
  }

  // Late votes of the step that an instance hangs in, those for nil first, until it goes on.
  #push(instance: Instance, round: number, phase: 1 | 2): void {
    for (let step = 0; step <= phase && instance.state.round === round; step += 1) {
      this.#world.expire(instance, STEPS[step as Phase])
    }
    if (!this.#hangs(instance, round, phase)) return
    const type = phase === 1 ? VoteType.prevote : VoteType.precommit
    for (const isNil of [true, false]) {
      for (const spoken of this.#world.sent) {
        const { message } = spoken
        if (spoken.round !== round || message.kind !== 'vote') continue
        if (message.vote.type !== type || isNilBlockId(message.vote.blockId) !== isNil) continue
        this.#world.deliver(spoken, instance)
        this.#world.expire(instance, STEPS[phase])
        if (!this.#hangs(instance, round, phase)) return
      }
    }
  }

  #hangs(instance: Instance, round: number, phase: Phase): boolean {
    return instance.state.round === round && instance.state.step === STEPS[phase]
  }

  // What ends the wait of the others comes first: the precommits of those who have decided.
  #tellDecision(): void {
    const { sent, instances } = this.#world
    const decided = instances.find((instance) => this.#world.isDone(instance))
    const decision = decided?.state.decision ?? null
    if (decision === null) return
    for (const spoken of sent) {
      const { message, round } = spoken
      if (message.kind !== 'vote' || round !== decision.round) continue
      const { type, blockId } = message.vote
      if (type !== VoteType.precommit || !equalBlockId(blockId, decision.blockId)) continue
      for (const instance of instances) this.#world.deliver(spoken, instance)
    }
  }

  #tellAll(): void {
    const { sent, instances } = this.#world
    const everybody = 2 ** instances.length - 1
    for (let news = true; news;) {
      news = false
      for (const instance of instances) {
        if (this.#world.supply(instance, everybody)) news = true
        for (let at = 0; at < sent.length; at += 1) {
          if (this.#world.deliver(sent[at] as Sent, instance)) news = true
        }
      }
    }
  }

  #expireNext(instance: Instance): boolean {
    const { step } = instance.state
    const own = step === 'propose' || step === 'prevote' ? step : 'precommit'
    return this.#world.expire(instance, own) || this.#world.expire(instance, 'precommit')
  }
}
