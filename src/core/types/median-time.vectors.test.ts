// The median of precommit times is CometBFT's, by both rules.

import { expect } from 'vitest'
import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { testVectors } from '../crypto/vectors.fixture.ts'
import { BlockIdFlag, EMPTY_COMMIT, ValidatorSet, medianTime } from './index.ts'
import type { CommitSig } from './index.ts'
import { timeOf } from './vectors.fixture.ts'
import type { TimeVector } from './vectors.fixture.ts'

interface MedianCase {
  readonly sigs: readonly {
    readonly flag: number
    readonly power: string
    readonly time: TimeVector
  }[]
  readonly median_v038_v039: TimeVector
  readonly median_v040: TimeVector
}

/** Any keys will do: the median only asks for powers. */
const setOf = (one: MedianCase): ValidatorSet => {
  const validators = one.sigs.map(({ power }, index) => {
    const address = new Uint8Array(20).fill(index + 1)
    const pubKey = { type: 'ed25519', bytes: new Uint8Array(32) } as const
    return { address, pubKey, votingPower: BigInt(power), proposerPriority: 0n }
  })
  return ValidatorSet.restore(validators, null)
}

const checkMedian = (one: MedianCase): void => {
  const set = setOf(one)
  const signatures = one.sigs.map(({ flag, time }, index): CommitSig => {
    const isAbsent = flag === BlockIdFlag.absent
    return {
      blockIdFlag: flag,
      validatorAddress: isAbsent ? EMPTY_BYTES : set.get(index)!.address,
      timestamp: isAbsent ? ZERO_TIME : timeOf(time),
      signature: EMPTY_BYTES,
    }
  })
  const commit = { ...EMPTY_COMMIT, signatures }
  expect(medianTime(commit, set, 'non-absent')).toBe(timeOf(one.median_v038_v039))
  expect(medianTime(commit, set, 'commit-only')).toBe(timeOf(one.median_v040))
}

testVectors('mediantime.json', 'medians by both rules are equal', checkMedian)
