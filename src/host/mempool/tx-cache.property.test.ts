// The cache of hashes against a list that is searched from end to end.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TxCache } from './tx-cache.ts'

/** Hashes whose searches begin at few places, so that they stand in each other's way. */
const hashes = Array.from({ length: 24 }, (_, i) => {
  const hash = new Uint8Array(32).fill(i)
  hash[0] = 0
  hash[1] = 0
  hash[2] = [0, 1, 15][i % 3] as number
  return hash
})

const steps = fc.array(
  fc.record({
    do: fc.constantFrom('push', 'push', 'push', 'remove', 'clear'),
    which: fc.nat(hashes.length - 1),
  }),
  { maxLength: 120 },
)

describe('TxCache', () => {
  test('cache: remembers what a list of the last seen would', () => {
    fc.assert(
      fc.property(fc.nat(9), steps, (capacity, script) => {
        const cache = new TxCache(capacity)
        let model: number[] = []
        for (const { do: action, which } of script) {
          const hash = hashes[which] as Uint8Array
          const isNew = !model.includes(which)
          if (action === 'clear' && which > 4) continue
          if (action === 'clear') {
            cache.clear()
            model = []
          } else {
            model = model.filter((each) => each !== which)
            if (action === 'remove') cache.remove(hash)
            else {
              expect(cache.push(hash)).toBe(isNew)
              model = capacity === 0 ? [] : [...model, which].slice(-capacity)
            }
          }
          expect(hashes.map((each) => cache.has(each))).toEqual(
            hashes.map((_, i) => model.includes(i)),
          )
          expect(cache.size).toBe(model.length)
        }
      }),
    )
  })
})
