// Prints effects and states the way golden scripts show them.

import { VoteType } from '../types/index.ts'
import type { BlockId } from '../types/index.ts'
import { nameOf } from './cast.fixture.ts'
import type { Effect } from './effect.ts'
import { proposerOf } from './state.ts'
import type { ConsensusState } from './state.ts'

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>

/** One effect as one line; `state` is the state after it. */
export function printEffect(state: ConsensusState, effect: Effect): string {
  switch (effect.kind) {
    case 'schedule-timeout': {
      const { timeout, durationMs } = effect
      return `${effect.kind} ${placeOf(timeout)} ${timeout.step} ${durationMs} ms`
    }
    case 'wait-for-txs':
    case 'announce-step':
      return effect.kind
    case 'build-block':
      return `${effect.kind} ${placeOf(effect)}`
    case 'validate-block':
      return `${effect.kind} ${placeOf(effect)} ${nameOf(effect.blockId)}`
    case 'sign-proposal':
      return `${effect.kind} ${placeOf(effect)} ${nameOf(effect.blockId)} pol ${effect.polRound}`
    case 'sign-vote': {
      const type = effect.type === VoteType.prevote ? 'prevote' : 'precommit'
      return `sign-${type} ${placeOf(effect)} ${nameOf(effect.blockId)}`
    }
    case 'announce-valid-block':
      return `${effect.kind} ${printCollected(state)}`
    case 'announce-vote':
      return `${effect.kind} v${effect.vote.validatorIndex}`
    case 'round-failed':
      return `${effect.kind} ${placeOf(effect)}: ${printFailure(state, effect)}`
    case 'decide': {
      const votes = effect.precommits.bitArrayString
      return `${effect.kind} ${placeOf(effect)} ${nameOf(effect.blockId)} ${votes}`
    }
  }
}

/** Where the machine is and what it holds, as one line. */
export function printPlace(state: ConsensusState): string {
  const { step, lockedValue, lockedRound, validValue, validRound } = state
  const proposer = state.validatorSet.indexOf(proposerOf(state, state.round).address)
  const locked = printValue(lockedValue, lockedRound)
  const valid = printValue(validValue, validRound)
  return `= ${placeOf(state)} ${step}, proposer v${proposer}, locked ${locked}, valid ${valid}`
}

function printValue(value: BlockId | null, round: number): string {
  return value === null ? '-' : `${nameOf(value)}@${round}`
}

function printCollected({ collecting, proposalParts }: ConsensusState): string {
  if (collecting === null || proposalParts === null) return 'nothing'
  return `${nameOf(collecting)} ${proposalParts.bits.toString()}`
}

function printFailure(state: ConsensusState, { reason }: EffectOf<'round-failed'>): string {
  const missing = (indexes: readonly number[]): string =>
    indexes.length === 0 ? '' : ` without ${indexes.map((index) => `v${index}`).join(',')}`
  const proposal = reason.proposalSeen ? 'seen' : 'missing'
  const block = reason.blockValid ? 'valid' : reason.blockComplete ? 'complete' : 'missing'
  return [
    `proposal of v${state.validatorSet.indexOf(reason.proposer)} ${proposal}`,
    `block ${block}`,
    `prevotes ${reason.prevotePower}/${reason.totalPower}${missing(reason.missingPrevotes)}`,
    `precommits ${reason.precommitPower}/${reason.totalPower}${missing(reason.missingPrecommits)}`,
  ].join(', ')
}

function placeOf({ height, round }: { height: bigint; round: number }): string {
  return `${height}/${round}`
}
