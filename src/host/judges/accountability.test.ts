// A fork is found, and who made it is named from signed messages, and nobody honest.

import { describe, expect, test } from 'vitest'
import type { Crypto } from '../../core/crypto/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { Commit, LockRule, Vote } from '../../core/types/index.ts'
import { History, blockIdOf, crypto, signProposal, signVote } from './history.fixture.ts'
import type { Link } from './history.fixture.ts'
import { Court } from './index.ts'
import type { Committed, DeliveredVote, Observation, Violation } from './index.ts'

/** Two chains of one genesis that part at the first height: the same keys, another transaction. */
function fork(lockRule: LockRule = 'paper') {
  const powers = [10n, 10n, 10n, 10n]
  const [one, two] = [new History(powers, { lockRule }), new History(powers, { lockRule })]
  return { history: one, a: one.extend(), b: two.extend({ txs: [Uint8Array.of(1)] }) }
}

/** Sees at once that a signature of one repeated byte is none. */
const hasty: Crypto = {
  ...crypto,
  verifyEd25519: (pubKey, message, signature) =>
    !signature.every((byte) => byte === signature[0]) &&
    crypto.verifyEd25519(pubKey, message, signature),
}

/** Who committed a block by whose precommits of which round. */
interface Commits {
  readonly node: number
  readonly round: number
  readonly nodes: readonly number[]
}

function commits(history: History, link: Link, { node, round, nodes }: Commits): Committed {
  const { validators } = link.before
  const ballots = validators.validators.map(({ address }) =>
    nodes.includes(history.nodeOf(address)) ? ('block' as const) : ('absent' as const),
  )
  const place = { height: 1n, round, blockId: link.blockId }
  const commit: Commit = history.commitOf(place, validators, ballots)
  return { ...history.committed(node, link), commit }
}

function delivered(vote: Vote, from = 3): DeliveredVote {
  return { kind: 'delivered-vote', atMs: 1400, from, to: 0, vote }
}

function verdict(
  history: History,
  villains: readonly number[],
  facts: readonly Observation[],
): readonly Violation[] {
  const court = new Court(history.setting({ villains, crypto: hasty }))
  for (const fact of facts) court.see(fact)
  return court.violations()
}

const named = (violations: readonly Violation[]) =>
  violations.map(({ rule, culprits }) => [rule, culprits])

describe('a fork in one round', () => {
  const { history, a, b } = fork()

  test('agreement: two equivocators of four are named by their precommits', () => {
    const facts = [
      commits(history, a, { node: 0, round: 0, nodes: [0, 2, 3] }),
      commits(history, b, { node: 1, round: 0, nodes: [1, 2, 3] }),
    ]
    const violations = verdict(history, [2, 3], facts)
    expect(named(violations)).toEqual([['agreement', [2, 3]]])
    expect(violations[0]?.detail).toContain('node 2 signs two values: precommit 1/0')
    expect(verdict(history, [2, 3], facts.slice(0, 1))).toEqual([])
  })

  test('agreement: who signed twice is named when nobody is known to lie', () => {
    const facts = [
      commits(history, a, { node: 0, round: 0, nodes: [0, 2, 3] }),
      commits(history, b, { node: 1, round: 0, nodes: [1, 2, 3] }),
    ]
    expect(named(verdict(history, [], facts))).toEqual([['agreement', [2, 3]]])
  })

  test('agreement: a node that commits one height twice differently disagrees with itself', () => {
    const facts = [
      commits(history, a, { node: 0, round: 0, nodes: [0, 2, 3] }),
      commits(history, b, { node: 0, round: 0, nodes: [1, 2, 3] }),
    ]
    expect(named(verdict(history, [2, 3], facts))).toEqual([['agreement', [2, 3]]])
  })

  test('double proposal: two signed proposals of one round are named', () => {
    const facts: Observation[] = [
      ...[a, b].map(({ blockId }): Observation => ({
        kind: 'delivered-proposal',
        atMs: 1400,
        from: 3,
        to: 0,
        proposal: signProposal(history.key(3), { blockId }),
      })),
      commits(history, a, { node: 0, round: 0, nodes: [0, 2, 3] }),
      commits(history, b, { node: 1, round: 1, nodes: [1, 2, 3] }),
    ]
    const violations = verdict(history, [2, 3], facts)
    expect(violations[0]?.culprits).toEqual([3])
    expect(violations[0]?.detail).toContain('node 3 signs two proposals: 1/0')
    expect(named(violations)[1]?.[0]).toBe('accountability')
  })
})

describe('a fork over two rounds', () => {
  // Node 0 decides `a` in round 0; nodes 2 and 3 forget it, and node 1 decides `b` in round 1.
  const setUp = (rule: LockRule) => {
    const { history, a, b } = fork(rule)
    const prevote = (node: number, round: number, blockId = b.blockId): Vote =>
      history.vote(node, { type: VoteType.prevote, round, blockId })
    const first = commits(history, a, { node: 0, round: 0, nodes: [0, 2, 3] })
    const second = commits(history, b, { node: 1, round: 1, nodes: [1, 2, 3] })
    const honest = history.voted(1, b, { type: VoteType.prevote, round: 1 })
    return { history, a, b, prevote, first, second, honest }
  }

  test.each(['paper', 'comet-legacy'] as const)('amnesia: is named by %s', (rule) => {
    const { history, prevote, first, second, honest } = setUp(rule)
    const lies = [delivered(prevote(2, 1)), delivered(prevote(3, 1))]
    const violations = verdict(history, [2, 3], [first, ...lies, honest, second])
    expect(named(violations)).toEqual([['agreement', [2, 3]]])
    expect(violations[0]?.detail).toContain('node 3 prevotes 1/1 against its precommit of 1/0')
  })

  test('amnesia: without the messages too few are named, and that is a violation', () => {
    const { history, first, second } = setUp('paper')
    const violations = verdict(history, [2, 3], [first, second])
    expect(named(violations)).toEqual([
      ['agreement', [0, 1]],
      ['accountability', []],
    ])
    // More than two thirds need nobody honest, and may leave no trace with anybody.
    expect(named(verdict(history, [1, 2, 3], [first, second]))).toEqual([['agreement', [0, 1]]])
  })

  test('amnesia: what nobody signed names nobody', () => {
    const { history, prevote, first, second } = setUp('paper')
    const forged = [2, 3].map((node) => ({
      ...prevote(node, 1),
      signature: new Uint8Array(64).fill(1),
    }))
    const flood = Array.from({ length: 5000 }, (_, index) =>
      delivered({
        ...prevote(1, 1),
        signature: new Uint8Array(64).fill(index % 251),
        round: index,
      }),
    )
    const lies = [...forged, prevote(2, 1), prevote(3, 1)].map((vote) => delivered(vote))
    const names = (facts: readonly Observation[]) => verdict(history, [2, 3], facts)[0]?.culprits
    expect(names([first, ...lies.slice(0, 2), second])).toEqual([0, 1])
    expect(names([first, ...flood, ...lies, second])).toEqual([2, 3])
  })

  test('a later polka: frees whoever saw it before, and by the legacy rule one for nil too', () => {
    for (const rule of ['paper', 'comet-legacy'] as const) {
      const { history, b, prevote, first } = setUp(rule)
      const second = commits(history, b, { node: 1, round: 2, nodes: [1, 2, 3] })
      const late = [delivered(prevote(2, 2)), delivered(prevote(3, 2))]
      const polka = (value = b.blockId): Observation[] => [
        history.voted(1, b, { type: VoteType.prevote, round: 1, blockId: value }),
        delivered(signVote(history.key(0), prevote(0, 1, value))),
        delivered(prevote(3, 1, value)),
      ]
      const who = (facts: readonly Observation[]) =>
        verdict(history, [0, 3], facts).find((each) => each.rule === 'agreement')?.culprits
      // Node 2 is honest here and prevotes after the polka; 0 and 3 made it against their locks.
      expect(who([first, ...polka(), ...late, second])).toEqual([0, 3])
      const nil = who([first, ...polka(NIL_BLOCK_ID), ...late, second])
      expect(nil).toEqual(rule === 'paper' ? [2, 3] : [0, 3])
    }
  })
})

test('a polka of the round of the lock: frees by the paper', () => {
  const { history, a, b } = fork('paper')
  const prevote = (node: number, round: number, { blockId }: Link): Vote =>
    history.vote(node, { type: VoteType.prevote, round, blockId })
  // Villains 0 and 3 make two polkas in round 0; node 2 locks on the first and follows the second.
  const votes = [0, 2, 3].map((node) => prevote(node, 0, a))
  const others = [0, 1, 3].map((node) => prevote(node, 0, b))
  const facts = [
    ...[...votes, ...others, prevote(2, 1, b)].map((vote) => delivered(vote)),
    commits(history, a, { node: 2, round: 0, nodes: [0, 2, 3] }),
    commits(history, b, { node: 1, round: 1, nodes: [0, 1, 3] }),
  ]
  expect(named(verdict(history, [0, 3], facts))).toEqual([['agreement', [0, 3]]])
})

describe('evidence in blocks', () => {
  test('accountability: evidence against somebody honest convicts, against a villain not', () => {
    const history = new History([10n, 10n, 10n, 10n])
    history.extend()
    const vote = (number: number): Vote =>
      signVote(history.key(3), { height: 1n, blockId: blockIdOf(number) })
    const link = history.extend({
      evidence: [
        {
          kind: 'duplicate-vote',
          voteA: vote(1),
          voteB: vote(2),
          totalVotingPower: 40n,
          validatorPower: 10n,
          timestamp: history.links[0]?.block.header.time ?? 0n,
        },
      ],
    })
    const facts = history.links.map((each) => history.committed(0, each))
    expect(verdict(history, [3], facts)).toEqual([])
    expect(named(verdict(history, [2], facts))).toEqual([['accountability', [3]]])
    expect(link.block.evidence).toHaveLength(1)
  })
})
