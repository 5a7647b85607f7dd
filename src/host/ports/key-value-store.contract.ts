// What every key-value store must do, open, reopened and closed.

import { afterEach, describe, expect, test } from 'vitest'
import { equalBytes } from '../../core/bytes/index.ts'
import type { KeyRange, KeyValueOperation, KeyValueStore } from './key-value-store.ts'

/** Makes stores on one place, one after the other. */
export interface KeyValueStoreWorld {
  open(): Promise<KeyValueStore>
  /** Frees the place. */
  end(): Promise<void>
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)
const put = (key: Uint8Array, value: Uint8Array): KeyValueOperation => ({ put: [key, value] })
const synced = { sync: true }

async function entries(store: KeyValueStore, range: KeyRange): Promise<number[][][]> {
  const found: number[][][] = []
  for await (const [key, value] of store.iterate(range)) found.push([[...key], [...value]])
  return found
}

/** Registers the suite for one implementation. */
export function keyValueStoreContract(name: string, makeWorld: () => KeyValueStoreWorld): void {
  describe(`key-value store port, ${name}`, () => {
    const worlds: KeyValueStoreWorld[] = []
    const makeTracked = (): KeyValueStoreWorld => {
      const world = makeWorld()
      worlds.push(world)
      return world
    }
    const openNew = (): Promise<KeyValueStore> => makeTracked().open()
    afterEach(async () => {
      for (const world of worlds.splice(0)) await world.end()
    })

    test('key-value store: gets what a batch put, undefined otherwise', async () => {
      const store = await openNew()
      await store.batch([put(bytes(1), bytes(10)), put(bytes(2), bytes())], { sync: false })
      expect(await store.get(bytes(1))).toEqual(bytes(10))
      expect(await store.get(bytes(2))).toEqual(bytes())
      expect(await store.get(bytes(3))).toBeUndefined()
      expect(await store.getMany([bytes(3), bytes(1), bytes(1)])).toEqual([
        undefined,
        bytes(10),
        bytes(10),
      ])
      expect(await store.getMany([])).toEqual([])
    })

    test('key-value store: in a batch the last operation on a key counts', async () => {
      const store = await openNew()
      await store.batch(
        [put(bytes(1), bytes(1)), { del: bytes(1) }, put(bytes(1), bytes(2))],
        synced,
      )
      expect(await store.get(bytes(1))).toEqual(bytes(2))
      await store.batch([put(bytes(1), bytes(3)), { del: bytes(1) }, { del: bytes(9) }], synced)
      expect(await store.get(bytes(1))).toBeUndefined()
    })

    test('key-value store: batches apply in the order of the calls', async () => {
      const store = await openNew()
      const key = bytes(7)
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.batch([put(key, bytes(i))], { sync: i % 7 === 0 }),
        ),
      )
      expect(await store.get(key)).toEqual(bytes(49))
    })

    test('key-value store: an empty batch is fine', async () => {
      const store = await openNew()
      await store.batch([], synced)
      expect(await entries(store, { limit: 1 })).toEqual([])
    })

    test('key-value store: keeps its own copies and hands out copies', async () => {
      const store = await openNew()
      const key = bytes(1)
      const value = bytes(5, 6)
      await store.batch([put(key, value)], synced)
      key.fill(9)
      value.fill(9)
      const got = await store.get(bytes(1))
      expect(got).toEqual(bytes(5, 6))
      got?.fill(0)
      expect(await store.get(bytes(1))).toEqual(bytes(5, 6))
    })

    test('key-value store: views into larger buffers are stored as what they show', async () => {
      const store = await openNew()
      const buffer = bytes(0, 1, 2, 3, 4)
      await store.batch([put(buffer.subarray(1, 2), buffer.subarray(2, 4))], synced)
      expect(await entries(store, { limit: 9 })).toEqual([[[1], [2, 3]]])
    })

    test('key-value store: iterates in byte order, within bounds, both ways, limited', async () => {
      const store = await openNew()
      const keys = [[1], [1, 0], [1, 255], [2], [128], [255], [255, 255]]
      await store.batch(
        keys.toReversed().map((key) => put(bytes(...key), bytes(0))),
        synced,
      )
      const at = async (range: KeyRange): Promise<number[][]> =>
        (await entries(store, range)).map(([key]) => key as number[])
      expect(await at({ limit: 100 })).toEqual(keys)
      expect(await at({ limit: 100, reverse: true })).toEqual(keys.toReversed())
      expect(await at({ limit: 2 })).toEqual(keys.slice(0, 2))
      expect(await at({ limit: 2, reverse: true })).toEqual(keys.toReversed().slice(0, 2))
      expect(await at({ gte: bytes(1, 0), lt: bytes(128), limit: 100 })).toEqual(keys.slice(1, 4))
      expect(await at({ gte: bytes(1, 1), lt: bytes(129), limit: 100, reverse: true })).toEqual(
        keys.slice(2, 5).toReversed(),
      )
      expect(await at({ gte: bytes(3), lt: bytes(3), limit: 100 })).toEqual([])
      expect(await at({ gte: bytes(9), lt: bytes(3), limit: 100 })).toEqual([])
    })

    test('key-value store: an iteration sees the store as it stood when it began', async () => {
      const store = await openNew()
      await store.batch([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))], synced)
      const seen: number[][] = []
      for await (const [key, value] of store.iterate({ limit: 10 })) {
        seen.push([...key, ...value])
        await store.batch([{ del: bytes(2) }, put(bytes(3), bytes(3))], synced)
      }
      expect(seen).toEqual([
        [1, 1],
        [2, 2],
      ])
    })

    test('key-value store: an iteration can be left early', async () => {
      const store = await openNew()
      await store.batch([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))], synced)
      for await (const [key] of store.iterate({ limit: 10 })) {
        expect(key).toEqual(bytes(1))
        break
      }
      await store.close()
    })

    test('key-value store: reopened, it holds what it held', async () => {
      const world = makeTracked()
      const store = await world.open()
      await store.batch([put(bytes(1), bytes(1))], synced)
      await store.batch([put(bytes(2), bytes(2))], { sync: false })
      await store.close()
      const again = await world.open()
      expect(await entries(again, { limit: 10 })).toEqual([
        [[1], [1]],
        [[2], [2]],
      ])
    })

    test('key-value store: closed, every method rejects; closing twice is fine', async () => {
      const store = await openNew()
      const last = store.batch([put(bytes(1), bytes(1))], synced)
      await Promise.all([store.close(), store.close()])
      await last
      await store.close()
      const closed = expect.objectContaining({ code: 'PORTS_CLOSED' })
      await expect(store.get(bytes(1))).rejects.toEqual(closed)
      await expect(store.getMany([bytes(1)])).rejects.toEqual(closed)
      await expect(store.batch([], synced)).rejects.toEqual(closed)
      await expect(entries(store, { limit: 1 })).rejects.toEqual(closed)
    })

    test('key-value store: values of a megabyte come back whole', async () => {
      const store = await openNew()
      const value = new Uint8Array(1 << 20).map((_, i) => i * 31)
      await store.batch([put(bytes(1), value)], synced)
      const got = await store.get(bytes(1))
      expect(got !== undefined && equalBytes(got, value)).toBe(true)
    })
  })
}
