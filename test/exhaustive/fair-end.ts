// What follows when all becomes well: every message arrives, the faulty one is silent.

import type { ConsensusState } from '../../src/core/consensus/index.ts'
import { inputsOf, missing } from '../../src/core/consensus/message.fixture.ts'
import { Driver } from './drive.ts'
import type { Reaction } from './drive.ts'
import { NIL, valueName } from './scope.ts'
import type { Stage, ValueNumber } from './scope.ts'

interface Player {
  readonly driver: Driver
  state: ConsensusState
  decided: ValueNumber | undefined
}

/** Turns of gossip or timeouts; far more than any run needs. */
const MAX_TURNS = 400

/**
 * Lets the members of a state go on fairly: what one of them has, all get at once, and timeouts end
 * only when nothing is under way. Every member must decide, the same value, before each correct
 * validator had its turn as proposer. Answers what went wrong, else undefined.
 */
export function judgeFairEnd(stage: Stage, states: readonly ConsensusState[]): string | undefined {
  const players = states.map((state, at): Player => {
    const driver = new Driver(stage, stage.members[at]!, { judges: true })
    return { driver, state, decided: undefined }
  })
  const lastRound = lastRoundAllowed(stage, Math.max(...states.map((state) => state.round)))
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const trouble = gossip(players)
    if (trouble !== undefined) return trouble
    if (players.every((player) => player.decided !== undefined)) {
      const values = new Set(players.map((player) => player.decided))
      return values.size === 1
        ? undefined
        : `decide ${[...values].map((value) => valueName(value ?? NIL)).join(' and ')}`
    }
    const isLate = players.some(({ state }) => state.round > lastRound)
    if (isLate) return `nobody decides up to round ${lastRound}`
    if (!endTimeouts(players)) return 'nothing is under way and nobody decides'
  }
  return 'goes on for ever'
}

// Each correct validator proposes once after the current round.
function lastRoundAllowed(stage: Stage, round: number): number {
  const waiting = new Set(stage.members.keys())
  let last = round
  while (waiting.size > 0) {
    last += 1
    waiting.delete(stage.proposerIn(last))
  }
  return last
}

function gossip(players: readonly Player[]): string | undefined {
  for (let isNew = true; isNew;) {
    isNew = false
    for (const player of players) {
      for (const fellow of players) {
        if (fellow === player) continue
        const messages = missing({ state: fellow.state, decided: [] }, player.state)
        const inputs = messages.flatMap((message) => inputsOf(message, player.state))
        const before = player.state
        const broken = take(player, player.driver.run(before, inputs))
        if (broken !== undefined) return broken
        isNew ||= player.state !== before
      }
    }
  }
  return undefined
}

function endTimeouts(players: readonly Player[]): boolean {
  let ended = false
  for (const player of players) {
    const step = dueTimeout(player.state)
    if (step === null) continue
    const before = player.state
    take(player, player.driver.timeout(before, step))
    ended ||= player.state !== before
  }
  return ended
}

/** The timeout that the state waits for, if it has scheduled one. */
export function dueTimeout(state: ConsensusState): 'propose' | 'prevote' | 'precommit' | null {
  const { step, round } = state
  if (step === 'commit') return null
  if (step === 'propose') return 'propose'
  if (state.precommitTimeoutRound === round) return 'precommit'
  return step === 'prevote' && state.prevoteTimeoutRound === round ? 'prevote' : null
}

function take(player: Player, reaction: Reaction): string | undefined {
  player.state = reaction.state
  player.decided ??= reaction.decided
  return reaction.broken
}
