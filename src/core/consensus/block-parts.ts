// Collecting the parts of one value, and keeping the blocks that are complete.

import { equalBytes } from '../bytes/index.ts'
import { BLOCK_PART_SIZE, PartSet, blockIdKey, equalBlockId } from '../types/index.ts'
import type { BlockId, Part, PartSetHeader } from '../types/index.ts'
import { knownBlock } from './state.ts'
import type { ConsensusState, EarlyPart, KnownBlock } from './state.ts'
import { change, emit } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Parts kept before anything says whose they are: two mebibytes, one normal block or a bad peer's
 * junk.
 */
export const MAX_EARLY_PARTS = 32

/**
 * Blocks whose parts are kept per height. Verdicts stay for all: one small entry per proposal or
 * polka.
 */
export const MAX_COMPLETE_BLOCKS = 8

/** Makes `blockId` the value whose parts are collected; parts already here count at once. */
export function collect(turn: Turn, blockId: BlockId): void {
  change(turn, { collecting: blockId, proposalParts: partsAtHand(turn.state, blockId) })
  const earlyParts = turn.state.earlyParts.filter(({ part }) => !addPart(turn, part))
  change(turn, { earlyParts })
  recordIfComplete(turn)
}

/** A part from the network, for the current round or one that is about to come. */
export function onBlockPart(turn: Turn, height: bigint, early: EarlyPart): void {
  const { state } = turn
  if (height !== state.height || state.decision !== null) return
  const fits = addPart(turn, early.part)
  if (fits) {
    if (turn.state !== state) recordIfComplete(turn)
  } else if (isWorthKeeping(state, early)) {
    change(turn, { earlyParts: [...state.earlyParts, early] })
  }
}

/**
 * Enters a complete block under its identity, has it validated the first time, and releases the
 * parts of blocks nobody refers to. A block that is already committed needs no opinion of ours.
 */
export function recordBlock(turn: Turn, blockId: BlockId, partSet: PartSet): void {
  const { height, round, step } = turn.state
  const known = knownBlock(turn.state, blockId)
  const isAsked = known === null && step !== 'commit'
  const validity = known?.validity ?? (isAsked ? 'pending' : 'unknown')
  const blocks = new Map(turn.state.blocks)
  blocks.set(blockIdKey(blockId), { blockId, partSet, validity })
  change(turn, { blocks: released(turn.state, blocks, blockId) })
  if (isAsked) emit(turn, { kind: 'validate-block', height, round, blockId, partSet })
}

function recordIfComplete(turn: Turn): void {
  const { collecting, proposalParts } = turn.state
  if (collecting !== null && proposalParts?.isComplete === true) {
    recordBlock(turn, collecting, proposalParts)
  }
}

// Returns true when the part belongs to the set in hand, new or not. A part of another block may
// have the index of one that is here.
function addPart(turn: Turn, part: Part): boolean {
  const { proposalParts, context } = turn.state
  if (proposalParts === null) return false
  const known = proposalParts.get(part.index)
  if (known !== null) return equalBytes(known.proof.leafHash, part.proof.leafHash)
  const result = proposalParts.add(context.crypto, part)
  if (result.kind === 'added') change(turn, { proposalParts: result.partSet })
  return result.kind !== 'invalid'
}

// Two identities may share one part set (a proposer that lies about the hash), so parts are looked
// up by header.
function partsAtHand(state: ConsensusState, blockId: BlockId): PartSet {
  const header = blockId.partSetHeader
  if (state.proposalParts !== null && equalHeader(state.proposalParts.header, header)) {
    return state.proposalParts
  }
  for (const { partSet } of state.blocks.values()) {
    if (partSet !== null && equalHeader(partSet.header, header)) return partSet
  }
  return PartSet.fromHeader(header)
}

function equalHeader(a: PartSetHeader, b: PartSetHeader): boolean {
  return a.total === b.total && equalBytes(a.hash, b.hash)
}

// A part can overtake its proposal by one round at most; while a part set is open the others wait
// for the next.
function isWorthKeeping(state: ConsensusState, { round, part }: EarlyPart): boolean {
  if (state.commitRound !== -1 || state.earlyParts.length >= MAX_EARLY_PARTS) return false
  if (part.bytes.length > BLOCK_PART_SIZE) return false
  const overtakes = round === state.round + 1
  const unclaimed = round === state.round && state.proposalParts === null
  return (overtakes || unclaimed) && !state.earlyParts.some((kept) => isSamePart(kept, round, part))
}

function isSamePart(kept: EarlyPart, round: number, part: Part): boolean {
  return (
    kept.round === round &&
    kept.part.index === part.index &&
    equalBytes(kept.part.proof.leafHash, part.proof.leafHash)
  )
}

function released(
  state: ConsensusState,
  blocks: Map<string, KnownBlock>,
  newest: BlockId,
): ReadonlyMap<string, KnownBlock> {
  const needed = [newest, state.lockedValue, state.validValue, state.proposal?.blockId ?? null]
  const complete = [...blocks].filter(([, block]) => block.partSet !== null)
  let excess = complete.length - MAX_COMPLETE_BLOCKS
  for (const [key, block] of complete) {
    if (excess <= 0) break
    if (needed.some((id) => id !== null && equalBlockId(id, block.blockId))) continue
    blocks.set(key, { ...block, partSet: null })
    excess -= 1
  }
  return blocks
}
