// Amnesia: who precommitted one block and later prevoted another, and when that proves a fault.

import { equalBytes } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  SignedMsgType,
  blockIdKey,
  equalBlockId,
  isNilBlockId,
  validateVote,
  verifyVote,
} from '../types/index.ts'
import type { BlockId, LockRule, ValidatorSet, Vote } from '../types/index.ts'

/** The prevotes of one round that exclude a polka for what the accused needed one for. */
export interface ExcludedRound {
  readonly round: number
  readonly prevotes: readonly Vote[]
}

/**
 * Prevotes of every round in which a polka would have released the lock. More than two thirds of
 * the power prevoted otherwise in each, so there was no such polka unless more than one third
 * signed twice.
 */
export interface AmnesiaProof {
  readonly rounds: readonly ExcludedRound[]
  /** The accused is innocent only if validators with more than this power prevoted twice. */
  readonly doubt: bigint
}

/**
 * A validator that precommitted a block and in a later round prevoted another one. Without a proof
 * it is a suspicion: a polka that we never saw may have allowed it, so nobody is to be punished.
 */
export interface AmnesiaReport {
  readonly kind: 'amnesia'
  readonly validatorAddress: Uint8Array
  readonly height: bigint
  readonly precommit: Vote
  readonly prevote: Vote
  readonly proof: AmnesiaProof | null
}

/** What a proof of amnesia is verified by. */
export interface AmnesiaGround {
  readonly chainId: string
  readonly lockRule: LockRule
  /** The validators of the height. */
  readonly validatorSet: ValidatorSet
}

/**
 * First and last round whose polkas may release a lock of round `from` before a prevote in `to`.
 */
export const releasingRounds = (
  lockRule: LockRule,
  from: number,
  to: number,
): { readonly first: number; readonly last: number } =>
  // The paper asks for a polka of the proposed block not older than the lock (L29), of a round
  // before the proposal's. The legacy rule unlocks on any later polka, the current round's too.
  lockRule === 'paper' ? { first: from, last: to - 1 } : { first: from + 1, last: to }

/** Each validator's prevotes of one round, by its index in the set. */
export type RoundPrevotes = ReadonlyMap<number, readonly Vote[]>

const isFor = (votes: readonly Vote[], blockId: BlockId): boolean =>
  votes.some((vote) => equalBlockId(vote.blockId, blockId))

/** Power of those whose prevotes satisfy a condition. */
const powerWhere = (
  validatorSet: ValidatorSet,
  prevotes: RoundPrevotes,
  condition: (votes: readonly Vote[]) => boolean,
): bigint => {
  let power = 0n
  for (const [index, votes] of prevotes) {
    if (condition(votes)) power += validatorSet.get(index)?.votingPower ?? 0n
  }
  return power
}

/** The values prevoted in a round, each once. */
const valuesOf = (prevotes: RoundPrevotes): BlockId[] => {
  const values = new Map<string, BlockId>()
  for (const votes of prevotes.values()) {
    for (const { blockId } of votes) values.set(blockIdKey(blockId), blockId)
  }
  return [...values.values()]
}

/** True when a polka of the round was seen that released a lock on `locked` for `wanted`. */
export const hasRelease = (
  ground: AmnesiaGround,
  prevotes: RoundPrevotes,
  { locked, wanted }: { readonly locked: BlockId; readonly wanted: BlockId },
): boolean => {
  const { validatorSet, lockRule } = ground
  const values =
    lockRule === 'paper'
      ? [wanted]
      : valuesOf(prevotes).filter((value) => !equalBlockId(value, locked))
  return values.some((value) =>
    validatorSet.hasTwoThirds(powerWhere(validatorSet, prevotes, (votes) => isFor(votes, value))),
  )
}

/**
 * The least power that prevoted otherwise than for a value that would have released the lock.
 * `paper`: that value is `wanted`. `comet-legacy`: any but `locked`, those nobody is known to have
 * prevoted included.
 */
export const excludingPower = (
  { validatorSet, lockRule }: AmnesiaGround,
  prevotes: RoundPrevotes,
  { locked, wanted }: { readonly locked: BlockId; readonly wanted: BlockId },
): bigint => {
  const against = (value: BlockId): bigint =>
    powerWhere(validatorSet, prevotes, (votes) => !isFor(votes, value))
  if (lockRule === 'paper') return against(wanted)
  let least = powerWhere(validatorSet, prevotes, () => true)
  for (const value of valuesOf(prevotes)) {
    if (equalBlockId(value, locked)) continue
    const power = against(value)
    if (power < least) least = power
  }
  return least
}

const validatePair = ({ precommit, prevote, height, validatorAddress }: AmnesiaReport) => {
  const isPair =
    validateVote(precommit) === null &&
    validateVote(prevote) === null &&
    precommit.type === SignedMsgType.precommit &&
    prevote.type === SignedMsgType.prevote &&
    precommit.height === height &&
    prevote.height === height &&
    precommit.round < prevote.round
  if (!isPair) return 'no precommit with a later prevote of one height'
  const isOfOne =
    equalBytes(precommit.validatorAddress, validatorAddress) &&
    equalBytes(prevote.validatorAddress, validatorAddress)
  if (!isOfOne) return 'the votes are not of the accused'
  const isOther =
    !isNilBlockId(precommit.blockId) &&
    !isNilBlockId(prevote.blockId) &&
    !equalBlockId(precommit.blockId, prevote.blockId)
  return isOther ? null : 'the votes do not contradict each other'
}

/** The prevotes of a round by validator, or why they are not all what they are said to be. */
const prevotesOf = (
  crypto: Crypto,
  { chainId, validatorSet }: AmnesiaGround,
  height: bigint,
  { round, prevotes }: ExcludedRound,
): RoundPrevotes | string => {
  const found = new Map<number, Vote[]>()
  for (const vote of prevotes) {
    const isOfRound =
      validateVote(vote) === null &&
      vote.type === SignedMsgType.prevote &&
      vote.height === height &&
      vote.round === round
    if (!isOfRound) return `a vote that is no prevote of round ${round}`
    const index = validatorSet.indexOf(vote.validatorAddress)
    const validator = validatorSet.get(index)
    if (validator === null) return `a prevote of round ${round} by no validator`
    if (!verifyVote(crypto, chainId, vote, validator.pubKey)) {
      return `a prevote of round ${round} with a wrong signature`
    }
    found.set(index, [...(found.get(index) ?? []), vote])
  }
  return found
}

/**
 * Verifies a report of amnesia with its proof: both votes signed by the accused, and of every round
 * that could have released the lock enough prevotes to exclude it. The verdict assumes what the
 * protocol assumes, that less than one third of the power is faulty: see `AmnesiaProof.doubt`.
 *
 * @returns null when the proof holds, else the reason
 */
export const verifyAmnesia = (
  crypto: Crypto,
  ground: AmnesiaGround,
  report: AmnesiaReport,
): string | null => {
  const { precommit, prevote, proof, validatorAddress, height } = report
  if (proof === null) return 'a suspicion without a proof'
  const pair = validatePair(report)
  if (pair !== null) return pair
  const { chainId, validatorSet, lockRule } = ground
  const pubKey = validatorSet.find(validatorAddress)?.pubKey
  if (pubKey === undefined) return 'the accused was no validator'
  if (!verifyVote(crypto, chainId, precommit, pubKey)) return 'the precommit is not signed'
  if (!verifyVote(crypto, chainId, prevote, pubKey)) return 'the prevote is not signed'
  const { first, last } = releasingRounds(lockRule, precommit.round, prevote.round)
  if (proof.rounds.length !== last - first + 1) return 'the proof lacks rounds'
  const values = { locked: precommit.blockId, wanted: prevote.blockId }
  let least = validatorSet.totalVotingPower
  for (const [offset, excluded] of proof.rounds.entries()) {
    if (excluded.round !== first + offset) return `the proof lacks round ${first + offset}`
    const prevotes = prevotesOf(crypto, ground, height, excluded)
    if (typeof prevotes === 'string') return prevotes
    const power = excludingPower(ground, prevotes, values)
    if (!validatorSet.hasTwoThirds(power)) return `round ${excluded.round} may have had a polka`
    if (power < least) least = power
  }
  return doubtOf(validatorSet, least) === proof.doubt ? null : 'another doubt than stated'
}

/**
 * More than this power must have prevoted twice for a polka although `power` prevoted otherwise.
 */
export const doubtOf = ({ totalVotingPower: total }: ValidatorSet, power: bigint): bigint =>
  (2n * total) / 3n - (total - power)
