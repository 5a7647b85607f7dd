// Nobody honest can be framed: whatever is changed in true evidence, it accuses the same or nobody.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHAIN_ID, blockIdOfNumber, keyOf, signVote } from '../types/chain.fixture.ts'
import type { DoubleProposalEvidence, Evidence, Proposal, Vote } from '../types/index.ts'
import { accusedBy, mutantsOf, rememberingCrypto as crypto } from './framing.fixture.ts'
import { checkEvidence, offenceKey, verifyEvidence } from './index.ts'
import { Past, headerOf, keyAt, lightBlockOf, protoOf, signProposal } from './past.fixture.ts'

/** Validator 3 is down at heights 1 to 3, so in the window of 1 to 4. */
const past = new Past(7n, (height) => (height < 4n ? ['block', 'block', 'block', 'absent'] : []))
const { keyed } = past
const { validatorSet } = keyed
const context = { ...past.context(), crypto }
const [liar] = keyed.keys
const powers = { totalVotingPower: 100n, validatorPower: 40n }

const duplicateVote: Evidence = {
  kind: 'duplicate-vote',
  voteA: signVote(liar!, { height: 5n, round: 2, blockId: blockIdOfNumber(1) }),
  voteB: signVote(liar!, { height: 5n, round: 2, blockId: blockIdOfNumber(2) }),
  ...powers,
  timestamp: Past.timeAt(5n),
}

const proposerKey = keyAt(keyed, validatorSet.withRoundsPassed(2).proposer.address)
const at = { height: 5n, round: 2 }
const doubleProposal: DoubleProposalEvidence = {
  kind: 'double-proposal',
  validatorAddress: proposerKey.address,
  proposalA: signProposal(proposerKey, { ...at, blockId: blockIdOfNumber(1) }),
  proposalB: signProposal(proposerKey, { ...at, blockId: blockIdOfNumber(2), polRound: 1 }),
  totalVotingPower: 100n,
  validatorPower: validatorSet.withRoundsPassed(2).proposer.votingPower,
  timestamp: Past.timeAt(5n),
}

const downtime: Evidence = {
  kind: 'downtime',
  validatorAddress: validatorSet.get(3)!.address,
  windowStart: 1n,
  windowEnd: 4n,
  missed: 3,
  totalVotingPower: 100n,
  validatorPower: 10n,
  timestamp: Past.timeAt(4n),
}

const lunatic: Evidence = {
  kind: 'light-client-attack',
  conflictingBlock: lightBlockOf(
    keyed,
    headerOf({ ...past.header(5n), appHash: new Uint8Array(32) }),
    { ballots: ['block', 'block', 'nil', 'absent'] },
  ),
  commonHeight: 2n,
  byzantineValidators: protoOf(validatorSet).validators.slice(0, 2),
  totalVotingPower: 100n,
  timestamp: Past.timeAt(2n),
}

const equivocation: Evidence = {
  ...lunatic,
  conflictingBlock: lightBlockOf(
    keyed,
    headerOf({ ...past.header(5n), dataHash: new Uint8Array(32) }),
    { ballots: ['block', 'block', 'absent', 'absent'] },
  ),
  commonHeight: 5n,
  timestamp: Past.timeAt(5n),
}

/** What of each kind no signature covers: changed, it tells of the same offence. */
const FREE: readonly (readonly [string, Evidence, readonly RegExp[]])[] = [
  [
    'duplicate vote',
    duplicateVote,
    [/^vote[AB]\.validatorIndex$/, /^vote[AB]\.extensionSignature$/],
  ],
  ['double proposal', doubleProposal, []],
  ['downtime', downtime, []],
  [
    'lunatic attack',
    lunatic,
    [
      /proposerPriority$/,
      /validatorSet\.(totalVotingPower|proposer\.votingPower)$/,
      // A nil entry is no signature for the header.
      /signatures\.2\.(timestamp|signature|validatorAddress)$/,
      /^conflictingBlock.signedHeader.commit.signatures.3 swapped$/,
    ],
  ],
  [
    'equivocation attack',
    equivocation,
    [/proposerPriority$/, /validatorSet\.(totalVotingPower|proposer\.votingPower)$/],
  ],
]

describe.each(FREE)('framing by a %s', (_, evidence, free) => {
  test('evidence: as it is it accuses the guilty', () => {
    expect(verifyEvidence(crypto, context, evidence)).toBeNull()
    expect(checkEvidence(context, evidence)).toBeNull()
  })

  test('evidence: with any field changed it is refused, or tells of the same offence', () => {
    const accepted = mutantsOf(evidence).filter(
      ({ value }) => checkEvidence(context, value) === null,
    )
    const unexpected = accepted.filter(({ path }) => !free.some((known) => known.test(path)))
    expect(unexpected.map(({ path }) => path)).toEqual([])
    for (const { value } of accepted) {
      expect(offenceKey(value)).toBe(offenceKey(evidence))
      expect(accusedBy(value)).toEqual(accusedBy(evidence))
    }
  })

  test('evidence: of another chain it proves nothing', () => {
    if (evidence.kind === 'downtime') return
    const elsewhere = { ...context, chainId: 'other-chain' }
    expect(verifyEvidence(crypto, elsewhere, evidence)).toMatch(/signature/)
  })
})

/** What an honest validator may sign in one height: one value per step. */
const honestVotes = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 4,
    maxLength: 4,
  })
  .map((choices) =>
    choices.flatMap(([round, number], i) => [
      signVote(liar!, {
        height: 5n,
        round: round * 4 + i,
        type: (i % 2) + 1,
        blockId: blockIdOfNumber(number),
      }),
    ]),
  )

test('framing: nothing put together from what an honest validator signs verifies', () => {
  const other = keyAt(keyed, validatorSet.get(1)!.address)
  fc.assert(
    fc.property(honestVotes, fc.nat(3), fc.nat(3), fc.nat(5), (votes, i, j, twist) => {
      const [a, b] = [votes[i] as Vote, votes[j] as Vote]
      const forged = signVote(other, { ...b, blockId: blockIdOfNumber(9) })
      const twisted: Vote[] = [
        { ...b, blockId: blockIdOfNumber(9) },
        { ...b, round: a.round, height: a.height, type: a.type },
        { ...forged, validatorAddress: a.validatorAddress },
        { ...forged, signature: a.signature, validatorAddress: a.validatorAddress },
        { ...b, validatorIndex: b.validatorIndex + 1 },
        signVote(liar!, { ...b, blockId: blockIdOfNumber(9) }, 'other-chain'),
      ]
      const evidence = { ...duplicateVote, voteA: a, voteB: twisted[twist] as Vote } as Evidence
      const swapped = { ...duplicateVote, voteA: twisted[twist] as Vote, voteB: a } as Evidence
      expect(verifyEvidence(crypto, context, evidence)).not.toBeNull()
      expect(verifyEvidence(crypto, context, swapped)).not.toBeNull()
    }),
    { numRuns: 40 },
  )
})

test('framing: a proposal for another round or by another validator accuses nobody', () => {
  const own = doubleProposal
  const judge = (change: Partial<typeof own>): string | null =>
    verifyEvidence(crypto, context, { ...own, ...change })
  const other = validatorSet.validators.find(({ address }) => address !== own.validatorAddress)!
  const key = keyAt(keyed, other.address)
  const of = (fields: Partial<Proposal>): Proposal =>
    signProposal(key, { ...at, blockId: blockIdOfNumber(1), ...fields })
  const byOther = { proposalA: of({}), proposalB: of({ blockId: blockIdOfNumber(2) }) }
  const names = { validatorAddress: key.address, validatorPower: other.votingPower }
  expect(judge({ ...byOther, ...names })).toContain('was not the proposer of round 2')
  expect(judge(byOther)).toContain('signature of A')
  const stranger = keyOf(99)
  expect(judge({ validatorAddress: stranger.address })).toContain('was no validator')
  // One value at two times is one proposal.
  const later = signProposal(proposerKey, { ...own.proposalA, timestamp: Past.timeAt(9n) })
  expect(judge({ proposalB: later })).toContain('propose the same')
  expect(judge({ proposalA: own.proposalB, proposalB: own.proposalA })).toContain('wrong order')
  const far = { ...at, round: 1001 }
  const sign = (number: number): Proposal =>
    signProposal(proposerKey, { ...far, blockId: blockIdOfNumber(number) })
  expect(judge({ proposalA: sign(1), proposalB: sign(2) })).toContain('above 1000')
  expect(CHAIN_ID).toBe(context.chainId)
})
