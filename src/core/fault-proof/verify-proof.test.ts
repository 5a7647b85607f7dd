// Proofs of offences: true ones verify by the validators alone, every changed byte is refused, and
// nobody is accused without two signatures.

import { describe, expect, test } from 'vitest'
import { toBase64, toHexUpper, toUtf8 } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { CHAIN_ID, blockIdOfNumber, keyOf, setOfPowers, signVote } from '../types/chain.fixture.ts'
import type { Evidence, PublicKey } from '../types/index.ts'
import { KEYED, VILLAIN, proposedTwice, votedTwice } from './evidence.fixture.ts'
import { encodeAccusation } from './evidence-proof.ts'
import { learnedFrom } from './past.fixture.ts'
import type { EvidenceProof, EvidenceTrust, EvidenceVerdict, SignedTwice } from './index.ts'
import {
  MAX_EVIDENCE_PROOF_BYTES,
  MAX_EVIDENCE_TEXT_BYTES,
  formatEvidenceProof,
  proveEvidence,
  readEvidenceProof,
  verifyEvidence,
} from './index.ts'

const { validatorSet } = KEYED
const trust: EvidenceTrust = { chainId: CHAIN_ID, validators: validatorSet.validators }
const who = toHexUpper(VILLAIN.address)
const block = (number: number): string => `block ${toHexUpper(blockIdOfNumber(number).hash)}`
const ground = { chainId: CHAIN_ID, validatorSet }

const proofOf = (evidence: Evidence): EvidenceProof => {
  const proof = proveEvidence(evidence, ground)
  if (!proof.ok) throw new Error(proof.error)
  return proof.value
}

/** A proof that nobody would make: what it says is as given, its form is right. */
const forged = (evidence: SignedTwice, pubKey: PublicKey = VILLAIN.pubKey): EvidenceVerdict =>
  verifyEvidence(encodeAccusation({ by: 'signatures', chainId: CHAIN_ID, pubKey, evidence }), trust)

const learning = (proof: Uint8Array): Crypto => {
  const quick = learnedFrom((backend) => verifyEvidence(proof, trust, backend))
  expect(verifyEvidence(proof, trust, quick).ok).toBe(true)
  return quick
}

const refusalOf = (verdict: EvidenceVerdict): string =>
  verdict.ok ? 'proved' : `${verdict.kind}: ${verdict.reason}`

describe('evidence proof', () => {
  test('proof: says who did what at which height and round', () => {
    const place = { validator: who, height: 5n, round: 2 }
    const blocks = `for ${block(1)} and for ${block(2)}`
    const turn = 'whose turn round 2 was; signing two proposals breaks the rules in any turn'
    const cases: readonly (readonly [Evidence, string, string, readonly string[]])[] = [
      [votedTwice(), 'DuplicateVote', 'precommitted', []],
      [votedTwice({ type: 1 }), 'DuplicateVote', 'prevoted', []],
      [proposedTwice(), 'DoubleProposal', 'proposed', [turn]],
    ]
    for (const [evidence, kind, verb, open] of cases) {
      const deed = `validator ${who} ${verb} twice at height 5, round 2: ${blocks}`
      const proof = proofOf(evidence)
      const good = { ok: true, proof: { kind, ...place, deed, open } }
      expect(verifyEvidence(proof, trust)).toEqual(good)
      expect(verifyEvidence(proof.bytes, trust)).toEqual(good)
      expect(verifyEvidence(formatEvidenceProof(proof), trust)).toEqual(good)
      expect(verifyEvidence(toUtf8(formatEvidenceProof(proof)), trust)).toEqual(good)
    }
  })

  test('proof: the keys of validators may be bytes, in any order', () => {
    const validators = validatorSet.validators
      .map(({ pubKey, votingPower }) => ({ pubKey: pubKey.bytes, votingPower }))
      .toReversed()
    expect(verifyEvidence(proofOf(votedTwice()), { chainId: CHAIN_ID, validators }).ok).toBe(true)
  })

  test('proof: is the same whatever stands in fields that nobody signed', () => {
    const { bytes } = proofOf(votedTwice())
    const evidence = votedTwice()
    const extended = { extension: Uint8Array.of(1), extensionSignature: new Uint8Array(64) }
    const voteB = { ...evidence.voteB, validatorIndex: 3, ...extended }
    expect(proofOf({ ...evidence, voteB, timestamp: 7n }).bytes).toEqual(bytes)
  })

  test.each([
    ['votes', votedTwice()],
    ['proposals', proposedTwice()],
  ])('bytes: any one that is changed in a proof of two %s is refused with a reason', (_, piece) => {
    const { bytes } = proofOf(piece)
    const quick = learning(bytes)
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1, 0x80]) {
        const bent = bytes.slice()
        bent[at] = (bent[at] ?? 0) ^ mask
        const verdict = verifyEvidence(bent, trust, quick)
        expect([at, mask, verdict.ok]).toEqual([at, mask, false])
        expect(verdict.ok ? '' : verdict.reason).not.toBe('')
      }
    }
    for (let length = 0; length < bytes.length; length += 7) {
      expect(verifyEvidence(bytes.subarray(0, length), trust, quick).ok).toBe(false)
    }
    expect(verifyEvidence(Uint8Array.of(...bytes, 0), trust).ok).toBe(false)
  })

  test('text: any byte that is changed, left out or added is refused with a reason', () => {
    const text = toUtf8(formatEvidenceProof(proofOf(votedTwice())))
    const quick = learning(text)
    for (let at = 0; at < text.length; at++) {
      const bent = text.slice()
      bent[at] = (bent[at] ?? 0) ^ 1
      for (const wrong of [bent, withoutByte(text, at)]) {
        const verdict = verifyEvidence(wrong, trust, quick)
        expect([at, verdict.ok]).toEqual([at, false])
        expect(verdict.ok ? '' : verdict.reason).not.toBe('')
      }
    }
    expect(refusalOf(verifyEvidence(`${formatEvidenceProof(proofOf(votedTwice()))} `, trust))).toBe(
      `malformed: byte ${text.length} is not as the one text form has it`,
    )
  })

  test('words: what they say must be what the proof says', () => {
    const text = formatEvidenceProof(proofOf(votedTwice()))
    const saying = (from: string, to: string): string =>
      refusalOf(verifyEvidence(text.replace(from, to), trust))
    const differs = (name: string, said: string): string =>
      `malformed: the member "${name}" is not what the proof says: ${said}`
    expect(saying('"height": "5"', '"height": "6"')).toBe(differs('height', '"5"'))
    expect(saying('"round": 2', '"round": 1')).toBe(differs('round', '2'))
    expect(saying(who, `00${who.slice(2)}`)).toBe(differs('validator', `"${who}"`))
    expect(saying('DuplicateVote', 'DoubleProposal')).toBe(differs('kind', '"DuplicateVote"'))
    expect(saying(CHAIN_ID, 'other')).toBe(differs('chain_id', `"${CHAIN_ID}"`))
    expect(saying('"version": 1', '"version": 2')).toBe(differs('version', '1'))
    expect(saying('"version": 1', '"version": 3')).toMatch(/^unknown-version: a proof of version 3/)
    expect(saying('quadrille/evidence', 'quadrille/finality')).toMatch(/^malformed: the member "ty/)
  })

  test('trust: another chain, other keys and other powers are told apart', () => {
    const proof = proofOf(votedTwice())
    const by = (change: Partial<EvidenceTrust>): string =>
      refusalOf(verifyEvidence(proof, { ...trust, ...change }))
    expect(by({ chainId: 'other' })).toBe(`other-chain: it is of chain "${CHAIN_ID}", not "other"`)
    expect(by({ validators: [] })).toBe('unusable-trust: the trusted validators: there are none')
    const short = [{ pubKey: Uint8Array.of(1), votingPower: 1n }]
    expect(by({ validators: short })).toContain('unusable-trust: the trusted validators: key 0')
    const strangers = [{ pubKey: keyOf(9).pubKey, votingPower: 100n }]
    expect(by({ validators: strangers })).toContain(`not-trusted: ${who} is none of the validators`)
    const { validators: weaker } = setOfPowers(40n, 29n, 20n, 10n).validatorSet
    expect(by({ validators: weaker })).toContain('not-trusted: validator power 30, trusted')
    const { validators: more } = setOfPowers(41n, 30n, 20n, 10n).validatorSet
    expect(by({ validators: more })).toContain('not-trusted: total power 100, trusted')
  })

  test('framing: no one is accused by signatures that are not two of his', () => {
    const votes = votedTwice()
    const victim = KEYED.keys[0]!
    const alike = signVote(VILLAIN, { ...votes.voteA, timestamp: 1n })
    expect(refusalOf(forged({ ...votes, voteB: alike }))).toContain('wrong order')
    const later = signVote(VILLAIN, { ...votes.voteB, round: 3 })
    expect(refusalOf(forged({ ...votes, voteB: later }))).toContain('one height, round and type')
    const elsewhere = signVote(VILLAIN, votes.voteB, 'other-chain')
    expect(refusalOf(forged({ ...votes, voteB: elsewhere }))).toBe(
      'bad-signature: the signature of vote B is wrong',
    )
    const { address: validatorAddress } = victim
    const [voteA, voteB] = [votes.voteA, votes.voteB].map((vote) => ({ ...vote, validatorAddress }))
    const blamed = { ...votes, voteA: voteA!, voteB: voteB!, validatorPower: 40n }
    expect(refusalOf(forged(blamed))).toBe('malformed: the key is not that of the accused')
    expect(refusalOf(forged(blamed, victim.pubKey))).toContain('signature of vote A is wrong')
    const proposals = { ...proposedTwice(), validatorAddress, validatorPower: 40n }
    expect(refusalOf(forged(proposals, victim.pubKey))).toContain('signature of proposal A is')
    const { proposalA, proposalB } = proposedTwice()
    const unsigned = { ...proposalB, signature: proposalA.signature }
    expect(refusalOf(forged({ ...proposedTwice(), proposalB: unsigned }))).toBe(
      'bad-signature: the signature of proposal B is wrong',
    )
  })

  test('form: what is no proof, too long or of another kind is refused', () => {
    const read = (bytes: Uint8Array): string => {
      const proof = readEvidenceProof(bytes)
      return proof.ok ? 'read' : proof.error.reason
    }
    expect(read(new Uint8Array(0))).toContain('does not begin with QEVI')
    expect(read(new Uint8Array(MAX_EVIDENCE_PROOF_BYTES + 1))).toContain('the largest proof has')
    expect(read(new Uint8Array(MAX_EVIDENCE_TEXT_BYTES + 1).fill(0x7b))).toContain('the largest')
    const { bytes } = proofOf(votedTwice())
    expect(read(bytes.with(4, 9))).toBe('a proof of version 9; versions 1 and 2 are known here')
    expect(read(bytes.with(4, 2))).not.toBe('read')
    const long = Uint8Array.of(...bytes, ...new Uint8Array(4096))
    expect(read(long)).toBe('two signatures take 4096 bytes at most')
    expect(
      read(toUtf8(JSON.stringify({ type: 'quadrille/evidence-proof', version: 1 }))),
    ).toContain('is no base64')
    const text = { type: 'quadrille/evidence-proof', version: 1, proof: toBase64(bytes) }
    expect(read(toUtf8(JSON.stringify(text)))).toContain('the member "chain_id" is not')
  })

  test('making: what would not verify is not made', () => {
    const wrong = { ...votedTwice(), validatorPower: 31n }
    const made = proveEvidence(wrong, ground, crypto)
    expect(made).toEqual({ ok: false, error: 'validator power 31, trusted for height 5 30' })
    const strangers = { chainId: CHAIN_ID, validatorSet: setOfPowers(1n).validatorSet }
    expect(proveEvidence(votedTwice(), strangers)).toMatchObject({ ok: false })
    const elsewhere = { chainId: 'other', validatorSet }
    expect(proveEvidence(votedTwice(), elsewhere)).toMatchObject({ ok: false })
  })
})

function withoutByte(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1))
}
