// Part sets: cut, received in any order, and parts that do not belong.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError, equalBytes } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { BLOCK_PART_SIZE, MAX_BLOCK_PARTS, PartSet, validatePart } from './index.ts'
import type { Part } from './index.ts'

const bytesOf = (size: number): Uint8Array => new Uint8Array(size).map((_, i) => (i * 31) >> 3)
const whole = PartSet.fromBytes(crypto, bytesOf(2 * BLOCK_PART_SIZE + 10))
const parts = [0, 1, 2].map((index) => whole.get(index)!)

const addAll = (list: readonly Part[]): PartSet => {
  let partSet = PartSet.fromHeader(whole.header)
  for (const part of list) {
    const addition = partSet.add(crypto, part)
    if (addition.kind === 'added') partSet = addition.partSet
  }
  return partSet
}

test('part set: sizes at the borders give the right number of parts', () => {
  const total = (size: number): number => PartSet.fromBytes(crypto, bytesOf(size)).header.total
  const sizes = [1, BLOCK_PART_SIZE, BLOCK_PART_SIZE + 1, 3 * BLOCK_PART_SIZE]
  expect(sizes.map(total)).toEqual([1, 1, 2, 3])
})

test('part set: parts in any order, some twice, make the same bytes', () => {
  const order = fc.array(fc.constantFrom(...parts), { maxLength: 5 })
  fc.assert(
    fc.property(order, (list) => {
      const partSet = addAll(list)
      const present = new Set(list.map((part) => part.index))
      expect(partSet.count).toBe(present.size)
      expect(new Set(partSet.bits.indexes())).toEqual(present)
      expect(partSet.byteSize).toBe([...present].reduce((n, i) => n + parts[i]!.bytes.length, 0))
      expect(partSet.isComplete).toBe(present.size === 3)
      if (partSet.isComplete) expect(equalBytes(partSet.bytes(), whole.bytes())).toBe(true)
      else expect(() => partSet.bytes()).toThrow(InvariantError)
    }),
    { numRuns: 20 },
  )
})

describe('a part that is added', () => {
  const empty = PartSet.fromHeader(whole.header)
  const [first, second, last] = [parts[0]!, parts[1]!, parts[2]!]

  test('part: leaves the old set as it was', () => {
    expect(empty.add(crypto, first).kind).toBe('added')
    expect(empty.count).toBe(0)
    expect(empty.get(0)).toBeNull()
  })

  test('part: one that is there is a duplicate', () => {
    expect(addAll([first]).add(crypto, first).kind).toBe('duplicate')
  })

  test('part: every damage is found', () => {
    const bytes = first.bytes.slice()
    bytes[5] = bytes[5]! ^ 1
    const wrong: readonly Part[] = [
      { ...first, bytes },
      { ...first, index: 3 },
      { ...first, index: -1 },
      { ...first, index: 1 },
      { ...first, proof: second.proof },
      { ...first, proof: { ...first.proof, total: 4n } },
      { ...first, proof: { ...first.proof, aunts: [] } },
      { ...first, bytes: first.bytes.subarray(1) },
      { ...last, bytes: new Uint8Array(BLOCK_PART_SIZE + 1) },
    ]
    for (const part of wrong) expect(empty.add(crypto, part).kind).toBe('invalid')
  })

  test('part: of another block is refused', () => {
    const other = PartSet.fromBytes(crypto, new Uint8Array(2 * BLOCK_PART_SIZE + 10))
    expect(empty.add(crypto, other.get(0)!).kind).toBe('invalid')
  })

  test('structure: only the last part may be short', () => {
    expect(parts.map(validatePart)).toEqual([null, null, null])
    expect(validatePart({ ...second, bytes: second.bytes.subarray(1) })).toContain('65535 bytes')
    expect(validatePart({ ...last, bytes: last.bytes.subarray(1) })).toBeNull()
    expect(validatePart({ ...last, index: 1 })).not.toBeNull()
  })
})

test('part set: a header with more parts than a block has is a bug of the caller', () => {
  const header = { ...whole.header, total: MAX_BLOCK_PARTS + 1 }
  expect(() => PartSet.fromHeader(header)).toThrow(InvariantError)
})
