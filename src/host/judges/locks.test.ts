// Lock rules and the invariants of the published specification: who keeps them, and who does not.

import { describe, expect, test } from 'vitest'
import { NIL_BLOCK_ID, VoteSet, VoteType } from '../../core/types/index.ts'
import type { BlockId, Proposal } from '../../core/types/index.ts'
import { History, blockIdOf, signVote } from './history.fixture.ts'
import type { Polka } from './history.fixture.ts'
import { Court } from './index.ts'
import type { Observation } from './index.ts'

describe.each(['paper', 'comet-legacy'] as const)('locks by %s', (rule) => {
  const history = new History([10n, 10n, 10n, 10n], { lockRule: rule })
  history.extend()
  const { last: link } = history
  const { blockId } = link
  const other = blockIdOf(7)
  const isPaper = rule === 'paper'
  const locked = { lockedRound: 0, lockedValue: blockId, validRound: 0, validValue: blockId }
  const free = { lockedRound: -1, lockedValue: null }
  const polka0: Polka = { round: 0, blockId }
  const precommit = history.voted(1, link, {}, { polkas: [polka0], fields: locked })

  /** A prevote in round 2 by a node that precommitted in round 0 and knows these polkas. */
  const prevoting = (value: BlockId, polkas: readonly Polka[], fields = {}): Observation =>
    history.voted(
      1,
      link,
      { type: VoteType.prevote, round: 2, blockId: value },
      {
        polkas: [polka0, ...polkas],
        fields: { ...locked, proposal: null, ...fields },
      },
    )
  const proposalOf = (value: BlockId) => ({
    proposal: history.proposed(link, { round: 2, blockId: value }).proposal,
  })
  const flaws = (...facts: readonly Observation[]): string => {
    const court = new Court(history.setting())
    for (const fact of facts) court.see(fact)
    return court
      .violations()
      .flatMap((each) => (each.rule === 'lock' ? [each.detail] : []))
      .join()
  }

  test('lock: who repeats its value keeps it', () => {
    expect(flaws(precommit, prevoting(blockId, [], proposalOf(blockId)))).toBe('')
  })

  test('lock: another value without a polka convicts', () => {
    const against = prevoting(other, [], proposalOf(other))
    expect(flaws(precommit, against)).toContain('PrecommitsLockValue')
  })

  test('lock: a later polka for the other value frees', () => {
    const polkas = [{ round: 1, blockId: other }]
    const fields = { ...(isPaper ? {} : free), ...proposalOf(other) }
    expect(flaws(precommit, prevoting(other, polkas, fields))).toBe('')
    const few = [{ round: 1, blockId: other, nodes: [1, 2] }]
    expect(flaws(precommit, prevoting(other, few, proposalOf(other)))).toContain(
      'PrecommitsLockValue',
    )
  })

  test('lock: a polka from before the lock does not free', () => {
    const early = history.voted(
      1,
      link,
      { round: 1 },
      {
        polkas: [{ round: 1, blockId }],
        fields: { ...locked, lockedRound: 1, validRound: 1 },
      },
    )
    const kept = { ...locked, lockedRound: 1, validRound: 1, ...proposalOf(other) }
    const polkas = [
      { round: 0, blockId: other },
      { round: 1, blockId },
    ]
    expect(flaws(early, prevoting(other, polkas, kept))).toContain('PrecommitsLockValue')
    // One of the very round of the lock is not later by the legacy rule.
    const same = flaws(early, prevoting(other, [{ round: 1, blockId: other }], kept))
    if (isPaper) expect(same).not.toContain('PrecommitsLockValue')
    else expect(same).toContain('PrecommitsLockValue')
  })

  test('lock: a vote from before the lock may be told again', () => {
    const type = VoteType.prevote
    const known = { polkas: [polka0], fields: locked }
    const nil = history.voted(1, link, { type, blockId: NIL_BLOCK_ID }, known)
    expect(flaws(nil, precommit, { kind: 'crashed', atMs: 1500, node: 1 }, precommit, nil)).toBe('')
  })

  test('lock: nil is free by the paper and bound by the legacy rule', () => {
    const found = flaws(precommit, prevoting(NIL_BLOCK_ID, []))
    if (isPaper) expect(found).toBe('')
    else expect(found).toContain('PrecommitsLockValue')
  })

  test('lock: a nil polka frees by the legacy rule only', () => {
    const polkas = [{ round: 1, blockId: NIL_BLOCK_ID }]
    const fields = { ...(isPaper ? {} : free), ...proposalOf(other) }
    const found = flaws(precommit, prevoting(other, polkas, fields))
    if (isPaper) expect(found).toContain('PrecommitsLockValue')
    else expect(found).toBe('')
  })

  test('lock: one that is forgotten convicts, across a crash too', () => {
    const crash: Observation = { kind: 'crashed', atMs: 1500, node: 1 }
    const nil = { round: 1, blockId: NIL_BLOCK_ID }
    const witness = history.voted(2, link, nil, { polkas: [polka0] })
    const forgetful = prevoting(NIL_BLOCK_ID, [], free)
    expect(flaws(precommit, forgetful)).toContain('AllLatestPrecommitHasLockedRound')
    // Nobody ever saw the precommit: it went down with the node.
    expect(flaws(precommit, crash, witness, forgetful)).toBe('')
    const round = witness.state.votes.get(0)
    const { vote } = precommit
    const added = round?.precommits.add(vote)
    if (round === undefined || added?.kind !== 'added') throw new Error('a vote is added')
    const votes = new Map([[0, { ...round, precommits: added.voteSet }]])
    const seen = { ...witness, state: { ...witness.state, votes } }
    expect(flaws(precommit, crash, seen, forgetful)).toContain('AllLatestPrecommitHasLockedRound')
  })

  test('lock: a precommit without a polka convicts', () => {
    expect(flaws(history.voted(2, link, {}))).toContain('IfSentPrecommitThenReceivedTwoThirds')
    const few = { polkas: [{ round: 0, blockId, nodes: [0, 1] }] }
    expect(flaws(history.voted(2, link, {}, few))).toContain('IfSentPrecommitThenReceivedTwoThirds')
    expect(flaws(history.voted(2, link, { blockId: NIL_BLOCK_ID }))).toBe('')
  })

  test('lock: a polka of votes that nobody signed is none', () => {
    const forger = history.key(0)
    const forged = [0, 1, 2].map((node) => {
      const vote = history.vote(node, { type: VoteType.prevote, blockId })
      const { signature } = signVote(forger, { ...vote, timestamp: vote.timestamp + 1n })
      return node === 2 ? { ...vote, signature } : vote
    })
    const { state } = precommit
    let prevotes = VoteSet.empty({
      height: 1n,
      round: 0,
      type: VoteType.prevote,
      validatorSet: state.validatorSet,
    })
    for (const vote of forged) {
      const addition = prevotes.add(vote)
      if (addition.kind !== 'duplicate') prevotes = addition.voteSet
    }
    const round = state.votes.get(0)
    if (round === undefined) throw new Error('there is a polka')
    const votes = new Map([[0, { ...round, prevotes }]])
    const found = flaws({ ...precommit, state: { ...state, votes } })
    expect(found).toContain('IfSentPrecommitThenReceivedTwoThirds')
    expect(found).toContain('AllIfLockedRoundThenSentCommit')
    expect(found).toContain('a vote in hand is not signed by whom it names')
  })

  test('lock: votes of another round, step or value make no polka where they are put', () => {
    const { state } = precommit
    const round = state.votes.get(0)
    if (round === undefined) throw new Error('there is a polka')
    const foundIn = (votes: typeof state.votes, fields: object = {}): string =>
      flaws({ ...precommit, state: { ...state, ...fields, votes } })
    const forged = 'a vote in hand is not signed by whom it names'
    expect(flaws(precommit)).toBe('')
    // The polka of round 0 counted as one of round 1.
    const late = { round: 1, lockedRound: 1, validRound: 1 }
    const moved = foundIn(new Map([[1, round]]), late)
    expect(moved).toContain('AllIfLockedRoundThenSentCommit')
    expect(moved).toContain(forged)
    // Prevotes counted as precommits.
    expect(foundIn(new Map([[0, { ...round, precommits: round.prevotes }]]))).toContain(forged)
    // The votes for one block counted for another, and those of one validator for all.
    const { prevotes } = round
    const forOther = Object.assign(Object.create(prevotes) as VoteSet, {
      getFor: (index: number) => prevotes.getFor(index, blockId),
    })
    Object.defineProperty(forOther, 'values', { get: () => [other] })
    const swapped = foundIn(new Map([[0, { ...round, prevotes: forOther }]]))
    expect(swapped).toContain('AllIfLockedRoundThenSentCommit')
    expect(swapped).toContain(forged)
    const ofOne = Object.assign(Object.create(prevotes) as VoteSet, {
      getFor: () => prevotes.getFor(0, blockId),
    })
    Object.defineProperty(ofOne, 'values', { get: () => [blockId] })
    expect(foundIn(new Map([[0, { ...round, prevotes: ofOne }]]))).toContain(forged)
  })

  test('lock: states that the algorithm cannot reach convict', () => {
    const polkas = [polka0]
    const voting = (fields: object): string =>
      flaws(history.voted(2, link, { type: VoteType.prevote, round: 1 }, { polkas, fields }))
    expect(voting(locked)).toBe('')
    expect(voting({ ...locked, lockedValue: null })).toContain('AllLockedRoundIffLockedValue')
    expect(voting({ ...locked, validValue: null })).toContain('AllValidRoundIffValidValue')
    expect(voting({ ...locked, validRound: -1, validValue: null })).toContain('lockedRound <=')
    expect(voting({ validRound: 0, validValue: other })).toContain('AllIfValidRoundThenTwoThirds')
    expect(voting({ ...locked, lockedValue: other })).toContain('AllIfLockedRoundThenSentCommit')
    expect(voting({ round: 0 })).toContain('AllNoFutureMessagesSent')
    expect(voting({ proposal: null })).toContain('AllIfSentPrevoteThenReceivedProposal')
  })

  test('lock: a proposal names a polka that is there', () => {
    const proposal = (polRound: number, polkas: readonly Polka[]): string => {
      const fact = history.proposed(link, { round: 2, polRound })
      return flaws({ ...fact, state: history.consensus(link, { round: 2, polkas }) })
    }
    expect(proposal(0, [polka0])).toBe('')
    expect(proposal(1, [polka0])).toContain('a polka that is not there')
    expect(proposal(2, [polka0])).toContain('of its own round')
  })

  test('lock: a proposal that names a polka counts with that polka only', () => {
    const { proposal } = history.proposed(link, { round: 2, polRound: 1 })
    const prevote = (polkas: readonly Polka[]): string =>
      flaws(
        history.voted(
          2,
          link,
          { type: VoteType.prevote, round: 2 },
          { polkas, fields: { proposal } },
        ),
      )
    expect(prevote([{ round: 1, blockId }])).toBe('')
    const flaw = 'AllIfSentPrevoteThenReceivedProposalOrTwoThirds'
    expect(prevote([])).toContain(flaw)
    expect(prevote([polka0])).toContain(flaw)
    expect(prevote([{ round: 1, blockId, nodes: [0, 1] }])).toContain(flaw)
  })

  test('lock: who has a valid value proposes it', () => {
    const proposal = (fields: Partial<Proposal>, validRound = 0): string => {
      const fact = history.proposed(link, { round: 2, ...fields })
      const known = { validRound, validValue: blockId }
      const polkas = [{ round: validRound, blockId }]
      return flaws({ ...fact, state: history.consensus(link, { round: 2, polkas, fields: known }) })
    }
    expect(proposal({ polRound: 0 })).toBe('')
    expect(proposal({ polRound: -1 })).toContain('passes over the valid value of round 0')
    expect(proposal({ polRound: -1, blockId: other })).toContain('passes over the valid value')
    // A polka of the round itself is later than its proposal.
    expect(proposal({ polRound: -1 }, 2)).toBe('')
  })
})
