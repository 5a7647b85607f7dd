// The public vectors of ed25519 verification, run against any backend.

import { describe, expect, test } from 'vitest'
import { toHex, toUtf8 } from '../bytes/index.ts'
import type { Crypto } from './index.ts'
import { hex, loadVectors } from './vectors.fixture.ts'

interface Wycheproof {
  readonly testGroups: readonly {
    readonly key: { readonly pk: string; readonly sk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: string
    }[]
  }[]
}

const message = toUtf8('Zcash')
const zip215 = (loadVectors('ed25519/zip215.json') ?? []) as readonly (readonly [string, string])[]
const groups = (loadVectors('ed25519/wycheproof_eddsa.json') as Wycheproof | null)?.testGroups ?? []
const count = groups.reduce((sum, group) => sum + group.tests.length, 0)

/** Declares the tests of one backend. */
export const testEd25519Vectors = (backend: string, crypto: Crypto): void => {
  describe(`ed25519 of the ${backend} backend`, () => {
    test(`zip215.json: all of ${zip215.length} small-order cases are accepted`, () => {
      for (const [pubKey, signature] of zip215) {
        expect(crypto.verifyEd25519(hex(pubKey), message, hex(signature))).toBe(true)
      }
    })
    test(`zip215.json: another message is accepted too in ${zip215.length} cases`, () => {
      // Small-order keys sign everything, which is why they identify nobody.
      for (const [pubKey, signature] of zip215) {
        expect(crypto.verifyEd25519(hex(pubKey), toUtf8('other'), hex(signature))).toBe(true)
      }
    })
    test(`wycheproof_eddsa.json: the verdict is equal in ${count} cases`, () => {
      for (const { key, tests } of groups) {
        for (const { tcId, msg, sig, result } of tests) {
          const verdict = crypto.verifyEd25519(hex(key.pk), hex(msg), hex(sig))
          expect(`${tcId} ${verdict ? 'valid' : 'invalid'}`).toBe(`${tcId} ${result}`)
        }
      }
    })
    test(`wycheproof_eddsa.json: keys and signatures are equal in ${groups.length} groups`, () => {
      for (const { key, tests } of groups) {
        const seed = hex(key.sk)
        expect(toHex(crypto.publicKeyEd25519(seed))).toBe(key.pk)
        for (const { msg, sig, result } of tests) {
          if (result === 'valid') expect(toHex(crypto.signEd25519(seed, hex(msg)))).toBe(sig)
        }
      }
    })
  })
}
