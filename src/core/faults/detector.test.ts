// The detector: every conflict it is shown is reported once, with evidence that verifies.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { CHAIN_ID, blockIdOfNumber, keyOf, signVote } from '../types/chain.fixture.ts'
import { NIL_BLOCK_ID, offenceKey } from '../types/index.ts'
import type { BlockId, Vote } from '../types/index.ts'
import { FaultDetector, MAX_OFFENCES_PER_VALIDATOR, checkEvidence } from './index.ts'
import type { CommittedHeight, FaultReport } from './index.ts'
import { Past, headerOf, keyAt, lightBlockOf, signProposal } from './past.fixture.ts'

const past = new Past(9n)
const { keyed } = past
const { validatorSet, keys } = keyed
const liar = keys[2]!
const otherParts: BlockId = {
  hash: blockIdOfNumber(1).hash,
  partSetHeader: { total: 2, hash: blockIdOfNumber(1).partSetHeader.hash },
}

const makeDetector = (): FaultDetector =>
  new FaultDetector({
    crypto,
    chainId: CHAIN_ID,
    initialHeight: 1n,
    lockRule: 'comet-legacy',
    config: { downtimeWindow: 100, minSigned: 50 },
  })

const committed = (height: bigint): CommittedHeight => ({
  height,
  time: Past.timeAt(height),
  validatorSet,
  lastCommit: past.commits.get(height - 1n) ?? null,
})

const vote = (value: number | BlockId, fields: Partial<Vote> = {}): Vote =>
  signVote(liar, {
    height: 5n,
    blockId: typeof value === 'number' ? blockIdOfNumber(value) : value,
    validatorIndex: 2,
    ...fields,
  })

const signed = new Map<string, Vote>()

/** A vote of validator `who`, signed when it is first asked for. */
const signedOnce = (who: number, what: { type: number; round: number; number: number }): Vote => {
  const { type, round, number } = what
  const key = `${who} ${type} ${round} ${number}`
  const blockId = number === 0 ? NIL_BLOCK_ID : blockIdOfNumber(number)
  const made = signed.get(key) ?? signVote(keys[who]!, { height: 5n, type, round, blockId })
  signed.set(key, made)
  return made
}

/** Reports for conflicts at height 5, told before its block is committed. */
const reportsOf = (pairs: readonly (readonly [Vote, Vote])[]): readonly FaultReport[] => {
  const detector = makeDetector()
  detector.enterHeight(5n, validatorSet)
  for (const [first, second] of pairs) {
    expect(detector.onConflictingVotes(first, second)).toEqual([])
  }
  return detector.onCommit(committed(5n))
}

describe('conflicting votes', () => {
  test('detector: prevotes, precommits, nil, other parts and any round are equivocation', () => {
    const pairs: [Vote, Vote][] = [
      [vote(1), vote(2)],
      [vote(1, { type: 1 }), vote(2, { type: 1 })],
      [vote(NIL_BLOCK_ID, { round: 1 }), vote(1, { round: 1 })],
      [vote(1, { round: 2 }), vote(NIL_BLOCK_ID, { round: 2 })],
      [vote(1, { round: 3 }), vote(otherParts, { round: 3 })],
      [vote(1, { round: 7 }), vote(2, { round: 7 })],
    ]
    const reports = reportsOf(pairs)
    expect(reports.map(({ kind }) => kind)).toEqual(pairs.map(() => 'equivocation'))
    for (const report of reports) {
      if (report.kind !== 'equivocation') continue
      expect(checkEvidence(past.context('comet'), report.evidence)).toBeNull()
    }
  })

  test('detector: one fault is reported once, whichever votes show it', () => {
    const [a, b, c] = [vote(1), vote(2), vote(3)] as const
    const detector = makeDetector()
    detector.enterHeight(5n, validatorSet)
    detector.onConflictingVotes(a, b)
    detector.onConflictingVotes(b, a)
    detector.onConflictingVotes(a, c)
    expect(detector.onCommit(committed(5n))).toHaveLength(1)
    expect(detector.onConflictingVotes(a, c)).toEqual([])
    expect(detector.onCommit(committed(6n))).toEqual([])
  })

  test('detector: late votes of a committed height are reported at once', () => {
    const detector = makeDetector()
    detector.onCommit(committed(5n))
    detector.enterHeight(6n, validatorSet)
    const [report] = detector.onConflictingVotes(vote(2), vote(1))
    expect(report).toMatchObject({ kind: 'equivocation', evidence: { timestamp: Past.timeAt(5n) } })
    // Three heights are kept.
    detector.enterHeight(8n, validatorSet)
    expect(detector.onConflictingVotes(vote(2, { round: 1 }), vote(1, { round: 1 }))).toEqual([])
  })

  test('detector: what proves nothing is not reported, and takes no place', () => {
    const { signature } = vote(3)
    const forged = { ...vote(2), signature }
    const stranger = (number: number): Vote =>
      signVote(keyOf(99), { height: 5n, blockId: blockIdOfNumber(number) })
    const reports = reportsOf([
      [vote(1), forged],
      [vote(1), vote(1, { timestamp: 5n })],
      [vote(1), vote(2, { round: 1 })],
      [vote(1, { type: 1 }), vote(2, { type: 2 })],
      [stranger(1), stranger(2)],
      [vote(1), vote(2)],
    ])
    expect(reports).toHaveLength(1)
  })

  test('detector: memory of one validator is bounded, and others are still reported', () => {
    const many = Array.from(
      { length: MAX_OFFENCES_PER_VALIDATOR + 5 },
      (_, round) => [vote(1, { round }), vote(2, { round })] as const,
    )
    const other = (number: number): Vote =>
      signVote(keys[1]!, { height: 5n, blockId: blockIdOfNumber(number) })
    const reports = reportsOf([...many, [other(1), other(2)]])
    expect(reports).toHaveLength(MAX_OFFENCES_PER_VALIDATOR + 1)
  })

  test('detector: true conflicts in any order give each offence once, with true evidence', () => {
    const conflict = fc.record({
      who: fc.nat(3),
      type: fc.constantFrom(1, 2),
      round: fc.nat(2),
      first: fc.nat(2),
      second: fc.nat(2),
      isLate: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(conflict, { maxLength: 8 }), (conflicts) => {
        const detector = makeDetector()
        detector.enterHeight(5n, validatorSet)
        const reports: FaultReport[] = []
        const expected = new Set<string>()
        const tell = (isLate: boolean): void => {
          for (const { who, type, round, first, second, isLate: late } of conflicts) {
            if (late !== isLate || first === second) continue
            const of = (number: number): Vote => signedOnce(who, { type, round, number })
            expected.add(`${who} ${type} ${round}`)
            reports.push(...detector.onConflictingVotes(of(first), of(second)))
          }
        }
        tell(false)
        reports.push(...detector.onCommit(committed(5n)))
        tell(true)
        const found = reports.map((report) => {
          if (report.kind !== 'equivocation') throw new Error(report.kind)
          expect(checkEvidence(past.context('comet'), report.evidence)).toBeNull()
          const { validatorAddress, type, round } = report.evidence.voteA
          return `${validatorSet.indexOf(validatorAddress)} ${type} ${round}`
        })
        expect(found.toSorted()).toEqual([...expected].toSorted())
      }),
      { numRuns: 20 },
    )
  })
})

describe('two proposals', () => {
  const proposerKey = keyAt(keyed, validatorSet.withRoundsPassed(3).proposer.address)
  const proposal = (number: number, polRound = -1) =>
    signProposal(proposerKey, { height: 5n, round: 3, polRound, blockId: blockIdOfNumber(number) })

  test('detector: another block or another proof-of-lock round is a double proposal', () => {
    for (const second of [proposal(2), proposal(1, 2)]) {
      const detector = makeDetector()
      detector.enterHeight(5n, validatorSet)
      expect(detector.onTwoProposals(second, proposal(1))).toEqual([])
      const [report] = detector.onCommit(committed(5n))
      if (report?.kind !== 'double-proposal') throw new Error('a double proposal is reported')
      expect(checkEvidence(past.context('all'), report.evidence)).toBeNull()
      expect(checkEvidence(past.context('comet'), report.evidence)).toContain('no evidence of kind')
      expect(detector.onTwoProposals(proposal(1), proposal(3))).toEqual([])
    }
  })

  test('detector: the same proposed again, or by another, is none', () => {
    const detector = makeDetector()
    detector.onCommit(committed(5n))
    const later = signProposal(proposerKey, { ...proposal(1), timestamp: 7n })
    expect(detector.onTwoProposals(proposal(1), later)).toEqual([])
    const other = keys.find((key) => key !== proposerKey)!
    const wrong = signProposal(other, proposal(2))
    expect(detector.onTwoProposals(proposal(1), wrong)).toEqual([])
    const far = { ...proposal(1), round: 2 ** 31 - 1 }
    expect(detector.onTwoProposals(far, { ...proposal(2), round: far.round })).toEqual([])
    expect(detector.onTwoProposals(proposal(1), proposal(2))).toHaveLength(1)
  })
})

describe('conflicting headers', () => {
  const own = (height: bigint) => ({
    chainId: CHAIN_ID,
    trusted: { header: past.header(height), commit: past.commits.get(height)! },
    trustedValidators: validatorSet,
    common: { height: 2n, time: Past.timeAt(2n), validators: validatorSet },
  })

  test('detector: a made-up header accuses who signed it, once', () => {
    const detector = makeDetector()
    const header = headerOf({ ...past.header(5n), appHash: new Uint8Array(8) })
    const ballots = ['block', 'absent', 'block', 'block'] as const
    const block = lightBlockOf(keyed, header, { ballots: ['block', 'block', 'absent', 'nil'] })
    const [report] = detector.onConflictingBlock(block, own(5n))
    if (report?.kind !== 'light-client-attack') throw new Error('an attack is reported')
    expect(report.attack).toBe('lunatic')
    expect(report.evidence.byzantineValidators.map(({ votingPower }) => votingPower)).toEqual([
      40n,
      30n,
    ])
    expect(checkEvidence(past.context('comet'), report.evidence)).toBeNull()
    // Other signers of the same header: the same offence.
    const again = lightBlockOf(keyed, header, { ballots })
    expect(detector.onConflictingBlock(again, own(5n))).toEqual([])
  })

  test('detector: a second valid header accuses who signed both', () => {
    const header = headerOf({ ...past.header(5n), dataHash: new Uint8Array(32) })
    const block = lightBlockOf(keyed, header, { ballots: ['block', 'block', 'block', 'absent'] })
    const [report] = makeDetector().onConflictingBlock(block, own(5n))
    if (report?.kind !== 'light-client-attack') throw new Error('an attack is reported')
    expect(report.attack).toBe('equivocation')
    expect(report.evidence.commonHeight).toBe(5n)
    expect(report.evidence.byzantineValidators).toHaveLength(3)
    expect(checkEvidence(past.context('comet'), report.evidence)).toBeNull()
    expect(offenceKey(report.evidence)).toContain('light-client-attack/5/')
  })

  test('detector: with commits of two rounds the fork is shown and nobody named', () => {
    const header = headerOf({ ...past.header(5n), dataHash: new Uint8Array(32) })
    const block = lightBlockOf(keyed, header, { round: 1 })
    const [report] = makeDetector().onConflictingBlock(block, own(5n))
    if (report?.kind !== 'light-client-attack') throw new Error('an attack is reported')
    expect([report.attack, report.evidence.byzantineValidators]).toEqual(['amnesia', []])
    expect(checkEvidence(past.context('comet'), report.evidence)).toContain('amnesia')
  })

  test('detector: our own header, a lone one and half a block are no attack', () => {
    const detector = makeDetector()
    const same = {
      signedHeader: own(5n).trusted,
      validatorSet: lightBlockOf(keyed, past.header(5n)).validatorSet,
    }
    expect(detector.onConflictingBlock(same, own(5n))).toEqual([])
    const header = headerOf({ ...past.header(5n), dataHash: new Uint8Array(32) })
    const few = lightBlockOf(keyed, header, { ballots: ['absent', 'block', 'block', 'nil'] })
    expect(detector.onConflictingBlock(few, own(5n))).toEqual([])
    const half = { signedHeader: null, validatorSet: null }
    expect(detector.onConflictingBlock(half, own(5n))).toEqual([])
  })
})
