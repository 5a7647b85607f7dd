// Bit arrays do what arrays of booleans do, in CometBFT's text and words.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { BitArray } from './index.ts'

const bools = fc.array(fc.boolean(), { maxLength: 140 })
const of = (text: string): BitArray => BitArray.fromBools(Array.from(text, (bit) => bit === 'x'))
const inner = (array: BitArray): string => array.toString().replace(/^BA\{\d+:|\}$/g, '')

test('bit array: has the text of CometBFT', () => {
  expect(of('x__x').toString()).toBe('BA{4:x__x}')
  expect(new BitArray(0).toString()).toBe('BA{0:}')
})

test('bit array: or is as long as the longer, and as the shorter, sub as the first', () => {
  expect(inner(of('x_x').or(of('_x___')))).toBe('xxx__')
  expect(inner(of('_x___').or(of('x_x')))).toBe('xxx__')
  expect(inner(of('xx_xx').and(of('x_x')))).toBe('x__')
  expect(inner(of('x_x').and(of('xx_xx')))).toBe('x__')
  expect(inner(of('xxx').sub(of('x')))).toBe('_xx')
  expect(inner(of('xx').sub(of('_xxx')))).toBe('x_')
  expect(inner(of('x_x').not())).toBe('_x_')
})

test('bit array: operations leave their arguments alone', () => {
  const [a, b] = [of('x_'), of('_x')]
  a.or(b).set(0, false)
  a.and(b).set(0, true)
  a.sub(b).set(0, false)
  a.not().set(0, true)
  a.copy().set(1, true)
  expect([inner(a), inner(b)]).toEqual(['x_', '_x'])
})

test('bit array: indexes outside read as false and are not set', () => {
  const array = new BitArray(33)
  for (const index of [-1, 33, 63, 64, 1e9, Number.NaN]) {
    array.set(index, true)
    expect(array.get(index)).toBe(false)
  }
  expect(array.isEmpty()).toBe(true)
})

test('bit array: counts, lists and negates as booleans do', () => {
  const property = fc.property(bools, (bits) => {
    const array = BitArray.fromBools(bits)
    const set = bits.flatMap((bit, i) => (bit ? [i] : []))
    const negated = bits.flatMap((bit, i) => (bit ? [] : [i]))
    expect(array.size).toBe(bits.length)
    expect(array.indexes()).toEqual(set)
    expect(array.not().indexes()).toEqual(negated)
    expect(array.ones()).toBe(set.length)
    expect(array.isEmpty()).toBe(set.length === 0)
    expect(array.isFull()).toBe(negated.length === 0)
    expect(bits.every((bit, i) => array.get(i) === bit)).toBe(true)
  })
  expect(() => fc.assert(property)).not.toThrow()
})

test('bit array: survives its 64-bit words, excess bits and words cut', () => {
  const property = fc.property(bools, (bits) => {
    const array = BitArray.fromBools(bits)
    expect(array.elems).toHaveLength(Math.ceil(bits.length / 64))
    expect(BitArray.fromElems(bits.length, array.elems).toString()).toBe(array.toString())
  })
  expect(() => fc.assert(property)).not.toThrow()
  expect(of(`${'_'.repeat(63)}xx`).elems).toEqual([2n ** 63n, 1n])
  expect(BitArray.fromElems(3, [2n ** 64n - 1n, 5n]).elems).toEqual([7n])
  expect(BitArray.fromElems(70, [1n]).indexes()).toEqual([0])
})

test('bit array: a bit set and cleared is as before', () => {
  const array = new BitArray(64)
  array.set(31, true)
  array.set(63, true)
  expect(array.indexes()).toEqual([31, 63])
  array.set(31, false)
  expect(array.indexes()).toEqual([63])
})

test('bit array: nextNotIn walks the bits that another lacks', () => {
  const bits = fc.array(fc.boolean(), { maxLength: 100 })
  fc.assert(
    fc.property(bits, bits, (ours, theirs) => {
      const [a, b] = [BitArray.fromBools(ours), BitArray.fromBools(theirs)]
      const found: number[] = []
      for (let i = a.nextNotIn(b, 0); i >= 0; i = a.nextNotIn(b, i + 1)) found.push(i)
      expect(found).toEqual(a.sub(b).indexes())
    }),
  )
})
