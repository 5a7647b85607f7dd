// Reads a recorded state of consensus back into a state that is shown the same way.

import { ZERO_TIME } from '../../core/bytes/index.ts'
import { makeConsensus } from '../../core/consensus/index.ts'
import type { ConsensusState, KnownBlock, RoundVotes } from '../../core/consensus/index.ts'
import {
  blockIdKey,
  encodeBlock,
  hashHeader,
  NIL_BLOCK_ID,
  PartSet,
  ValidatorSet,
  VoteSet,
} from '../../core/types/index.ts'
import type { Block, BlockId, Proposal, Vote } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { RpcConsensusView } from './environment.ts'
import {
  base64,
  hex,
  list,
  readBlock,
  readBlockId,
  readValidator,
  time,
} from './recorded-results.fixture.ts'
import type { Json } from './recorded-results.fixture.ts'

const PREVOTE = 1
const PRECOMMIT = 2
const STEPS = [
  'new-height',
  'new-round',
  'propose',
  'prevote',
  'prevote',
  'precommit',
  'precommit',
  'commit',
] as const

export const readValidatorSet = (json: Json): ValidatorSet =>
  ValidatorSet.restore(
    list(json.validators, readValidator),
    json.proposer === null ? null : readValidator(json.proposer),
  )

/**
 * `Vote{index:address height/round/type block signature extension @ time}`, of which only six bytes
 * each are known.
 */
const readVote = (text: string, set: ValidatorSet): Vote | null => {
  const found =
    /^Vote\{(\d+):(\w{12}) (\d+)\/(\d+)\/\w+\((\w+)\) (\w{12}) (\w{12}) (\w{12}) @ (.*)\}$/.exec(
      text,
    )
  if (found === null) return null
  const [
    ,
    index = '0',
    ,
    height = '0',
    round = '0',
    type,
    block = '',
    signature = '',
    extension = '',
  ] = found
  const isNil = block === '000000000000'
  const hash = new Uint8Array(32)
  hash.set(hex(block))
  const blockId = isNil ? NIL_BLOCK_ID : { hash, partSetHeader: { total: 1, hash } }
  return {
    type: type === 'Prevote' ? PREVOTE : PRECOMMIT,
    height: BigInt(height),
    round: Number(round),
    blockId,
    timestamp: time(found[9] ?? ''),
    validatorAddress: set.get(Number(index))?.address ?? new Uint8Array(20),
    validatorIndex: Number(index),
    signature: hex(signature),
    extension: hex(extension),
    extensionSignature: new Uint8Array(0),
  }
}

const readVoteSet = (
  texts: readonly string[],
  scope: { height: bigint; round: number; type: number; validatorSet: ValidatorSet },
): VoteSet => {
  let votes = VoteSet.empty(scope)
  for (const text of texts) {
    const vote = readVote(text, scope.validatorSet)
    const added = vote === null ? null : votes.add(vote)
    if (added?.kind === 'added') votes = added.voteSet
  }
  return votes
}

const readProposal = (json: Json): Proposal => ({
  type: json.Type,
  height: BigInt(json.height),
  round: json.round,
  polRound: json.pol_round,
  blockId: readBlockId(json.block_id),
  timestamp: time(json.timestamp),
  signature: base64(json.signature),
})

/** Blocks of the dump, with the parts that this node would have made of them. */
class Blocks {
  readonly known = new Map<string, KnownBlock>()
  readonly #blocks = new Map<string, Block>()

  add(json: Json): BlockId | null {
    if (json === null) return null
    const block = readBlock(json)
    const partSet = PartSet.fromBytes(nativeCrypto, encodeBlock(block))
    const hash = hashHeader(nativeCrypto, block.header)
    const blockId = { hash, partSetHeader: partSet.header }
    const key = blockIdKey(blockId)
    this.known.set(key, { blockId, partSet, validity: 'valid' })
    this.#blocks.set(key, block)
    return blockId
  }

  find(blockId: BlockId): Block | null {
    return this.#blocks.get(blockIdKey(blockId)) ?? null
  }
}

const readPartSet = (json: Json, complete: PartSet | null): PartSet | null => {
  if (json === null) return null
  if (complete !== null) return complete
  const total = Number(json['count/total'].split('/')[1])
  return PartSet.fromHeader({ total, hash: new Uint8Array(32) })
}

/** The view behind the `round_state` of `dump_consensus_state`. */
export const readDump = (json: Json): RpcConsensusView => {
  const validatorSet = readValidatorSet(json.validators)
  const height = BigInt(json.height)
  const blocks = new Blocks()
  const collecting = blocks.add(json.proposal_block)
  const lockedValue = blocks.add(json.locked_block)
  const validValue = blocks.add(json.valid_block)
  const complete =
    collecting === null ? null : (blocks.known.get(blockIdKey(collecting))?.partSet ?? null)
  const votes = new Map<number, RoundVotes>()
  for (const entry of json.votes as Json[]) {
    const scope = { height, round: entry.round as number, validatorSet }
    votes.set(entry.round, {
      prevotes: readVoteSet(entry.prevotes, { ...scope, type: PREVOTE }),
      precommits: readVoteSet(entry.precommits, { ...scope, type: PRECOMMIT }),
    })
  }
  const state: ConsensusState = {
    ...makeConsensus({} as ConsensusState['context']),
    height,
    round: json.round,
    step: STEPS[json.step - 1] ?? 'new-height',
    prevoteTimeoutRound: json.step === 5 ? json.round : -1,
    precommitTimeoutRound: json.triggered_timeout_precommit === true ? json.round : -1,
    validatorSet,
    roundValidatorSet: validatorSet,
    proposal: json.proposal === null ? null : readProposal(json.proposal),
    collecting,
    proposalParts: readPartSet(json.proposal_block_parts, complete),
    lockedRound: json.locked_round,
    lockedValue,
    validRound: json.valid_round,
    validValue,
    blocks: blocks.known,
    votes,
    commitRound: json.commit_round,
    lastPrecommits: readLastCommit(json, height),
  }
  return {
    state,
    startTime: time(json.start_time),
    commitTime: time(json.commit_time),
    blockOf: (blockId) => blocks.find(blockId),
  }
}

const readLastCommit = (json: Json, height: bigint): VoteSet | null => {
  if (json.last_commit === null) return null
  const validatorSet = readValidatorSet(json.last_validators)
  const round = Number(/ \d+\/(\d+)\//.exec(json.last_commit.votes.join())?.[1] ?? 0)
  const scope = { height: height - 1n, round, type: PRECOMMIT, validatorSet }
  return readVoteSet(json.last_commit.votes, scope)
}

/** A view of a node that has not started a height. */
export const idleView = (): RpcConsensusView => ({
  state: makeConsensus({} as ConsensusState['context']),
  startTime: ZERO_TIME,
  commitTime: ZERO_TIME,
  blockOf: () => null,
})
