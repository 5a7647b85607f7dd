// Proofs of light client attacks: two signed headers of a height, and who is to blame whatever one
// calls the chain's.

import { describe, expect, test } from 'vitest'
import { toHexUpper, toUtf8 } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { commitOf } from '../faults/past.fixture.ts'
import { decisionOf, proofOf as finalityOf, setOfKeys } from '../finality/decisions.fixture.ts'
import type { Decision } from '../finality/index.ts'
import { CHAIN_ID, setOfPowers } from '../types/chain.fixture.ts'
import type { Ballot, KeyedSet } from '../types/chain.fixture.ts'
import type { Header } from '../types/index.ts'
import type { AttackAccusation, EvidenceProof, EvidenceTrust, EvidenceVerdict } from './index.ts'
import { formatEvidenceProof, proveEvidence, verifyEvidence } from './index.ts'
import { KEYED } from './evidence.fixture.ts'
import { encodeAccusation } from './evidence-proof.ts'
import { LinkedPast, acceptedChanges, attackOf, learnedFrom } from './past.fixture.ts'

const past = new LinkedPast(6n)
const { validators } = KEYED.validatorSet
const trust: EvidenceTrust = { chainId: CHAIN_ID, validators }
const ground = { chainId: CHAIN_ID, validatorSet: KEYED.validatorSet, history: past }
const OTHER = new Uint8Array(32).fill(0xee)

const names = (...indexes: readonly number[]): string[] =>
  indexes.map((index) => toHexUpper(validators[index]!.address))

/** A second header of height 5. */
const second = (
  header: Partial<Header>,
  fields: { keyed?: KeyedSet; ballots?: readonly Ballot[] } = {},
): Decision => decisionOf(5n, { before: past.decision(4n), keyed: KEYED, ...fields, header })

const all = [0, 1, 2, 3] as const
/** Another block of the same validators and round. */
const fork = attackOf(past, second({ dataHash: OTHER }), [5n, ...all])
/** A made-up application hash, by the same validators. */
const madeUp = attackOf(past, second({ appHash: OTHER }), [2n, ...all])
/** Made-up validators: keys 1 and 2 of the chain and a stranger. */
const strange = setOfKeys([1, 40n], [2, 30n], [9, 5n])
const lunatic = attackOf(past, second({}, { keyed: strange }), [2n, 0, 1])
/** The chain of that: the second of the liars has not signed its height 5. */
const withoutOne = new LinkedPast(6n, { absentAt: [5n] })

const proofOf = (evidence: typeof fork, history = past): EvidenceProof & AttackAccusation => {
  const proof = proveEvidence(evidence, { ...ground, history }, crypto)
  if (!proof.ok) throw new Error(proof.error)
  return proof.value as EvidenceProof & AttackAccusation
}

const told = (verdict: EvidenceVerdict): string =>
  verdict.ok ? 'proved' : `${verdict.kind}: ${verdict.reason}`
const forged = (accusation: AttackAccusation, by: Partial<EvidenceTrust> = {}): string =>
  told(verifyEvidence(encodeAccusation(accusation), { ...trust, ...by }))

const WHICH = "which of the two headers of height 5 is the chain's"
const OPEN = `not-trusted: ${WHICH} does not follow from signatures: its hash must be trusted`
const { hash: CHAIN_HASH } = past.decision(5n).commit.blockId

describe('proof of a light client attack', () => {
  test.each([
    ['a second block', past, fork, all, `${WHICH}; the named ones signed both`],
    ['a made-up header', past, madeUp, all, `${WHICH}; the named ones signed both`],
    ['made-up validators', withoutOne, lunatic, [0, 1], null],
  ] as const)(
    'proof: says who signed %s, and what is left open',
    (...[, chain, evidence, who, open]) => {
      const proof = proofOf(evidence, chain)
      const blockId = evidence.conflictingBlock.signedHeader!.commit!.blockId
      const signers = names(...who)
      const said = {
        kind: 'LightClientAttack',
        validator: signers.join(','),
        height: 5n,
        round: 0,
        deed:
          `validators ${signers.join(', ')} signed a second header of height 5, round 0: ` +
          `block ${toHexUpper(blockId.hash)}`,
      }
      const file = formatEvidenceProof(proof)
      for (const input of [proof, proof.bytes, file, toUtf8(file)]) {
        const verdict = verifyEvidence(input, trust)
        if (open === null) expect(told(verdict)).toBe(OPEN)
        else expect(verdict).toEqual({ ok: true, proof: { ...said, open: [open] } })
      }
      const headerHash = chain.decision(5n).commit.blockId.hash
      for (const hash of [headerHash, toHexUpper(headerHash)]) {
        expect(verifyEvidence(proof, { ...trust, headerHash: hash })).toEqual({
          ok: true,
          proof: { ...said, open: [] },
        })
      }
    },
  )

  test('bytes: any one that is changed, and any length, is refused with a reason', () => {
    const two = setOfKeys([1, 70n], [2, 30n])
    const small = new LinkedPast(2n, { keyedAt: () => two })
    const header = { appHash: OTHER }
    const conflict = decisionOf(2n, { keyed: two, before: small.decision(1n), header })
    const { validatorSet } = two
    const made = proveEvidence(
      attackOf(small, conflict, [1n, 0, 1]),
      { chainId: CHAIN_ID, validatorSet, history: small },
      crypto,
    )
    if (!made.ok) throw new Error(made.error)
    const { bytes } = made.value
    const by = { chainId: CHAIN_ID, validators: validatorSet.validators }
    const quick = learnedFrom((backend) => verifyEvidence(bytes, by, backend))
    expect(told(verifyEvidence(bytes, by, quick))).toBe('proved')
    expect(acceptedChanges(bytes, (bent) => verifyEvidence(bent, by, quick))).toEqual([])
  }, 30_000)

  test('proof: is the same whatever stands in fields that nobody signed', () => {
    const { bytes } = proofOf(fork)
    const block = fork.conflictingBlock
    const moved = block.validatorSet!.validators.map((one) => ({ ...one, proposerPriority: 5n }))
    const validatorSet = { validators: moved, proposer: moved[2]!, totalVotingPower: 7n }
    const byzantineValidators = fork.byzantineValidators.map((one) => ({
      ...one,
      proposerPriority: 9n,
    }))
    const copy = { ...fork, byzantineValidators, conflictingBlock: { ...block, validatorSet } }
    expect(proofOf(copy).bytes).toEqual(bytes)
    // A vote for nil beside it is no part of the second header, and nobody verifies it.
    const nil = second({ dataHash: OTHER }, { ballots: ['block', 'block', 'block', 'nil'] })
    const absent = second({ dataHash: OTHER }, { ballots: ['block', 'block', 'block', 'absent'] })
    const [one, other] = [nil, absent].map((each) => attackOf(past, each, [5n, 0, 1, 2]))
    expect(proofOf(one!).bytes).toEqual(proofOf(other!).bytes)
  })

  test('framing: nobody is named who signed one header alone, whichever that is', () => {
    const good = proofOf(madeUp)
    // The third signed only the true header, the fourth only the other.
    const mine = new LinkedPast(6n)
    const own = decisionOf(5n, {
      keyed: KEYED,
      before: past.decision(4n),
      ballots: ['block', 'block', 'block', 'absent'],
    })
    mine.decisions[4] = own
    const other = second({ appHash: OTHER }, { ballots: ['block', 'block', 'absent', 'block'] })
    const evidence = attackOf(mine, other, [2n, 0, 1, 3])
    const proof = proofOf(evidence, mine)
    expect(told(verifyEvidence(proof, trust))).toBe(OPEN)
    const { hash } = own.commit.blockId
    expect(told(verifyEvidence(proof, { ...trust, headerHash: hash }))).toBe('proved')
    // In another round everybody may sign again, so both signatures show nothing alone.
    const { header, validatorSet } = second({ appHash: OTHER })
    const later = { header, validatorSet, commit: commitOf(KEYED, header, { round: 1 }) }
    const moved = proofOf(attackOf(past, later, [2n, ...all]))
    expect(told(verifyEvidence(moved, trust))).toBe(OPEN)
    expect(told(verifyEvidence(moved, { ...trust, headerHash: CHAIN_HASH }))).toBe('proved')
    // The villains turn it round, and call the true header the second.
    const turned: AttackAccusation = {
      ...good,
      evidence: { ...attackOf(mine, own, [2n, 0, 1, 2]) },
      own: finalityOf(other),
    }
    expect(forged(turned)).toBe(OPEN)
    expect(forged(turned, { headerHash: hash })).toMatch(/^not-trusted: the chain's header is /)
  })

  test('framing: who signed the header of a new set is not named by those who have left it', () => {
    // Validators change; those of before, the departed too, sign a header that keeps them.
    const changed = setOfKeys([2, 30n], [3, 20n], [4, 10n])
    const chain = new LinkedPast(6n, { keyedAt: (height) => (height < 5n ? KEYED : changed) })
    const fake = second({ appHash: OTHER }, { ballots: ['block', 'block', 'absent', 'absent'] })
    const blamed = attackOf(past, chain.decision(5n), [2n, 1, 2, 3])
    const swapped: AttackAccusation = {
      ...proofOf(lunatic),
      evidence: blamed,
      own: finalityOf(fake),
    }
    expect(forged(swapped)).toBe(OPEN)
    const { hash: headerHash } = chain.decision(5n).commit.blockId
    expect(forged(swapped, { headerHash })).toMatch(/^not-trusted: the chain's header is /)
  })

  test('framing: names, powers, times and signatures must be those of the headers', () => {
    const good = proofOf(lunatic)
    const { byzantineValidators } = lunatic
    const claims = (change: Partial<typeof lunatic>): string =>
      forged({ ...good, evidence: { ...good.evidence, ...change } }, { headerHash: CHAIN_HASH })
    expect(claims({})).toBe('proved')
    const more = [...byzantineValidators, validators[2]!]
    expect(claims({ byzantineValidators: more })).toContain('3 validators accused, 2 are guilty')
    expect(claims({ byzantineValidators: more.slice(1) })).toContain('accused 0 is ')
    expect(claims({ totalVotingPower: 99n })).toContain('total power 99, in the set 100')
    expect(claims({ timestamp: 0n })).toContain('another time than that of block 2')
    expect(claims({ commonHeight: 3n })).toContain('not of the common height and the conflict')
    const block = second({}, { keyed: strange })
    const [first, ...rest] = block.commit.signatures
    const weak = { ...first!, signature: new Uint8Array(64).fill(3) }
    const commit = { ...block.commit, signatures: [weak, ...rest] }
    const bent = attackOf(past, { ...block, commit }, [2n, 0, 1])
    expect(claims({ conflictingBlock: bent.conflictingBlock })).toContain(
      'wrong signature of entry',
    )
    const same = attackOf(past, past.decision(5n), [5n, ...all])
    const five = finalityOf(past.decision(5n))
    expect(forged({ ...good, evidence: same, common: five, own: five })).toContain(
      'the conflicting header is the one of the chain',
    )
  })

  test('decisions: must be of the chain, one for a height, and follow from those trusted', () => {
    const good = proofOf(lunatic)
    expect(forged({ ...good, chainId: 'other' }, { chainId: 'other' })).toContain('another chain')
    const [five, copy] = [finalityOf(past.decision(5n)), finalityOf(past.decision(5n))]
    const twice = { ...proofOf(fork), common: five, own: copy }
    expect(forged(twice)).toBe('malformed: the decisions are out of order')
    const nobody = setOfKeys([21, 5n], [22, 5n])
    expect(forged({ ...good, own: finalityOf(decisionOf(5n, { keyed: nobody })) })).toBe(
      'not-trusted: the decision of height 5 does not follow from that of the common height',
    )
    const other = setOfPowers(40n, 30n, 20n, 11n).validatorSet.validators
    expect(forged(good, { validators: other })).toBe(
      'not-trusted: the validators of height 2 are not the trusted ones',
    )
    expect(forged(good, { headerHash: 'zz' })).toBe(
      'unusable-trust: the trusted hash is not of 32 bytes',
    )
  })

  test('making: what names nobody, or is not known here, is not made', () => {
    const later = second({ dataHash: OTHER })
    const commit = { ...later.commit, round: 1 }
    const amnesia = attackOf(past, { ...later, commit }, [5n])
    expect(proveEvidence(amnesia, ground, crypto)).toMatchObject({ ok: false })
    const { history: _, ...unknown } = ground
    expect(proveEvidence(lunatic, unknown, crypto)).toEqual({
      ok: false,
      error: 'height 2 is not known here',
    })
  })
})
