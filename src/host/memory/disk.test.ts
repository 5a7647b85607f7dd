// A whole disk: one order of steps for files and stores, images after any step, faults.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import {
  failStep,
  fullDisk,
  keepDrawn,
  MemoryClock,
  MemoryDisk,
  MemoryKeyValueStore,
  MemoryRandom,
} from './index.ts'
import type { Keep, MemoryDiskOptions } from './index.ts'

const KEY = Uint8Array.of(7)
const MODE = { mode: 0o600 }

/** Writes to a log, a small file and a store, all that a node does to its disk. */
async function work(disk: MemoryDisk): Promise<void> {
  const { files } = disk
  const store = disk.openStore('blocks')
  await files.makeDirectory('/d')
  const log = await files.openAppend('/d/log')
  await log.reserve(600)
  for (let i = 1; i <= 3; i++) {
    await log.append(toUtf8(`record ${i} `))
    await Promise.all([log.sync(), files.writeFileDurable('/d/state', toUtf8(`at ${i}`), MODE)])
    await store.batch([{ put: [KEY, Uint8Array.of(i)] }], { sync: i % 2 === 1 })
  }
  await files.remove('/d/state')
}

/** All that can be read of a disk. */
async function contentOf(disk: MemoryDisk): Promise<string[]> {
  const names = await disk.files.list('/d')
  const texts = await Promise.all(
    names.map(async (name) => {
      const bytes = (await disk.files.readFile(`/d/${name}`)) ?? new Uint8Array(0)
      return `${name} ${bytes.length} ${fromUtf8(bytes)}`
    }),
  )
  return [...texts, `store ${String(await disk.openStore('blocks').get(KEY))}`]
}

/** The disk of a run that lost power before a step. */
async function crashedAt(index: number, keep: Keep): Promise<MemoryDisk> {
  let left: MemoryDisk | null = null
  const disk: MemoryDisk = new MemoryDisk({
    beforeStep: (step) => {
      if (step.index === index) left = disk.crash(keep)
    },
  })
  await work(disk).catch(() => undefined)
  return left ?? disk.crash(keep)
}

const drawFrom = (seed: number): ((below: number) => number) => {
  const random = new MemoryRandom(seed)
  return (below) => new DataView(random.bytes(4).buffer).getUint32(0) % below
}

describe('disk in memory', () => {
  test('disk: a recording gives the image after every step, as a crash there does', async () => {
    const disk = new MemoryDisk({ isRecorded: true })
    await work(disk)
    const { recording } = disk
    expect(recording.steps.map(({ index }) => index)).toEqual(
      Array.from({ length: disk.steps }, (_, i) => i),
    )
    let images = 0
    for (let step = 0; step <= disk.steps; step++) {
      for (let seed = 0; seed < 8; seed++) {
        const keeps = [(): boolean => false, (): boolean => true]
        const keep = (): Keep => keeps[seed] ?? keepDrawn(drawFrom(seed))
        const image = new MemoryDisk({}, recording.imageAfter(step, keep()))
        expect(await contentOf(image)).toEqual(await contentOf(await crashedAt(step, keep())))
        images++
      }
    }
    expect(images).toBe((disk.steps + 1) * 8)
    expect(disk.steps).toBe(30)
  })

  test('disk: images can be asked for in any order and change nothing of each other', async () => {
    const disk = new MemoryDisk({ isRecorded: true })
    await work(disk)
    const { recording } = disk
    const at = async (step: number): Promise<string[]> =>
      contentOf(
        new MemoryDisk(
          {},
          recording.imageAfter(step, () => true),
        ),
      )
    const before = await at(12)
    const other = new MemoryDisk(
      {},
      recording.imageAfter(12, () => true),
    )
    await other.openStore('blocks').batch([{ put: [KEY, Uint8Array.of(99)] }], { sync: true })
    await other.files.writeFileDurable('/d/log', toUtf8('gone'), MODE)
    await at(29)
    expect(await at(12)).toEqual(before)
  })

  test('disk: an unsynced batch is lost or kept, a synced one keeps those before it', async () => {
    const disk = new MemoryDisk()
    const store = disk.openStore('s')
    for (const [i, sync] of [true, false, false].entries()) {
      await store.batch([{ put: [KEY, Uint8Array.of(i)] }], { sync })
    }
    const left = async (keep: Keep): Promise<Uint8Array | undefined> => {
      const image = disk.crash(keep).openStore('s')
      return image.get(KEY)
    }
    expect(await left(() => false)).toEqual(Uint8Array.of(0))
    // The second alone is no suffix less: what came before it is lost with it.
    expect(await left((_, index) => index === 1)).toEqual(Uint8Array.of(0))
    expect(await left((_, index) => index === 0)).toEqual(Uint8Array.of(1))
    expect(await left(() => true)).toEqual(Uint8Array.of(2))
  })

  test('disk: a write may be torn by sectors', async () => {
    const disk = new MemoryDisk()
    const log = await disk.files.openAppend('/log')
    await log.append(new Uint8Array(500).fill(1))
    await log.sync()
    await log.append(new Uint8Array(1000).fill(2))
    const image = disk.crash(() => (sector) => sector === 1)
    const bytes = (await image.files.readFile('/log')) ?? new Uint8Array(0)
    expect([bytes.length, bytes[499], bytes[511], bytes[512], bytes[1023]]).toEqual([
      1024, 1, 0, 2, 2,
    ])
  })
})

describe('faults of a disk in memory', () => {
  const failing = (options: MemoryDiskOptions): MemoryDisk => new MemoryDisk(options)

  test('disk: after a failed sync the bytes are lost, though a later sync succeeds', async () => {
    const disk = failing({ beforeStep: failStep(3) })
    await (await disk.files.openAppend('/log')).close()
    const log = await disk.files.openAppend('/log')
    await log.append(toUtf8('lost'))
    await expect(log.sync()).rejects.toEqual(expect.objectContaining({ code: 'PORTS_SYNC_FAILED' }))
    await log.close()
    const again = await disk.files.openAppend('/log')
    await again.append(toUtf8('kept'))
    await again.sync()
    expect(fromUtf8((await disk.files.readFile('/log')) ?? KEY)).toBe('lostkept')
    const image = disk.crash(() => true)
    expect(fromUtf8((await image.files.readFile('/log')) ?? KEY)).toBe('\0\0\0\0kept')
  })

  test('disk: a batch whose sync failed is not seen, and may be there after a crash', async () => {
    const seen: (Uint8Array | undefined)[] = []
    for (const kept of [false, true]) {
      const disk = failing({ beforeStep: failStep(0) })
      const store = disk.openStore('s')
      const batch = store.batch([{ put: [KEY, KEY] }], { sync: true })
      await expect(batch).rejects.toEqual(expect.objectContaining({ code: 'PORTS_IO_FAILED' }))
      expect(await store.get(KEY)).toBeUndefined()
      await expect(store.batch([{ del: KEY }], { sync: false })).rejects.toThrow('EIO')
      seen.push(
        await disk
          .crash(() => kept)
          .openStore('s')
          .get(KEY),
      )
    }
    expect(seen).toEqual([undefined, KEY])
  })

  test('disk: a full disk takes half of a write, and nothing until there is room', async () => {
    const disk = failing({ beforeStep: fullDisk(3, 5) })
    const log = await disk.files.openAppend('/log')
    await log.append(toUtf8('before '))
    const full = expect.objectContaining({ code: 'PORTS_NO_SPACE' })
    await expect(log.append(toUtf8('1234'))).rejects.toEqual(full)
    await expect(disk.openStore('s').batch([{ del: KEY }], { sync: true })).rejects.toEqual(full)
    await disk.openStore('s').batch([{ put: [KEY, KEY] }], { sync: true })
    const image = disk.crash(() => true)
    expect(fromUtf8((await image.files.readFile('/log')) ?? KEY)).toBe('before 12')
  })

  test('disk: a turned bit is read from then on, also after a crash', async () => {
    const disk = new MemoryDisk()
    await disk.files.writeFileDurable('/f', Uint8Array.of(0, 0), MODE)
    await disk.openStore('s').batch([{ put: [KEY, Uint8Array.of(0)] }], { sync: true })
    expect(disk.stored().map(({ bytes }) => bytes)).toEqual([2, 1])
    for (const { at, bytes } of disk.stored()) disk.flipBit(at, 8 * bytes - 1)
    const image = disk.crash()
    expect(await image.files.readFile('/f')).toEqual(Uint8Array.of(0, 128))
    expect(await image.openStore('s').get(KEY)).toEqual(Uint8Array.of(128))
  })

  test('disk: what is read may be changed on its way', async () => {
    const disk = failing({ onRead: (_, bytes) => void (bytes[0] = 1) })
    await disk.files.writeFileDurable('/f', Uint8Array.of(0, 0), MODE)
    expect(await disk.files.readFile('/f')).toEqual(Uint8Array.of(1, 0))
    expect(await disk.files.readRange('/f', 1, 1)).toEqual(Uint8Array.of(1))
  })

  test('disk: slow steps keep the order of batches', async () => {
    const waiting: (() => void)[] = []
    const delay = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
    const store = failing({ delay }).openStore('s')
    const first = store.batch([{ put: [KEY, Uint8Array.of(1)] }], { sync: false })
    const second = store.batch([{ put: [KEY, Uint8Array.of(2)] }], { sync: false })
    await new Promise(setImmediate)
    expect(waiting.length).toBe(1)
    waiting.shift()?.()
    await first
    await new Promise(setImmediate)
    waiting.shift()?.()
    await second
    expect(await store.get(KEY)).toEqual(Uint8Array.of(2))
  })

  test('store: keys are in order whatever came and went in between', async () => {
    const draw = drawFrom(5)
    const store = new MemoryKeyValueStore()
    const model = new Map<number, number>()
    for (let i = 0; i < 300; i++) {
      const key = draw(64)
      const isPut = draw(3) > 0
      await store.batch(
        [isPut ? { put: [Uint8Array.of(key), Uint8Array.of(i)] } : { del: Uint8Array.of(key) }],
        { sync: true },
      )
      if (isPut) model.set(key, i & 255)
      else model.delete(key)
      if (draw(4) > 0) continue
      const found: number[] = []
      for await (const [bytes] of store.iterate({ limit: 100 })) found.push(bytes[0] ?? -1)
      expect(found).toEqual([...model.keys()].toSorted((a, b) => a - b))
    }
  })
})

describe('clock in memory with many timers', () => {
  test('clock: timers fire in order though many of them are called off', () => {
    const draw = drawFrom(9)
    const clock = new MemoryClock()
    const fired: number[] = []
    const expected: { readonly ms: number; readonly order: number }[] = []
    for (let order = 0; order < 1000; order++) {
      const ms = draw(50)
      const timer = clock.setTimer(ms, () => fired.push(order))
      if (draw(4) > 0) timer.cancel()
      else expected.push({ ms, order })
    }
    clock.advance(100)
    expect(fired).toEqual(
      expected.toSorted((a, b) => a.ms - b.ms || a.order - b.order).map(({ order }) => order),
    )
    expect(clock.nextTimerMs()).toBeNull()
  })
})
