// Votes and powers read as CometBFT prints them.

import { expect, test } from 'vitest'
import { ZERO_TIME, parseTime } from '../bytes/index.ts'
import { blockIdOfNumber, keyOf, signVote } from './chain.fixture.ts'
import { formatVote } from './index.ts'
import { formatVotedPower } from './vote-format.ts'

test('vote line: rounds have two digits, bytes six, times no trailing zeros', () => {
  const vote = {
    ...signVote(keyOf(1), { height: 25n, round: 3, blockId: blockIdOfNumber(0x43) }),
    validatorAddress: Uint8Array.of(0x40, 0xb2, 0x30, 0x23, 0x7b, 0xd7, 1),
    signature: Uint8Array.of(0x5f, 0x72),
    timestamp: parseTime('2026-11-22T07:25:36.4340378Z') ?? ZERO_TIME,
  }
  expect(formatVote(vote)).toBe(
    'Vote{0:40B230237BD7 25/03/SIGNED_MSG_TYPE_PRECOMMIT(Precommit) 434343434343 5F7200000000 ' +
      '000000000000 @ 2026-11-22T07:25:36.4340378Z}',
  )
  expect(formatVote({ ...vote, type: 1, round: 100 })).toContain(
    ' 25/100/SIGNED_MSG_TYPE_PREVOTE(Prevote) ',
  )
})

test('voted power: fractions are rounded to two digits, ties to even', () => {
  expect(formatVotedPower(34n, 35n)).toBe('34/35 = 0.97')
  expect(formatVotedPower(0n, 35n)).toBe('0/35 = 0.00')
  expect(formatVotedPower(35n, 35n)).toBe('35/35 = 1.00')
  expect(formatVotedPower(1n, 3n)).toBe('1/3 = 0.33')
  const ties = [1n, 3n, 5n, 7n].map((voted) => formatVotedPower(voted, 8n).slice(-4))
  expect(ties).toEqual(['0.12', '0.38', '0.62', '0.88'])
})
