// What a round still lacks, for the operator.

import { missingFrom } from './quorum.ts'
import { knownBlock, proposerOf, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'

/**
 * Why a round ended without a decision, as far as this node saw it. Validators are given by index.
 */
export interface RoundFailure {
  readonly proposalSeen: boolean
  readonly blockComplete: boolean
  readonly blockValid: boolean
  /** Power that prevoted or precommitted anything at all in the round, each validator once. */
  readonly prevotePower: bigint
  readonly precommitPower: bigint
  readonly totalPower: bigint
  readonly missingPrevotes: readonly number[]
  readonly missingPrecommits: readonly number[]
  readonly proposer: Uint8Array
}

/** What the present round lacks: when it ends the reason of its failure, before that of a wait. */
export function roundFailureOf(state: ConsensusState): RoundFailure {
  const { prevotes, precommits } = votesOf(state, state.round)
  const block = state.proposal === null ? null : knownBlock(state, state.proposal.blockId)
  return {
    proposalSeen: state.proposal !== null,
    blockComplete: block !== null,
    blockValid: block?.validity === 'valid',
    prevotePower: prevotes.powerAny,
    precommitPower: precommits.powerAny,
    totalPower: state.validatorSet.totalVotingPower,
    missingPrevotes: missingFrom(prevotes),
    missingPrecommits: missingFrom(precommits),
    proposer: proposerOf(state, state.round).address,
  }
}
