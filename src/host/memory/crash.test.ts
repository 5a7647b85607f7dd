// What a crash leaves of files and stores in memory.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import { MemoryClock } from './clock.ts'
import { MemoryFiles } from './files.ts'
import { MemoryKeyValueStore } from './key-value-store.ts'

const textOf = async (files: MemoryFiles, path: string): Promise<string | null> => {
  const bytes = await files.readFile(path)
  return bytes === null ? null : fromUtf8(bytes)
}

describe('files in memory', () => {
  test('files in memory: a crash keeps what was synced and what it is told to', async () => {
    const open = async (): Promise<MemoryFiles> => {
      const files = new MemoryFiles()
      await files.makeDirectory('/d')
      const log = await files.openAppend('/d/log')
      await log.append(toUtf8('synced '))
      await log.sync()
      await log.append(toUtf8('written '))
      await log.append(toUtf8('last'))
      return files
    }
    expect((await open()).unsyncedChanges).toBe(2)
    expect(await textOf((await open()).crash(), '/d/log')).toBe('synced ')
    expect(
      await textOf(
        (await open()).crash(() => true),
        '/d/log',
      ),
    ).toBe('synced written last')
    expect(
      await textOf(
        (await open()).crash((_, i) => i === 0),
        '/d/log',
      ),
    ).toBe('synced written ')
    expect(
      await textOf(
        (await open()).crash((_, i) => i === 1),
        '/d/log',
      ),
    ).toBe('synced \0\0\0\0\0\0\0\0last')
    expect(
      await textOf(
        (await open()).crash((_, i) => i === 0 && 3),
        '/d/log',
      ),
    ).toBe('synced wri')
  })

  test('files in memory: a replaced file is old or new after a crash at any step', async () => {
    const seen = new Set<string | null>()
    for (let crashAt = 0; crashAt < 5; crashAt++) {
      for (let kept = 0; kept < 8; kept++) {
        let step = -1
        let after: MemoryFiles | null = null
        const files: MemoryFiles = new MemoryFiles({
          beforeStep: () => {
            if (step < 0 || step++ !== crashAt) return
            after = files.crash((_, i) => ((kept >> i) & 1) === 1)
          },
        })
        await files.makeDirectory('/d')
        await files.writeFileDurable('/d/f', toUtf8('old'), { mode: 0o600 })
        step = 0
        await expect(
          files.writeFileDurable('/d/f', toUtf8('new'), { mode: 0o600 }),
        ).rejects.toEqual(expect.objectContaining({ code: 'PORTS_CLOSED' }))
        seen.add(await textOf(after ?? files, '/d/f'))
      }
    }
    expect(seen).toEqual(new Set(['new', 'old']))
  })

  test('files in memory: after a failed sync every later call fails alike', async () => {
    let armed = false
    const files = new MemoryFiles({
      beforeStep: ({ kind }) => {
        if (armed && kind === 'sync') throw new Error('EIO: injected')
      },
    })
    await files.makeDirectory('/d')
    const log = await files.openAppend('/d/log')
    armed = true
    const failed = expect.objectContaining({ code: 'PORTS_SYNC_FAILED' })
    await expect(log.sync()).rejects.toEqual(failed)
    armed = false
    await expect(log.sync()).rejects.toEqual(failed)
    await expect(log.append(toUtf8('x'))).rejects.toEqual(failed)
    await expect(log.truncate(0)).rejects.toEqual(failed)
  })

  test('files in memory: after a crash the old world is dead', async () => {
    const files = new MemoryFiles()
    await files.makeDirectory('/d')
    const log = await files.openAppend('/d/log')
    files.crash()
    const down = expect.objectContaining({ code: 'PORTS_CLOSED' })
    await expect(log.append(toUtf8('x'))).rejects.toEqual(down)
    await expect(files.readFile('/d/log')).rejects.toEqual(down)
    await expect(files.list('/d')).rejects.toEqual(down)
  })
})

describe('key-value store in memory', () => {
  test('key-value store in memory: a crash loses a suffix of the unsynced batches', async () => {
    const key = Uint8Array.of(1)
    const open = async (): Promise<MemoryKeyValueStore> => {
      const store = new MemoryKeyValueStore()
      await store.batch([{ put: [key, Uint8Array.of(1)] }], { sync: true })
      await store.batch([{ put: [key, Uint8Array.of(2)] }], { sync: false })
      await store.batch([{ del: key }], { sync: false })
      return store
    }
    expect((await open()).unsyncedBatches).toBe(2)
    expect(await (await open()).crash().get(key)).toEqual(Uint8Array.of(1))
    expect(await (await open()).crash(1).get(key)).toEqual(Uint8Array.of(2))
    expect(await (await open()).crash(2).get(key)).toBeUndefined()
  })

  test('key-value store in memory: a lost batch leaves what was there before it', async () => {
    const [key, other] = [toUtf8('k'), toUtf8('o')]
    const store = new MemoryKeyValueStore()
    const before = [{ put: [key, Uint8Array.of(1)] }, { put: [other, Uint8Array.of(5)] }] as const
    await store.batch(before, { sync: true })
    const lost = [{ put: [key, Uint8Array.of(2)] }, { del: other }, { del: key }] as const
    await store.batch(lost, { sync: false })
    expect(await store.getMany([key, other])).toEqual([undefined, undefined])
    const values = [Uint8Array.of(1), Uint8Array.of(5)]
    expect(await store.crash().getMany([key, other])).toEqual(values)
  })

  test('key-value store in memory: a failed synced batch fails every later one', async () => {
    let armed = true
    const store = new MemoryKeyValueStore({
      beforeBatch: () => {
        if (armed) throw new Error('EIO: injected')
      },
    })
    const put = { put: [Uint8Array.of(1), Uint8Array.of(1)] } as const
    await expect(store.batch([put], { sync: true })).rejects.toThrow('injected')
    armed = false
    await expect(store.batch([put], { sync: true })).rejects.toThrow('injected')
    expect(await store.get(Uint8Array.of(1))).toBeUndefined()
  })
})

describe('clock in memory', () => {
  test('clock in memory: timers fire in order of time, also those set meanwhile', () => {
    const clock = new MemoryClock()
    const fired: string[] = []
    const note = (name: string) => (): void => void fired.push(`${name} at ${clock.monotonicMs()}`)
    clock.setTimer(30, note('c'))
    clock.setTimer(10, () => {
      note('a')()
      clock.setTimer(5, note('b'))
      clock.setTimer(100, note('too late'))
    })
    expect(clock.nextTimerMs()).toBe(10)
    clock.advance(50)
    expect(fired).toEqual(['a at 10', 'b at 15', 'c at 30'])
    expect([clock.monotonicMs(), clock.now(), clock.nextTimerMs()]).toEqual([50, 50_000_000n, 60])
  })
})
