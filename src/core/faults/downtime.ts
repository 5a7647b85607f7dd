// Downtime: counted from committed commits alone, in windows that stand end to end.

import { equalBytes } from '../bytes/index.ts'
import { BlockIdFlag, validateEvidence } from '../types/index.ts'
import type { Commit, DowntimeEvidence } from '../types/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { FaultDetectorConfig } from './config.ts'
import type { ChainHistory } from './history.ts'
import { checkPowers } from './powers.ts'

/** A window of heights, both ends counted. */
export interface DowntimeWindow {
  readonly start: bigint
  readonly end: bigint
}

/** What a downtime is judged by. */
export interface DowntimeGround {
  readonly initialHeight: bigint
  readonly config: FaultDetectorConfig
  readonly history: Pick<ChainHistory, 'commitAt' | 'validatorsAt'>
}

/**
 * The window that a height belongs to. Windows do not overlap and begin at the initial height, so
 * that one absence is counted once, and every node counts the same.
 */
export const downtimeWindowOf = (
  height: bigint,
  initialHeight: bigint,
  { downtimeWindow }: FaultDetectorConfig,
): DowntimeWindow => {
  const length = BigInt(downtimeWindow)
  const start = height - ((height - initialHeight) % length)
  return { start, end: start + length - 1n }
}

/** True when so many missing signatures are a fault. */
export const isDowntime = (missed: number, config: FaultDetectorConfig): boolean =>
  missed > config.downtimeWindow - config.minSigned

/** True when the commit holds a signature of the address, be it for nil. */
const hasSigned = (commit: Commit, address: Uint8Array): boolean =>
  commit.signatures.some(
    ({ blockIdFlag, validatorAddress }) =>
      blockIdFlag !== BlockIdFlag.absent && equalBytes(validatorAddress, address),
  )

/** Heights of a window at which the address was a validator and did not sign. */
const countMissed = (
  address: Uint8Array,
  { start, end }: DowntimeWindow,
  history: DowntimeGround['history'],
): number | string => {
  let missed = 0
  for (let height = start; height <= end; height++) {
    const commit = history.commitAt(height)
    const validatorSet = history.validatorsAt(height)
    if (commit === null) return `the commit of height ${height} is not known`
    if (validatorSet === null) return `the validators of height ${height} are not known`
    if (validatorSet.find(address) !== null && !hasSigned(commit, address)) missed++
  }
  return missed
}

/** The window that the evidence names, when it is one of the chain's; else a reason. */
export const windowOfEvidence = (
  evidence: DowntimeEvidence,
  initialHeight: bigint,
  config: FaultDetectorConfig,
): DowntimeWindow | string => {
  const { windowStart, windowEnd } = evidence
  if (windowStart < initialHeight) return `window from ${windowStart} is before the chain`
  const window = downtimeWindowOf(windowStart, initialHeight, config)
  if (window.start === windowStart && window.end === windowEnd) return window
  return `${windowStart} to ${windowEnd} is no window of ${config.downtimeWindow} heights`
}

/**
 * Counts again what the evidence claims. A validator that was not in the set at a height has missed
 * nothing there; one that is no longer in the set at the end of the window is not accused. Null
 * when the claim is exactly true, else the reason.
 */
export const verifyDowntimeEvidence = (
  crypto: Crypto,
  evidence: DowntimeEvidence,
  ground: DowntimeGround,
): string | null => {
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return structure
  const window = windowOfEvidence(evidence, ground.initialHeight, ground.config)
  if (typeof window === 'string') return window
  if (!isDowntime(evidence.missed, ground.config)) return `${evidence.missed} missed are no fault`
  const validatorSet = ground.history.validatorsAt(window.end)
  if (validatorSet === null) return `the validators of height ${window.end} are not known`
  const powers = checkPowers(evidence, validatorSet)
  if (powers !== null) return powers
  const missed = countMissed(evidence.validatorAddress, window, ground.history)
  if (typeof missed === 'string') return missed
  return missed === evidence.missed ? null : `${missed} heights missed, not ${evidence.missed}`
}
