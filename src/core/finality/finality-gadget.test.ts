// The gadget follows decisions, and refuses to be told two stories.

import { describe, expect, test } from 'vitest'
import { InvariantError } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { CHAIN_ID, setOfPowers } from '../types/chain.fixture.ts'
import { decisionOf } from './decisions.fixture.ts'
import { FinalityGadget, verifyFinality } from './index.ts'
import type { Decision } from './index.ts'

const gadget = (): FinalityGadget => new FinalityGadget({ chainId: CHAIN_ID, crypto })

describe('gadget', () => {
  test('gadget: every decision in order becomes a proof that verifies', () => {
    const watching = gadget()
    const later = setOfPowers(5n, 6n, 7n)
    const seven = decisionOf(7n, { next: later })
    const eight = decisionOf(8n, { keyed: later, before: seven })
    expect(watching.last).toBeNull()
    for (const decision of [seven, eight]) {
      const proof = watching.observe(decision)
      expect(watching.last).toBe(proof)
      const { validatorsHash } = decision.header
      expect(verifyFinality(proof, { chainId: CHAIN_ID, validatorsHash }).ok).toBe(true)
    }
  })

  test('gadget: a second decision, a gap or another past throws and changes nothing', () => {
    const seven = decisionOf(7n)
    const eight = decisionOf(8n, { before: seven })
    const rival = decisionOf(7n, { header: { appHash: Uint8Array.of(1) } })
    const strangers = setOfPowers(1n, 2n, 3n)
    const refused: readonly (readonly [Decision, string])[] = [
      [rival, 'height 7 was decided already'],
      [seven, 'height 7 was decided already'],
      [decisionOf(6n), 'height 6 was decided already'],
      [decisionOf(9n, { before: eight }), 'decision 9 leaves a gap after 7'],
      [decisionOf(8n, { before: rival }), 'decision 8 does not follow decision 7'],
      [decisionOf(8n, { before: seven, keyed: strangers }), 'other validators than 7 named'],
      [{ ...eight, commit: decisionOf(8n).commit }, 'decision 8: the commit is for block'],
    ]
    const watching = gadget()
    const proof = watching.observe(seven)
    for (const [decision, reason] of refused) {
      expect(() => watching.observe(decision)).toThrow(InvariantError)
      expect(() => watching.observe(decision)).toThrow(reason)
      expect(watching.last).toBe(proof)
    }
    expect(watching.observe(eight).header.height).toBe(8n)
  })

  test('gadget: a decision whose commit does not fit is none', () => {
    const seven = decisionOf(7n)
    const [entry, ...rest] = seven.commit.signatures
    if (entry === undefined) throw new Error('no entry')
    const forged = { ...entry, signature: new Uint8Array(64).fill(1) }
    const unfit: readonly (readonly [Decision, string])[] = [
      [decisionOf(7n, { ballots: ['block', 'block', 'nil', 'nil'] }), 'not enough voting power'],
      [{ ...seven, commit: { ...seven.commit, signatures: [forged, ...rest] } }, 'wrong signature'],
      [{ ...seven, commit: { ...seven.commit, round: 1 } }, 'wrong signature'],
      [{ ...seven, validatorSet: setOfPowers(1n, 2n).validatorSet }, 'the validators are not'],
      [decisionOf(7n, { header: { chainId: 'other' } }), 'is of chain other'],
      [decisionOf(7n, { header: { proposerAddress: new Uint8Array(20) } }), 'is no validator'],
    ]
    for (const [decision, reason] of unfit) {
      expect(() => gadget().observe(decision)).toThrow(reason)
    }
  })
})
