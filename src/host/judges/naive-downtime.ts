// How often a validator's signature is missing from the commits of a window of heights.

import { bytesKey, equalBytes } from '../../core/bytes/index.ts'
import { BlockIdFlag, DEFAULT_SLASHING_POLICY } from '../../core/types/index.ts'
import type { Commit, DowntimeEvidence, Genesis } from '../../core/types/index.ts'
import type { Bench, Seat } from './naive-rotation.ts'
import { blockAt } from './naive-state.ts'
import type { NaiveState } from './naive-state.ts'

/** Of so many heights so many may be missed. */
export interface DowntimeRule {
  readonly window: bigint
  readonly allowed: number
}

/** The rule of a chain. */
export function downtimeRule({ slashing }: Genesis): DowntimeRule {
  const { window, minSigned } = (slashing ?? DEFAULT_SLASHING_POLICY).downtime
  return { window: BigInt(window), allowed: window - minSigned }
}

/** The validators of a height without a signature in its commit. */
export function absentFrom(commit: Commit, { seats }: Bench): readonly Seat[] {
  return seats.filter(({ address }) => {
    const entry = commit.signatures.find(({ validatorAddress }) =>
      equalBytes(validatorAddress, address),
    )
    return entry === undefined || entry.blockIdFlag === BlockIdFlag.absent
  })
}

/** Why the piece does not tell the truth; time and powers are looked at elsewhere. */
export function judgeDowntime(state: NaiveState, piece: DowntimeEvidence): string[] {
  const { windowStart, windowEnd, validatorAddress } = piece
  const { genesis } = state
  const { window, allowed } = downtimeRule(genesis)
  const place = windowStart - genesis.initialHeight
  if (place < 0n || place % window !== 0n || windowEnd !== windowStart + window - 1n) {
    return ['no window of the chain']
  }
  let missed = 0
  for (let height = windowStart; height <= windowEnd; height += 1n) {
    const commit = blockAt(state, height + 1n)?.lastCommit ?? null
    const bench = blockAt(state, height)?.bench ?? null
    if (commit === null || bench === null) return [`no commit is known of height ${height}`]
    const key = bytesKey(validatorAddress)
    if (absentFrom(commit, bench).some(({ address }) => bytesKey(address) === key)) missed += 1
  }
  const reasons: string[] = []
  if (missed !== piece.missed) reasons.push(`${missed} heights missed, not ${piece.missed}`)
  if (missed <= allowed) reasons.push('so few missed heights are no fault')
  return reasons
}
