// Messages between the members of a cluster, and what one member has that another lacks.

import { NIL_BLOCK_ID, SignedMsgType, VoteType, equalBlockId } from '../types/index.ts'
import type { BlockId, Proposal, ValidatorSet, Vote, VoteSet } from '../types/index.ts'
import type { BuiltBlock, Input } from './input.ts'
import type { ConsensusState } from './state.ts'

/** A message on its way: what a machine would be told. */
export type Message =
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'proposal'; readonly proposal: Proposal; readonly block: BuiltBlock }
  | {
      readonly kind: 'block'
      readonly height: bigint
      readonly round: number
      readonly block: BuiltBlock
    }

/** What a member decided; enough to bring another one to the same decision. */
export interface DecidedBlock {
  readonly height: bigint
  readonly block: BuiltBlock
  readonly votes: VoteSet
}

/** The vote of the validator at `index`, without a signature: nobody looks at it here. */
export function voteOf(
  validatorSet: ValidatorSet,
  index: number,
  place: {
    readonly type: VoteType
    readonly height: bigint
    readonly round: number
    readonly blockId: BlockId
  },
): Vote {
  const { type, height, round, blockId } = place
  const validatorAddress = validatorSet.get(index)?.address ?? new Uint8Array(0)
  const nothing = { signature: NIL_BLOCK_ID.hash, extension: NIL_BLOCK_ID.hash }
  const unsigned = { ...nothing, extensionSignature: NIL_BLOCK_ID.hash, timestamp: 0n }
  return { ...unsigned, type, height, round, blockId, validatorAddress, validatorIndex: index }
}

/** A proposal without a signature. */
export function proposalOf(
  content: Pick<Proposal, 'height' | 'round' | 'polRound' | 'blockId'>,
): Proposal {
  const { height, round, polRound, blockId } = content
  const signature = NIL_BLOCK_ID.hash
  return {
    type: SignedMsgType.proposal,
    height,
    round,
    polRound,
    blockId,
    timestamp: 0n,
    signature,
  }
}

/** What a machine is told when the message arrives. */
export function inputsOf(message: Message, state: ConsensusState): readonly Input[] {
  if (message.kind === 'vote') return [message]
  const { height, round } = message.kind === 'proposal' ? message.proposal : message
  if (height !== state.height) return []
  const parts = message.block.partSet.bits.indexes().flatMap((index): Input[] => {
    const part = message.block.partSet.get(index)
    return part === null ? [] : [{ kind: 'block-part', height, round, part }]
  })
  return message.kind === 'proposal'
    ? [{ kind: 'proposal', proposal: message.proposal }, ...parts]
    : parts
}

/** What `state` and the decisions before it have and `other` lacks, at the height of `other`. */
export function missing(
  { state, decided }: { readonly state: ConsensusState; readonly decided: readonly DecidedBlock[] },
  other: ConsensusState,
): readonly Message[] {
  const past = decided.find((decision) => decision.height === other.height)
  const messages: Message[] = []
  if (past !== undefined) {
    messages.push(...votesMissing([past.votes], other))
    messages.push({ kind: 'block', height: other.height, round: other.round, block: past.block })
  }
  if (state.height !== other.height) return messages
  for (const { prevotes, precommits } of state.votes.values()) {
    messages.push(...votesMissing([prevotes, precommits], other))
  }
  for (const { blockId, partSet } of state.blocks.values()) {
    if (partSet === null) continue
    const block = { blockId, partSet }
    const proposal = state.proposal
    const isProposed = proposal !== null && equalBlockId(proposal.blockId, blockId)
    if (isProposed) messages.push({ kind: 'proposal', proposal, block })
    else messages.push({ kind: 'block', height: state.height, round: other.round, block })
  }
  return messages
}

function votesMissing(sets: readonly VoteSet[], other: ConsensusState): readonly Message[] {
  const messages: Message[] = []
  for (const set of sets) {
    const theirs = other.votes.get(set.round)
    const known = set.type === VoteType.prevote ? theirs?.prevotes : theirs?.precommits
    for (const vote of votesIn(set)) {
      // Members pass votes on as they are, so the usual one is known by being the same object.
      if (known?.votes[vote.validatorIndex] === vote) continue
      if (known?.getFor(vote.validatorIndex, vote.blockId)) continue
      messages.push({ kind: 'vote', vote })
    }
  }
  return messages
}

function votesIn(set: VoteSet): readonly Vote[] {
  const firsts = set.votes.filter((vote) => vote !== null)
  const { values } = set
  if (values.length <= 1) return firsts
  return values.flatMap((value) =>
    set
      .bitsFor(value)
      .indexes()
      .flatMap((index) => set.getFor(index, value) ?? []),
  )
}
