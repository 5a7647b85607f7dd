// Our announcements, and the structural rules that a peer's messages must keep.
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import type { ConsensusState, ConsensusStep } from '../../core/consensus/index.ts'
import { VoteType, isNilBlockId, validateBlockId } from '../../core/types/index.ts'
import type { ConsensusEngine } from '../engine/index.ts'
import { CHANNEL } from './channels.ts'

/** CometBFT's numbers of the steps. Its two waiting steps have no counterpart here. */
export const STEP_NUMBER: Readonly<Record<ConsensusStep, number>> = {
  'new-height': 1,
  'new-round': 2,
  propose: 3,
  prevote: 4,
  precommit: 6,
  commit: 8,
}
const LAST_STEP = 8

/** Parts of the largest block that the protocol allows: 100 MiB in parts of 64 KiB, and one. */
const MAX_PARTS = 1601

/** Our step as peers are told it, or null before the engine has entered its first height. */
export function newRoundStepOf(
  engine: ConsensusEngine,
  nowMs: number,
): Extract<ConsensusWireMessage, { kind: 'new-round-step' }> | null {
  const { state } = engine
  if (!engine.running) return null
  return {
    kind: 'new-round-step',
    height: state.height,
    round: state.round,
    step: STEP_NUMBER[state.step],
    secondsSinceStartTime: BigInt(Math.max(0, Math.floor((nowMs - engine.startedAtMs) / 1000))),
    lastCommitRound: state.lastPrecommits === null ? -1 : state.lastPrecommits.round,
  }
}

/** The part set we collect and the parts we really have, or null when there is none. */
export function newValidBlockOf(
  state: ConsensusState,
): Extract<ConsensusWireMessage, { kind: 'new-valid-block' }> | null {
  const parts = state.proposalParts
  if (parts === null) return null
  return {
    kind: 'new-valid-block',
    height: state.height,
    round: state.round,
    blockPartSetHeader: parts.header,
    blockParts: parts.bits,
    isCommit: state.step === 'commit',
  }
}

/** The channel on which each kind of message travels. */
export const CHANNEL_OF: Readonly<Record<ConsensusWireMessage['kind'], number>> = {
  'new-round-step': CHANNEL.state,
  'new-valid-block': CHANNEL.state,
  'has-vote': CHANNEL.state,
  'vote-set-maj23': CHANNEL.state,
  proposal: CHANNEL.data,
  'proposal-pol': CHANNEL.data,
  'block-part': CHANNEL.data,
  vote: CHANNEL.vote,
  'vote-set-bits': CHANNEL.voteSetBits,
}

/**
 * Structural rules of a decoded message: null when it keeps them, otherwise the reason for which
 * its sender is disconnected. Signed content is judged later, by the message pool.
 */
export function validateMessage(
  message: ConsensusWireMessage,
  channelId: number,
  initialHeight: bigint,
): string | null {
  if (CHANNEL_OF[message.kind] !== channelId) {
    return `${message.kind} on channel 0x${channelId.toString(16)}`
  }
  switch (message.kind) {
    case 'new-round-step':
      return validateRoundStep(message, initialHeight)
    case 'new-valid-block':
      return validateValidBlock(message)
    case 'has-vote':
      return validatePlace(message) ?? (message.index < 0 ? 'has-vote: negative index' : null)
    case 'vote-set-maj23':
    case 'vote-set-bits':
      return validatePlace(message) ?? validateValue(message.blockId)
    case 'proposal-pol':
      return validateProposalPol(message)
    case 'proposal':
      // Before anything is kept for that many parts; the rest is the message pool's.
      return message.proposal.blockId.partSetHeader.total > MAX_PARTS ? 'proposal: parts' : null
    case 'block-part':
      return message.height < 0n || message.round < 0 ? 'block-part: negative place' : null
    default:
      return null
  }
}

function validateRoundStep(
  message: Extract<ConsensusWireMessage, { kind: 'new-round-step' }>,
  initialHeight: bigint,
): string | null {
  const { height, round, step, lastCommitRound } = message
  if (height < initialHeight) return `new-round-step: height ${height} before the initial height`
  if (round < 0) return 'new-round-step: negative round'
  if (step < 1 || step > LAST_STEP) return `new-round-step: unknown step ${step}`
  if (height === initialHeight && lastCommitRound !== -1) {
    return 'new-round-step: last commit round at the initial height'
  }
  if (height > initialHeight && lastCommitRound < 0) {
    return 'new-round-step: no last commit round above the initial height'
  }
  return null
}

function validateValidBlock(
  message: Extract<ConsensusWireMessage, { kind: 'new-valid-block' }>,
): string | null {
  const { height, round, blockPartSetHeader: header, blockParts } = message
  if (height < 0n || round < 0) return 'new-valid-block: negative place'
  if (header.total < 1 || header.total > MAX_PARTS) return 'new-valid-block: number of parts'
  if (blockParts.size !== header.total) return 'new-valid-block: bits do not fit the part set'
  return header.hash.length === 32 ? null : 'new-valid-block: hash of another length than 32'
}

function validateProposalPol(
  message: Extract<ConsensusWireMessage, { kind: 'proposal-pol' }>,
): string | null {
  if (message.height < 0n || message.proposalPolRound < 0) return 'proposal-pol: negative place'
  return message.proposalPol.size === 0 ? 'proposal-pol: no votes' : null
}

function validatePlace(message: {
  readonly kind: string
  readonly height: bigint
  readonly round: number
  readonly type: number
}): string | null {
  if (message.height < 0n || message.round < 0) return `${message.kind}: negative place`
  if (message.type !== VoteType.prevote && message.type !== VoteType.precommit) {
    return `${message.kind}: unknown vote type ${message.type}`
  }
  return null
}

function validateValue(blockId: Parameters<typeof isNilBlockId>[0]): string | null {
  return isNilBlockId(blockId) ? null : validateBlockId(blockId)
}
