// One offence of each kind that a file proves, by a validator with a known key.

import { START, blockIdOfNumber, setOfPowers, signVote } from '../types/chain.fixture.ts'
import type { Key, KeyedSet, VoteFields } from '../types/chain.fixture.ts'
import { signProposal } from '../faults/past.fixture.ts'
import type { DoubleProposalEvidence, DuplicateVoteEvidence } from '../types/index.ts'

/** Four validators; the second is the villain. */
export const KEYED: KeyedSet = setOfPowers(40n, 30n, 20n, 10n)
export const VILLAIN: Key = KEYED.keys[1] as Key

const powers = { totalVotingPower: 100n, validatorPower: 30n, timestamp: START }

/** Two votes of height 5, round 2, for two blocks. */
export const votedTwice = (fields: VoteFields = {}): DuplicateVoteEvidence => {
  const place = { height: 5n, round: 2, validatorIndex: 1, ...fields }
  return {
    kind: 'duplicate-vote',
    voteA: signVote(VILLAIN, { ...place, blockId: blockIdOfNumber(1) }),
    voteB: signVote(VILLAIN, { ...place, blockId: blockIdOfNumber(2) }),
    ...powers,
  }
}

/** Two proposals of height 5, round 2, for two blocks. */
export const proposedTwice = (): DoubleProposalEvidence => {
  const place = { height: 5n, round: 2 }
  return {
    kind: 'double-proposal',
    validatorAddress: VILLAIN.address,
    proposalA: signProposal(VILLAIN, { ...place, blockId: blockIdOfNumber(1) }),
    proposalB: signProposal(VILLAIN, { ...place, blockId: blockIdOfNumber(2) }),
    ...powers,
  }
}
