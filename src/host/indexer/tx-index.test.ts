// A transaction is found where it was committed.

import { describe, expect, test } from 'vitest'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { TxIndex, type IndexedTx } from './index.ts'

const hash = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const OK = { code: 0 }
const FAILED = { code: 5 }

async function filled(): Promise<TxIndex> {
  const index = new TxIndex(new MemoryKeyValueStore())
  const add = (height: bigint, hashes: number[], results: { code: number }[]): Promise<void> =>
    index.add({ height, hashes: hashes.map(hash), results }, { sync: true })
  await add(1n, [1, 2], [OK, FAILED])
  await add(3n, [3], [OK])
  await add(300n, [1, 2, 3], [FAILED, OK, OK])
  return index
}

async function all(items: AsyncIterable<IndexedTx>): Promise<string[]> {
  const found: string[] = []
  for await (const tx of items) found.push(`${tx.height}/${tx.index}:${tx.hash[0]}`)
  return found
}

describe('transaction index', () => {
  test('finds by hash: the last place, unless a success came first', async () => {
    const index = await filled()
    expect(await index.find(hash(1))).toEqual({ height: 1n, index: 0 })
    expect(await index.find(hash(2))).toEqual({ height: 300n, index: 1 })
    expect(await index.find(hash(3))).toEqual({ height: 300n, index: 2 })
    expect(await index.find(hash(9))).toBeNull()
  })

  test('lists a height in the order of its block', async () => {
    const index = await filled()
    expect((await index.atHeight(300n)).map((one) => one[0])).toEqual([1, 2, 3])
    expect(await index.atHeight(2n)).toEqual([])
  })

  test('walks a range both ways and stops at its limit', async () => {
    const index = await filled()
    const range = { from: 1n, to: 300n, limit: 10 }
    const found = ['1/0:1', '1/1:2', '3/0:3', '300/0:1', '300/1:2', '300/2:3']
    expect(await all(index.range(range))).toEqual(found)
    expect(await all(index.range({ ...range, reverse: true }))).toEqual(found.toReversed())
    expect(await all(index.range({ ...range, limit: 4 }))).toEqual(found.slice(0, 4))
    expect(await all(index.range({ ...range, to: 299n }))).toEqual(found.slice(0, 3))
    expect(await all(index.range({ from: 5n, to: 4n, limit: 5 }))).toEqual([])
  })

  test('forgets the blocks below a height, but not what was committed again above it', async () => {
    const index = await filled()
    expect(await index.prune(300n, 1)).toBe(1)
    expect(await index.atHeight(1n)).toEqual([])
    expect(await index.prune(300n, 10)).toBe(1)
    expect(await index.find(hash(1))).toBeNull()
    expect(await index.find(hash(2))).toEqual({ height: 300n, index: 1 })
    expect(await index.prune(300n, 10)).toBe(0)
  })
})
