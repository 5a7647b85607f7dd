// A round has one proposer, however a node came to it.

import { expect, test } from 'vitest'
import { nobleCrypto } from '../crypto/index.ts'
import { keyOf } from '../types/chain.fixture.ts'
import { ValidatorSet } from '../types/index.ts'
import { makeConsensus, proposerOf } from './index.ts'
import type { ConsensusState } from './index.ts'

// Two validators and four newcomers: their priorities lie wider apart than the window once they
// have gained their powers.
const members = [
  [490n, 378n],
  [38n, 612n],
  [1n, -96n],
  [1n, -397n],
  [1n, -397n],
  [1n, -96n],
] as const

const validatorSet = ValidatorSet.restore(
  members.map(([votingPower, proposerPriority], index) => {
    const { address, pubKey } = keyOf(index + 1)
    return { address, pubKey, votingPower, proposerPriority }
  }),
  null,
)

const stateIn = (round: number, roundValidatorSet: ValidatorSet): ConsensusState => ({
  ...makeConsensus({
    chainId: 'proposers',
    crypto: nobleCrypto,
    lockRule: 'paper',
    self: null,
    timeouts: {
      proposeMs: 1,
      proposeDeltaMs: 0,
      prevoteMs: 1,
      prevoteDeltaMs: 0,
      precommitMs: 1,
      precommitDeltaMs: 0,
      commitMs: 1,
      maxMs: 1,
    },
    skipTimeoutCommit: false,
  }),
  height: 1n,
  round,
  validatorSet,
  roundValidatorSet,
})

test('proposer: is the same for who skipped rounds and who went through them', () => {
  const fresh = stateIn(0, validatorSet)
  let stepped = validatorSet
  for (let round = 1; round <= 8; round += 1) {
    stepped = stepped.withPriorityIncremented(1)
    const arrived = stateIn(round, stepped)
    const { address } = stepped.proposer
    expect(proposerOf(fresh, round).address).toEqual(address)
    for (let before = 0; before <= round; before += 1) {
      expect(proposerOf(arrived, before)).toEqual(proposerOf(fresh, before))
    }
  }
  // The example bites: one increment of all steps names another.
  const atOnce = validatorSet.withPriorityIncremented(4).proposer
  expect(proposerOf(fresh, 4).address).not.toEqual(atOnce.address)
})
