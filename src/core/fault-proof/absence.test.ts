// Proofs of downtime: what the commits of a window show to somebody who has no chain.

import { describe, expect, test } from 'vitest'
import { toHexUpper, toUtf8 } from '../bytes/index.ts'
import { merkleProofs, nobleCrypto as crypto } from '../crypto/index.ts'
import { rememberingCrypto } from '../faults/framing.fixture.ts'
import { bytesOf, setOfKeys, proofOf as finalityOf } from '../finality/decisions.fixture.ts'
import { CHAIN_ID, setOfPowers } from '../types/chain.fixture.ts'
import type { KeyedSet } from '../types/chain.fixture.ts'
import type { AbsenceAccusation, EvidenceProof, EvidenceTrust, EvidenceVerdict } from './index.ts'
import { formatEvidenceProof, proofNeeds, proveEvidence, verifyEvidence } from './index.ts'
import { KEYED, VILLAIN } from './evidence.fixture.ts'
import { encodeAccusation } from './evidence-proof.ts'
import { LinkedPast, acceptedChanges, awayOf, learnedFrom } from './past.fixture.ts'
import { MAX_STEPS, bitsOf, leadsTo, pathOf, pathOfBits } from './tree-path.ts'

const who = toHexUpper(VILLAIN.address)
const rule = { initialHeight: 1n, downtimeWindow: 4, minSigned: 2 }
const past = new LinkedPast(9n, { absentAt: [5n, 6n, 8n] })
/** Villain with another power and place; key 2 is the villain's. */
const OTHER = setOfKeys([1, 30n], [2, 31n], [3, 30n], [4, 30n])

const trustOf = (of: LinkedPast, height = 8n): EvidenceTrust => {
  return { chainId: CHAIN_ID, validators: of.validatorsAt(height).validators }
}
const trust = trustOf(past)

const proofOf = (of: LinkedPast, missed: number): EvidenceProof => {
  const evidence = awayOf(of, [5n, 8n], missed)
  const ground = { chainId: CHAIN_ID, validatorSet: of.validatorsAt(8n), history: of }
  const proof = proveEvidence(evidence, ground, crypto)
  if (!proof.ok) throw new Error(proof.error)
  return proof.value
}

const good = proofOf(past, 3) as EvidenceProof & AbsenceAccusation
const told = (verdict: EvidenceVerdict): string =>
  verdict.ok ? 'proved' : `${verdict.kind}: ${verdict.reason}`
const forged = (change: Partial<AbsenceAccusation>, by: EvidenceTrust = trust): string =>
  told(verifyEvidence(encodeAccusation({ ...good, ...change }), by, rememberingCrypto))

const WHY = 'why the signatures are missing: proposers may have left them out'

describe('way up a tree', () => {
  test('path: is that of the Merkle proofs of the reference, for every leaf of every size', () => {
    for (let size = 1; size <= 33; size++) {
      const items = Array.from({ length: size }, (_, i) => Uint8Array.of(i))
      const { root, proofs } = merkleProofs(crypto, items)
      for (const [index, { aunts }] of proofs.entries()) {
        const path = pathOf(index, size)
        expect(pathOfBits(bitsOf(path), path.length)).toEqual(path)
        expect(leadsTo(crypto, [items[index]!, root], path, aunts)).toBe(true)
        const other = items[(index + 1) % size]!
        expect(leadsTo(crypto, [other, root], path, aunts)).toBe(size === 1)
        expect(leadsTo(crypto, [items[index]!, root], [...path, true], aunts)).toBe(false)
      }
    }
    expect([pathOfBits(4, 2), pathOfBits(-1, 2), pathOfBits(0, 15)]).toEqual([null, null, null])
    expect(pathOf(9999, 10_000).length).toBeLessThanOrEqual(MAX_STEPS)
    expect(pathOf(0, 10_000)).toHaveLength(MAX_STEPS)
  })
})

describe('proof of downtime', () => {
  test('proof: says who missed how much of which window, and what is left open', () => {
    const proof = {
      kind: 'Downtime',
      validator: who,
      height: 8n,
      round: null,
      deed: `validator ${who} did not sign 3 of the blocks 5 to 8`,
    }
    const fault = 'whether so many are a fault, which the genesis of the chain says'
    const file = formatEvidenceProof(good)
    for (const input of [good, good.bytes, file, toUtf8(file)]) {
      const open = { ok: true, proof: { ...proof, open: [fault, WHY] } }
      expect(verifyEvidence(input, trust)).toEqual(open)
      const closed = { ok: true, proof: { ...proof, open: [WHY] } }
      expect(verifyEvidence(input, { ...trust, downtime: rule })).toEqual(closed)
    }
    expect(good.bytes.length).toBeLessThan(4000)
  })

  test('rule: a window or a number that is no fault on the chain is refused', () => {
    const by = (change: Partial<typeof rule>): string =>
      told(verifyEvidence(good, { ...trust, downtime: { ...rule, ...change } }))
    expect(by({ minSigned: 1 })).toContain('not-trusted: 3 missed are no fault on this chain')
    expect(by({ initialHeight: 2n })).toContain('5 to 8 is no window of 4 heights of this chain')
    expect(by({ initialHeight: 9n })).toContain('is no window')
    expect(by({ downtimeWindow: 8 })).toContain('is no window of 8 heights')
  })

  test.each<[string, (height: bigint) => KeyedSet]>([
    ['before the window', (height) => (height < 5n ? OTHER : KEYED)],
    ['within it', (height) => (height < 7n ? OTHER : KEYED)],
    ['and back again', (height) => (height === 6n ? OTHER : KEYED)],
    ['at its end', (height) => (height < 9n ? KEYED : OTHER)],
    ['to one alone', (height) => (height === 5n ? setOfKeys([3, 9n]) : KEYED)],
  ])('validators: they may change %s', (_, keyedAt) => {
    const changed = new LinkedPast(9n, { keyedAt, absentAt: [5n, 6n, 8n] })
    const missed = keyedAt(5n).validatorSet.find(VILLAIN.address) === null ? 2 : 3
    const proof = proofOf(changed, missed)
    expect(told(verifyEvidence(proof, trustOf(changed)))).toBe('proved')
    expect(told(verifyEvidence(proof, trustOf(changed, 1n)))).toMatch(
      keyedAt(1n) === keyedAt(8n) ? /^proved$/ : /^not-trusted: /,
    )
  })

  test('bytes: any one that is changed, and any length, is refused with a reason', () => {
    const [two, before] = [setOfKeys([1, 70n], [2, 30n]), setOfKeys([1, 70n], [2, 31n])]
    const small = new LinkedPast(3n, {
      keyedAt: (height) => (height === 1n ? before : two),
      absentAt: [1n, 2n],
    })
    const { validatorSet } = two
    const by = { chainId: CHAIN_ID, validators: validatorSet.validators }
    const made = proveEvidence(
      awayOf(small, [1n, 2n], 2),
      { chainId: CHAIN_ID, validatorSet, history: small },
      crypto,
    )
    if (!made.ok) throw new Error(made.error)
    const { bytes } = made.value
    const quick = learnedFrom((backend) => {
      expect(told(verifyEvidence(bytes, by, backend))).toBe('proved')
    })
    expect(told(verifyEvidence(bytes, by, quick))).toBe('proved')
    expect(acceptedChanges(bytes, (bent) => verifyEvidence(bent, by, quick))).toEqual([])
  }, 30_000)

  test('framing: who signed, or is not there, is not missing', () => {
    const claims = (change: Partial<typeof good.evidence>): string =>
      forged({ evidence: { ...good.evidence, ...change } })
    expect(claims({ missed: 4 })).toBe('inconsistent: 3 heights missed, not 4')
    expect(claims({ missed: 2 })).toBe('inconsistent: 3 heights missed, not 2')
    expect(claims({ windowStart: 4n })).toBe('inconsistent: 4 heights, not those from 4 to 8')
    expect(claims({ timestamp: 0n })).toContain('another time')
    expect(claims({ windowStart: 6n, windowEnd: 9n })).toContain(
      'not of the heights 9 and the next',
    )
    // Everybody else has signed all.
    for (const { address, votingPower } of KEYED.validatorSet.validators) {
      if (toHexUpper(address) === who) continue
      const reason = claims({ validatorAddress: address, validatorPower: votingPower })
      expect(reason).toMatch(/^inconsistent: the commit of height 8 does not lack the accused$/)
    }
    const stranger = claims({ validatorAddress: new Uint8Array(20).fill(1) })
    expect(stranger).toContain('not-trusted: 0101')
    expect(claims({ validatorPower: 31n })).toContain('not-trusted: validator power 31')
    // The seventh height, which the villain signed, with the way up of the sixth.
    const [eight, seven, six, five] = good.heights
    const absence = six?.absence ?? null
    const heights = [eight!, { header: seven!.header, absence }, six!, five!]
    expect(forged({ heights, evidence: { ...good.evidence, missed: 4 } })).toBe(
      'inconsistent: the commit of height 7 does not lack the accused',
    )
  })

  test('framing: a place is that of the accused, or the proof is refused', () => {
    const keyedAt = (height: bigint): KeyedSet => (height === 6n ? OTHER : KEYED)
    const changed = new LinkedPast(9n, { keyedAt, absentAt: [5n, 6n, 8n] })
    const { by: _, ...rest } = proofOf(changed, 3) as EvidenceProof & AbsenceAccusation
    const [eight, seven, six, five] = rest.heights
    const { seat, aunts } = six!.absence!
    expect(seat).toMatchObject({ votingPower: 31n, bits: 0 })
    const at = (other: typeof seat): string =>
      forged({
        ...rest,
        heights: [eight!, seven!, { ...six!, absence: { aunts, seat: other } }, five!],
      })
    expect(at(seat)).toBe('proved')
    expect(at(null)).toContain('height 6 has other validators, and does not tell the place')
    expect(at({ ...seat!, votingPower: 30n })).toContain('does not sit where height 6 tells')
    for (const bits of [1, 2, 3, 4]) {
      expect(at({ ...seat!, bits })).toContain('does not sit where height 6 tells')
    }
    expect(at({ ...seat!, aunts: seat!.aunts.slice(1) })).toContain('does not sit where')
    const again = { ...eight!, absence: { ...eight!.absence!, seat } }
    expect(forged({ ...rest, heights: [again, seven!, six!, five!] })).toContain(
      'tells the place again',
    )
  })

  test('decisions: both must be decided, of the chain, and the second follow the first', () => {
    const half = new LinkedPast(9n, { absentAt: [5n, 6n, 8n] })
    const nine = half.decision(9n)
    const [first, ...others] = nine.commit.signatures
    const weak = { ...first!, signature: new Uint8Array(64).fill(7) }
    const commit = { ...nine.commit, signatures: [weak, ...others] }
    const bent = { ...good.next, commit }
    const bytes = encodeAccusation({ ...good, next: { ...bent, bytes: bytesOf(bent) } })
    expect(told(verifyEvidence(bytes, trust))).toContain(
      'bad-signature: the decision of height 9: wrong signature of entry 0',
    )
    const eightOf = (headerAt: (height: bigint) => object): LinkedPast =>
      new LinkedPast(9n, { absentAt: [5n, 6n, 8n], headerAt })
    const other = eightOf((height) => (height === 7n ? { appHash: new Uint8Array(32) } : {}))
    const mixed = { last: finalityOf(other.decision(8n)), next: finalityOf(other.decision(9n)) }
    const eightOfIt = (proofOf(other, 3) as EvidenceProof & AbsenceAccusation).heights[0]!
    expect(forged({ ...mixed, heights: [eightOfIt, ...good.heights.slice(1)] })).toBe(
      'inconsistent: height 7 is not the block that height 8 follows',
    )
    expect(forged({ next: mixed.next })).toBe(
      'inconsistent: height 8 is not the block that height 9 follows',
    )
    const strangers = setOfPowers(1n, 2n, 3n)
    const moved = new LinkedPast(9n, { keyedAt: (height) => (height < 9n ? KEYED : strangers) })
    expect(forged({ next: finalityOf(moved.decision(9n)) })).toContain(
      'names other validators next',
    )
    const elsewhere = eightOf((height) => (height === 9n ? { chainId: 'other' } : {}))
    const foreign = elsewhere.decision(9n)
    expect(forged({ next: { ...foreign, bytes: bytesOf(foreign) } })).toContain('of another chain')
  })

  test('making: needs the window and the block above it, and makes nothing that is not so', () => {
    const evidence = awayOf(past, [5n, 8n], 3)
    expect(proofNeeds(evidence).headers).toEqual([5n, 6n, 7n, 8n, 9n])
    const ground = { chainId: CHAIN_ID, validatorSet: KEYED.validatorSet }
    const reason = (piece: typeof evidence, history?: typeof past): unknown =>
      proveEvidence(piece, { ...ground, ...(history && { history }) }, crypto)
    expect(reason(evidence)).toEqual({ ok: false, error: 'height 8 is not known here' })
    expect(reason({ ...evidence, missed: 4 }, past)).toEqual({
      ok: false,
      error: '3 heights missed, not 4',
    })
    const endless = { ...evidence, windowStart: 1n, windowEnd: 2n ** 60n }
    expect(proofNeeds(endless).headers).toEqual([])
    expect(reason(endless, past)).toEqual({
      ok: false,
      error: 'a window of more than 10000 heights',
    })
  })
})
