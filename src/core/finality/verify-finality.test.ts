// Proofs that hold, proofs that do not, and what anybody may do to the bytes of one.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, toUtf8 } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { CHAIN_ID, START, keyOf, setOfPowers } from '../types/chain.fixture.ts'
import { ValidatorSet } from '../types/index.ts'
import { FOUR, decisionOf, proofOf, setOfKeys } from './decisions.fixture.ts'
import { encodeDecision } from './finality-proof.ts'
import { formatFinalityProof, readFinalityProof, verifyFinality } from './index.ts'
import type { Decision, FinalityInput, FinalityTrust, FinalityVerdict } from './index.ts'

const trust = { chainId: CHAIN_ID, validatorsHash: FOUR.validatorSet.hash(crypto) }
const good = proofOf(decisionOf(5n, { ballots: ['block', 'block', 'block', 'nil'] }))

const told = (verdict: FinalityVerdict): string =>
  verdict.ok ? verdict.rule : `${verdict.kind}: ${verdict.reason}`
const verdictOn = (input: FinalityInput, by: FinalityTrust = trust): string =>
  told(verifyFinality(input, by))

const sha256 = (data: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(data).digest())

/** Only the signatures that were made are good: what real verification says, at no cost. */
const remembering = (): Crypto => {
  const made = new Set<string>()
  const keyOf = (...parts: readonly Uint8Array[]): string => parts.map(toHex).join()
  const learning: Crypto = {
    ...crypto,
    verifyEd25519(pubKey, message, signature) {
      const isGood = crypto.verifyEd25519(pubKey, message, signature)
      if (isGood) made.add(keyOf(pubKey, message, signature))
      return isGood
    },
  }
  expect(verifyFinality(good, trust, learning).ok).toBe(true)
  return { ...crypto, sha256, verifyEd25519: (...parts) => made.has(keyOf(...parts)) }
}

/** Changes every byte by every mask; what is accepted, as `byte:mask`. */
const acceptedFlips = (bytes: Uint8Array, masks: readonly number[]): string[] => {
  const accepted: string[] = []
  const backend = remembering()
  expect(verifyFinality(bytes, trust, backend).ok).toBe(true)
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of masks) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ mask)
      const verdict = verifyFinality(changed, trust, backend)
      if (verdict.ok) accepted.push(`${at}:${mask}`)
      else expect(verdict.reason).not.toBe('')
    }
  }
  return accepted
}

describe('finality', () => {
  test('verification: a proof, its bytes and its file are all final', () => {
    const file = formatFinalityProof(good)
    for (const input of [good, good.bytes, file, toUtf8(file)]) {
      const verdict = verifyFinality(input, trust)
      if (!verdict.ok) throw new Error(verdict.reason)
      expect(verdict.signed).toEqual({ validators: 3, votingPower: 30n })
      expect(verdict.proof.header).toEqual(good.header)
      expect(verdict.proof.bytes).toEqual(good.bytes)
    }
  })

  test('verification: any byte of a proof changed is refused with a reason', () => {
    expect(acceptedFlips(good.bytes, [0x01, 0xff])).toEqual([])
  })

  test('verification: any byte of a proof file changed is refused with a reason', () => {
    expect(acceptedFlips(toUtf8(formatFinalityProof(good)), [0x01])).toEqual([])
  })

  test('verification: a byte more or less, at any place, is refused', () => {
    for (const bytes of [good.bytes, toUtf8(formatFinalityProof(good))]) {
      for (const at of [0, 1, 5, 6, 9, bytes.length >> 1, bytes.length - 1, bytes.length]) {
        const more = concatBytes(bytes.slice(0, at), Uint8Array.of(0x20), bytes.slice(at))
        expect(verdictOn(more)).toContain('malformed')
        expect(verdictOn(bytes.slice(0, at)) === 'validators-hash').toBe(at === bytes.length)
      }
    }
  })

  test('verification: what is no proof is refused in words', () => {
    expect(verdictOn('')).toContain('does not begin with QFIN')
    expect(verdictOn('{')).toContain('no JSON object')
    expect(verdictOn('{}')).toContain('"type"')
    expect(verdictOn(good.bytes.with(4, 9))).toBe(
      'unknown-version: a proof of version 9; version 1 is known here',
    )
    const file = formatFinalityProof(good)
    expect(verdictOn(file.replace('"version": 1', '"version": 2'))).toContain('version 2')
    expect(verdictOn(file.replace('"height": "5"', '"height": "6"'))).toBe(
      'malformed: the member "height" is not what the proof says: "5"',
    )
    expect(verdictOn(JSON.stringify(JSON.parse(file)))).toContain('the one text form')
    expect(verdictOn(new Uint8Array(3_000_000))).toContain('the largest proof')
  })

  test('verification: exactly two thirds of the power are not enough, one more is', () => {
    const three = setOfPowers(1n, 1n, 1n)
    const by = { chainId: CHAIN_ID, validatorsHash: three.validatorSet.hash(crypto) }
    const two = decisionOf(5n, { keyed: three, ballots: ['block', 'block', 'absent'] })
    expect(verdictOn(encodeDecision(two), by)).toBe('bad-commit: not enough voting power signed: 2')
    expect(verdictOn(encodeDecision(decisionOf(5n, { keyed: three })), by)).toBe('validators-hash')
  })

  test('verification: header, commit and validators must be of one block', () => {
    const other = decisionOf(5n, { header: { appHash: Uint8Array.of(9) } })
    const later = decisionOf(6n)
    const stranger = setOfPowers(10n, 10n, 10n, 11n)
    const mixed: readonly (readonly [Partial<Decision>, string])[] = [
      [{ commit: other.commit }, 'the commit is for block'],
      [{ commit: later.commit }, 'the commit is of height 6, the header of height 5'],
      [{ validatorSet: stranger.validatorSet }, 'the validators are not those'],
      [{ header: { ...good.header, version: { block: 12n, app: 1n } } }, 'block version 12'],
    ]
    for (const [change, reason] of mixed) {
      const bytes = encodeDecision({ ...good, ...change })
      expect(verdictOn(bytes)).toMatch(/^inconsistent: /)
      expect(verdictOn(bytes)).toContain(reason)
    }
  })

  test('verification: what the validators hash leaves out has one value in a proof', () => {
    const [first, ...rest] = FOUR.validatorSet.validators
    if (first === undefined) throw new Error('no validator')
    const moved = { ...good, header: { ...good.header, proposerAddress: keyOf(99).address } }
    expect(verdictOn(encodeDecision(moved))).toContain('the proposer of the block is no validator')
    const named = [{ ...first, address: keyOf(99).address }, ...rest]
    const validatorSet = ValidatorSet.restore(named, null)
    const renamed = encodeDecision({
      ...good,
      validatorSet,
      header: { ...good.header, proposerAddress: rest[0]?.address ?? first.address },
    })
    expect(verdictOn(renamed)).toContain('address is not that of the public key')
  })

  test('verification: the object of a proof is believed no more than its bytes', () => {
    const forged = { ...good, header: { ...good.header, appHash: Uint8Array.of(1) } }
    const verdict = verifyFinality(forged, trust)
    expect(verdict.ok && verdict.proof.header.appHash).toEqual(good.header.appHash)
  })
})

describe('trust', () => {
  const later = setOfPowers(10n, 10n, 10n, 10n, 10n, 10n)
  const strangers = setOfKeys([11, 1n], [12, 2n], [13, 3n])
  const earlier = (
    proof: FinalityInput,
    changes: { trustingPeriodMs?: number; now?: bigint } = {},
  ): FinalityTrust => ({
    chainId: CHAIN_ID,
    earlier: { proof, trustingPeriodMs: 3_600_000, now: START + 60_000_000_000n, ...changes },
  })

  test('trust: a chain id, a header hash and a validators hash, as bytes or hex', () => {
    const headerHash = good.commit.blockId.hash
    expect(verdictOn(good, { chainId: CHAIN_ID, headerHash })).toBe('header-hash')
    const hex = toHex(headerHash).toUpperCase()
    expect(verdictOn(good, { chainId: CHAIN_ID, headerHash: hex })).toBe('header-hash')
    expect(verdictOn(good, { ...trust, chainId: 'other' })).toBe(
      'other-chain: it is of chain "test-chain", not "other"',
    )
    const wrong = trust.validatorsHash.with(0, 1)
    expect(verdictOn(good, { chainId: CHAIN_ID, validatorsHash: wrong })).toMatch(
      /^not-trusted: its validators are [0-9A-F]{64}, trusted are 01/,
    )
    expect(verdictOn(good, { chainId: CHAIN_ID, headerHash: wrong })).toMatch(
      /^not-trusted: its header is /,
    )
    for (const headerHash of ['', 'zz', new Uint8Array(31)]) {
      expect(verdictOn(good, { chainId: CHAIN_ID, headerHash })).toMatch(/^unusable-trust: /)
    }
  })

  test('trust: a proof of the height before names the validators', () => {
    const four = proofOf(decisionOf(4n, { next: later }))
    const five = encodeDecision(decisionOf(5n, { keyed: later, before: four }))
    expect(verdictOn(five, earlier(four))).toBe('next-validators')
    expect(verdictOn(good, earlier(four))).toContain('not those that height 4 named')
  })

  test('trust: of an earlier proof more than a third must have signed', () => {
    const one = proofOf(decisionOf(1n))
    const nine = encodeDecision(decisionOf(9n, { keyed: later }))
    expect(verdictOn(nine, earlier(one))).toBe('one-third')
    const none = encodeDecision(decisionOf(9n, { keyed: strangers }))
    expect(verdictOn(none, earlier(one))).toMatch(
      /^not-trusted: not more than a third of the validators of height 1 signed it/,
    )
    // Of keys 1 and 2 only the first is left, with a third of the power, then with more.
    const kept = setOfKeys([1, 5n], [11, 5n])
    const ten = encodeDecision(decisionOf(9n, { keyed: kept }))
    const exact = proofOf(decisionOf(1n, { keyed: setOfKeys([1, 10n], [2, 20n]) }))
    expect(verdictOn(ten, earlier(exact))).toContain('not more than a third')
    const more = proofOf(decisionOf(1n, { keyed: setOfKeys([1, 11n], [2, 20n]) }))
    expect(verdictOn(ten, earlier(more))).toBe('one-third')
  })

  test('trust: an earlier proof must be whole, young, earlier and of the chain', () => {
    const one = proofOf(decisionOf(1n))
    const damaged = one.bytes.with(one.bytes.length >> 1, 0)
    expect(verdictOn(good, earlier(damaged))).toMatch(/^unusable-trust: the trusted proof: /)
    expect(verdictOn(good, earlier(one, { trustingPeriodMs: 0 }))).toMatch(/^unusable-trust: /)
    expect(verdictOn(good, earlier(one, { trustingPeriodMs: 1000 }))).toContain('older than it may')
    expect(verdictOn(good, earlier(one, { now: START }))).toBe('one-third')
    expect(verdictOn(good, earlier(one, { now: START - 5_000_000_000n }))).toContain('the future')
    expect(verdictOn(one, earlier(good))).toContain('the trusted proof of height 5')
    expect(verdictOn(good, earlier(good))).toBe('header-hash')
  })

  test('trust: a stranger with a proof costs no signature check', () => {
    let checks = 0
    const counting: Crypto = {
      ...crypto,
      verifyEd25519: (...args) => ((checks += 1), crypto.verifyEd25519(...args)),
    }
    const bytes = encodeDecision(decisionOf(5n, { keyed: strangers }))
    expect(told(verifyFinality(bytes, trust, counting))).toContain('not-trusted')
    expect(checks).toBe(0)
  })
})

describe('reading', () => {
  test('reading: bytes that are changed afterwards change nothing', () => {
    const bytes = good.bytes.slice()
    const read = readFinalityProof(bytes)
    bytes.fill(0)
    expect(read.ok && verdictOn(read.value)).toBe('validators-hash')
  })
})
