// Block time: the median of the precommits' timestamps, weighted by voting power (wire.md 2.7).

import { ZERO_TIME } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import { BlockIdFlag } from '../proto/index.ts'
import type { Commit } from '../proto/index.ts'
import type { MedianTimeRule } from './chain-rules.ts'
import type { ValidatorSet } from './validator-set.ts'

/** One signature's say. */
export interface WeightedTime {
  readonly time: Time
  readonly power: bigint
}

/** The weighted median of times; {@link ZERO_TIME} of none. */
export const weightedMedian = (times: readonly WeightedTime[]): Time => {
  const sorted = times.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
  let rest = sorted.reduce((sum, { power }) => sum + power, 0n) / 2n
  for (const { time, power } of sorted) {
    if (rest <= power) return time
    rest -= power
  }
  return ZERO_TIME
}

/**
 * The time of the block that follows a commit. By `non-absent` (CometBFT up to 0.39) the precommits
 * for nil have a say, by `commit-only` (0.40) they have none: one rule per chain, or it forks. The
 * entries of a verified commit are all of the set; an entry of a stranger has no say.
 */
export const medianTime = (
  commit: Commit,
  validatorSet: ValidatorSet,
  rule: MedianTimeRule,
): Time => {
  const times: WeightedTime[] = []
  for (const { blockIdFlag, validatorAddress, timestamp } of commit.signatures) {
    if (blockIdFlag === BlockIdFlag.absent) continue
    if (rule === 'commit-only' && blockIdFlag !== BlockIdFlag.commit) continue
    const validator = validatorSet.find(validatorAddress)
    if (validator !== null) times.push({ time: timestamp, power: validator.votingPower })
  }
  return weightedMedian(times)
}
