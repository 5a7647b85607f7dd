// Whether a commit decides a block, and which time follows from it, entry by entry.

import { ZERO_TIME, equalBytes } from '../../core/bytes/index.ts'
import { BlockIdFlag, SignedMsgType } from '../../core/types/index.ts'
import type { BlockId, Commit, MedianTimeRule, Vote } from '../../core/types/index.ts'
import type { Say } from './naive-state.ts'
import type { Bench } from './naive-rotation.ts'
import { NIL, NOTHING, isMoreThanTwoThirds, isNil, isSameId } from './naive-values.ts'
import type { Notary } from './notary.ts'

/** The precommit behind an entry, null for an absent one. */
export function voteOfEntry(commit: Commit, index: number): Vote | null {
  const entry = commit.signatures[index]
  if (entry === undefined || entry.blockIdFlag === BlockIdFlag.absent) return null
  return {
    type: SignedMsgType.precommit,
    height: commit.height,
    round: commit.round,
    blockId: entry.blockIdFlag === BlockIdFlag.commit ? commit.blockId : NIL,
    timestamp: entry.timestamp,
    validatorAddress: entry.validatorAddress,
    validatorIndex: index,
    signature: entry.signature,
    extension: NOTHING,
    extensionSignature: NOTHING,
  }
}

/** Why the commit could not have been made by anybody; the reasons need no validators. */
export function shapeOfCommit(commit: Commit): string[] {
  const reasons: string[] = []
  if (commit.height < 0n || commit.round < 0) reasons.push('negative height or round')
  const { hash, partSetHeader } = commit.blockId
  for (const each of [hash, partSetHeader.hash]) {
    if (each.length !== 0 && each.length !== 32) reasons.push('a hash of a wrong size')
  }
  if (commit.height > 0n && isNil(commit.blockId)) reasons.push('decides nothing')
  if (commit.height > 0n && commit.signatures.length === 0) reasons.push('no entries')
  for (const [index, entry] of commit.signatures.entries()) {
    const { blockIdFlag, validatorAddress, timestamp, signature } = entry
    const isEmpty =
      validatorAddress.length === 0 && signature.length === 0 && timestamp === ZERO_TIME
    const isFull = validatorAddress.length === 20 && signature.length >= 1 && signature.length <= 64
    const isVote = blockIdFlag === BlockIdFlag.commit || blockIdFlag === BlockIdFlag.nil
    const fits = blockIdFlag === BlockIdFlag.absent ? isEmpty : isVote && isFull
    if (!fits) reasons.push(`entry ${index} has a wrong shape`)
  }
  return reasons
}

/** What a commit must decide. */
export interface Decided {
  readonly height: bigint
  readonly blockId: BlockId
}

/**
 * Why the commit does not decide the block: one entry per validator in their order, so that nobody
 * counts twice, every signature good, and more than two thirds of the power for the block.
 */
export function judgeCommit(
  notary: Notary,
  commit: Commit,
  bench: Bench,
  { height, blockId }: Decided,
): string[] {
  const reasons = shapeOfCommit(commit)
  if (commit.height !== height) reasons.push(`of height ${commit.height}`)
  if (!isSameId(commit.blockId, blockId)) reasons.push('decides another block')
  if (commit.signatures.length !== bench.seats.length) reasons.push('a wrong number of entries')
  let power = 0n
  for (const [index, seat] of bench.seats.entries()) {
    const vote = voteOfEntry(commit, index)
    if (vote === null) continue
    const isOwn = equalBytes(vote.validatorAddress, seat.address)
    if (!isOwn) reasons.push(`entry ${index} names another validator`)
    else if (!notary.signedVote(seat.pubKey, vote)) reasons.push(`entry ${index} is not signed`)
    if (isOwn && !isNil(vote.blockId)) power += seat.power
  }
  if (!isMoreThanTwoThirds(power, bench.total)) reasons.push(`power ${power} of ${bench.total}`)
  return reasons
}

/** The timestamps that make the time of the next block, under the rule of the chain. */
export function saysOf(
  commit: Commit,
  bench: Bench,
  rule: MedianTimeRule,
): (Say & { readonly address: Uint8Array })[] {
  return bench.seats.flatMap((seat, index) => {
    const entry = commit.signatures[index]
    if (entry === undefined || entry.blockIdFlag === BlockIdFlag.absent) return []
    if (rule === 'commit-only' && entry.blockIdFlag === BlockIdFlag.nil) return []
    return [{ time: entry.timestamp, power: seat.power, address: seat.address }]
  })
}
