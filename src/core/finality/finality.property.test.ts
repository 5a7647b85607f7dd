// Whatever the bytes: a verdict, never an exception, and never a yes.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { CHAIN_ID } from '../types/chain.fixture.ts'
import { FOUR, decisionOf, proofOf } from './decisions.fixture.ts'
import { verifyFinality } from './index.ts'

/** Every signature holds: what is refused is refused for another reason. */
const gullible: Crypto = { ...nobleCrypto, verifyEd25519: () => true }
const trust = { chainId: CHAIN_ID, validatorsHash: FOUR.validatorSet.hash(nobleCrypto) }
const { bytes: good } = proofOf(decisionOf(5n))

test('finality: arbitrary bytes behind the frame are refused and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      const bytes = concatBytes(good.subarray(0, 5), tail)
      expect(verifyFinality(bytes, trust, gullible).ok).toBe(false)
    }),
  )
})

test('finality: a proof with a stretch cut, doubled or overwritten is refused', () => {
  const place = fc.integer({ min: 0, max: good.length })
  fc.assert(
    fc.property(place, place, fc.uint8Array({ maxLength: 8 }), (from, to, between) => {
      const bytes = concatBytes(good.subarray(0, from), between, good.subarray(to))
      fc.pre(bytes.length !== good.length || bytes.some((byte, at) => byte !== good[at]))
      const verdict = verifyFinality(bytes, trust, nobleCrypto)
      expect(verdict.ok).toBe(false)
    }),
  )
})

test('finality: arbitrary text is refused and never throws', () => {
  fc.assert(
    fc.property(fc.tuple(fc.constantFrom('', '{', '{"type":'), fc.string()), (parts) => {
      expect(verifyFinality(parts.join(''), trust, gullible).ok).toBe(false)
    }),
  )
})
