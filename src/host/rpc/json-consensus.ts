// The state of consensus as JSON: the whole of it, its summary, and what is known of the peers'.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { BitArray } from '../../core/bytes/index.ts'
import { votesOf } from '../../core/consensus/index.ts'
import type { ConsensusState, RoundVotes } from '../../core/consensus/index.ts'
import { blockIdKey, ValidatorSet } from '../../core/types/index.ts'
import type { BlockId, PartSet, VoteSet } from '../../core/types/index.ts'
import type { RpcConsensusView, RpcPeer, RpcPeerRound } from './environment.ts'
import { blockJson, partSetHeaderJson, proposalJson, validatorSetJson } from './json-chain.ts'
import { jsonHex, jsonInt64, jsonList, jsonString, jsonTime } from './json-text.ts'

/** Rounds shown at most; a height that needs more is still shown, by its last ones. */
const MAX_ROUNDS = 100

/** CometBFT's number of the current step; waiting for late votes is a step of its own there. */
export function stepNumber(state: ConsensusState): number {
  switch (state.step) {
    case 'new-height':
      return 1
    case 'new-round':
      return 2
    case 'propose':
      return 3
    case 'prevote':
      return state.prevoteTimeoutRound === state.round ? 5 : 4
    case 'precommit':
      return 6
    case 'commit':
      return 8
  }
}

/** The summary that `consensus_state` answers. */
export function simpleRoundStateJson(view: RpcConsensusView): string {
  const { state } = view
  const { height, round } = state
  const set = state.roundValidatorSet
  const address = set.size === 0 ? EMPTY_BYTES : set.proposer.address
  const index = Math.max(0, set.indexOf(address))
  return (
    `{"height/round/step":"${height}/${round}/${stepNumber(state)}"` +
    `,"start_time":${jsonTime(view.startTime)}` +
    `,"proposal_block_hash":${jsonHex(proposalBlockId(state)?.hash ?? EMPTY_BYTES)}` +
    `,"locked_block_hash":${jsonHex(state.lockedValue?.hash ?? EMPTY_BYTES)}` +
    `,"valid_block_hash":${jsonHex(state.validValue?.hash ?? EMPTY_BYTES)}` +
    `,"height_vote_set":${heightVotesJson(state)}` +
    `,"proposer":{"address":${jsonHex(address)},"index":${index}}}`
  )
}

/** The whole state, as `dump_consensus_state` answers it. */
export function roundStateJson(view: RpcConsensusView): string {
  const { state } = view
  const { lockedValue, validValue, lastPrecommits } = state
  const isPrecommitTimeout = state.precommitTimeoutRound === state.round
  return (
    `{"height":${jsonInt64(state.height)},"round":${state.round},"step":${stepNumber(state)}` +
    `,"start_time":${jsonTime(view.startTime)},"commit_time":${jsonTime(view.commitTime)}` +
    `,"validators":${setJson(state.roundValidatorSet)}` +
    `,"proposal":${proposalJson(state.proposal)}` +
    `,"proposal_block":${blockOrNull(view, proposalBlockId(state))}` +
    `,"proposal_block_parts":${partSetJson(state.proposalParts)}` +
    `,"locked_round":${state.lockedRound},"locked_block":${blockOrNull(view, lockedValue)}` +
    `,"locked_block_parts":${partSetJson(partsOf(state, lockedValue))}` +
    `,"valid_round":${state.validRound},"valid_block":${blockOrNull(view, validValue)}` +
    `,"valid_block_parts":${partSetJson(partsOf(state, validValue))}` +
    `,"votes":${heightVotesJson(state)},"commit_round":${state.commitRound}` +
    `,"last_commit":${voteSetJson(lastPrecommits)}` +
    `,"last_validators":${setJson(lastPrecommits?.validatorSet ?? ValidatorSet.empty)}` +
    `,"triggered_timeout_precommit":${isPrecommitTimeout}}`
  )
}

function setJson(set: ValidatorSet): string {
  return validatorSetJson(set.size === 0 ? { validators: [], proposer: null } : set)
}

/** The block being proposed, once all of it is here. */
function proposalBlockId(state: ConsensusState): BlockId | null {
  return state.proposalParts?.isComplete === true ? state.collecting : null
}

function blockOrNull(view: RpcConsensusView, blockId: BlockId | null): string {
  return blockJson(blockId === null ? null : view.blockOf(blockId))
}

function partsOf(state: ConsensusState, value: BlockId | null): PartSet | null {
  return value === null ? null : (state.blocks.get(blockIdKey(value))?.partSet ?? null)
}

function partSetJson(parts: PartSet | null): string {
  if (parts === null) return 'null'
  const counts = `${parts.count}/${parts.header.total}`
  return `{"count/total":"${counts}","parts_bit_array":${bitsJson(parts.bits)}}`
}

/**
 * CometBFT lists the rounds up to the one after the current round, but only round 0 before the
 * height starts.
 */
function heightVotesJson(state: ConsensusState): string {
  if (state.height === 0n) return '[]'
  const last = state.step === 'new-height' ? state.round : state.round + 1
  const first = Math.max(0, last + 1 - MAX_ROUNDS)
  const rounds = Array.from({ length: last + 1 - first }, (_, i) => first + i)
  return jsonList(rounds, (round) => roundVotesJson(round, votesOf(state, round)))
}

function roundVotesJson(round: number, votes: RoundVotes): string {
  return (
    `{"round":${round},"prevotes":${jsonList(votes.prevotes.voteStrings(), jsonString)}` +
    `,"prevotes_bit_array":${jsonString(votes.prevotes.bitArrayString)}` +
    `,"precommits":${jsonList(votes.precommits.voteStrings(), jsonString)}` +
    `,"precommits_bit_array":${jsonString(votes.precommits.bitArrayString)}}`
  )
}

function voteSetJson(votes: VoteSet | null): string {
  if (votes === null) return 'null'
  return (
    `{"votes":${jsonList(votes.voteStrings(), jsonString)}` +
    `,"votes_bit_array":${jsonString(votes.bitArrayString)},"peer_maj_23s":{}}`
  )
}

/** `"x_x"`: one character per bit, without the brackets of the summaries. */
function bitsJson(bits: BitArray | null): string {
  if (bits === null) return 'null'
  let text = '"'
  for (let i = 0; i < bits.size; i++) text += bits.get(i) ? 'x' : '_'
  return `${text}"`
}

/** A peer with what is known of its consensus. */
export function peerStateJson(peer: RpcPeer): string {
  if (peer.round === null) return `{"node_address":"","peer_state":null}`
  const stats =
    `{"votes":${jsonInt64(peer.round.votesReceived)}` +
    `,"block_parts":${jsonInt64(peer.round.blockPartsReceived)}}`
  return (
    `{"node_address":${jsonString(peer.nodeAddress)}` +
    `,"peer_state":{"round_state":${peerRoundJson(peer.round)},"stats":${stats}}}`
  )
}

function peerRoundJson(round: RpcPeerRound): string {
  return (
    `{"height":${jsonInt64(round.height)},"round":${round.round},"step":${round.step}` +
    `,"start_time":${jsonTime(round.startTime)},"proposal":${round.proposal}` +
    `,"proposal_block_part_set_header":${partSetHeaderJson(round.proposalBlockId)}` +
    `,"proposal_block_parts":${bitsJson(round.proposalParts)}` +
    `,"proposal_pol_round":${round.polRound},"proposal_pol":${bitsJson(round.pol)}` +
    `,"prevotes":${bitsJson(round.prevotes)},"precommits":${bitsJson(round.precommits)}` +
    `,"last_commit_round":${round.lastCommitRound},"last_commit":${bitsJson(round.lastCommit)}` +
    `,"catchup_commit_round":${round.catchupCommitRound}` +
    `,"catchup_commit":${bitsJson(round.catchupCommit)}}`
  )
}
