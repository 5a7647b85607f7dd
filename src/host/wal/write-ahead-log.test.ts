// The log as its callers see it: order, group commit, heights, rotation, failures.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import type { FileStep } from '../memory/index.ts'
import { MemoryFiles, silentLogger } from '../memory/index.ts'
import { readLog } from './log-reading.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

const path = '/home/data/quadrille/wal'
const small = { path, logger: silentLogger, reserveBytes: 256 }

const openLog = (files: MemoryFiles, segmentBytes = 1024): Promise<WriteAheadLog> =>
  WriteAheadLog.open({ files, ...small, segmentBytes })

const texts = async (log: WriteAheadLog, height: bigint): Promise<string[] | null> =>
  (await log.readSince(height))?.map(fromUtf8) ?? null

/** Files whose steps are recorded, and fail where `fail` says so. */
const recordingFiles = (
  fail: (step: FileStep) => boolean = () => false,
): { files: MemoryFiles; steps: FileStep[] } => {
  const steps: FileStep[] = []
  const files = new MemoryFiles({
    beforeStep: (step) => {
      steps.push(step)
      if (fail(step)) throw new Error('EIO: injected')
    },
  })
  return { files, steps }
}

test('write-ahead log: gives back records in order, across close and open', async () => {
  const files = new MemoryFiles()
  const log = await openLog(files)
  for (let i = 0; i < 5; i++) log.append(toUtf8(`record ${i}`))
  await log.close()
  const again = await openLog(files)
  again.append(toUtf8('record 5'))
  expect(await texts(again, 0n)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `record ${i}`))
  await again.close()
})

test('write-ahead log: an empty record is a record', async () => {
  const log = await openLog(new MemoryFiles())
  log.append(toUtf8(''))
  log.append(toUtf8('x'))
  expect(await texts(log, 0n)).toEqual(['', 'x'])
})

test('write-ahead log: reads since a height, all before the first, null if unknown', async () => {
  const files = new MemoryFiles()
  const log = await openLog(files)
  log.append(toUtf8('a1'))
  expect(await texts(log, 0n)).toEqual(['a1'])
  expect(await texts(log, 99n)).toEqual(['a1'])
  log.endHeight(1n)
  log.append(toUtf8('b1'))
  log.append(toUtf8('b2'))
  log.endHeight(2n)
  log.append(toUtf8('c1'))
  await log.close()
  const again = await openLog(files)
  expect(await texts(again, 2n)).toEqual(['c1'])
  expect(await texts(again, 1n)).toEqual(['b1', 'b2', 'c1'])
  expect(await texts(again, 0n)).toBeNull()
  expect(await texts(again, 3n)).toBeNull()
})

describe('write-ahead log: durability', () => {
  test('write-ahead log: what a sync covered survives a crash', async () => {
    const files = new MemoryFiles()
    const log = await openLog(files)
    log.append(toUtf8('before'))
    await log.sync()
    log.append(toUtf8('after'))
    const again = await openLog(files.crash())
    expect(await texts(again, 0n)).toEqual(['before'])
  })

  test('write-ahead log: callers of one moment share one sync, later ones the next', async () => {
    const { files, steps } = recordingFiles()
    const log = await openLog(files, 1 << 20)
    steps.length = 0
    const waiting: Promise<void>[] = []
    for (let i = 0; i < 10; i++) {
      log.append(toUtf8(`record ${i}`))
      waiting.push(log.sync())
    }
    await Promise.all(waiting)
    const kinds = steps.filter(({ path: at }) => at.endsWith('.log')).map(({ kind }) => kind)
    // The first caller starts a sync at once; the nine that come while it runs share the second.
    expect(kinds.filter((kind) => kind === 'sync')).toHaveLength(2)
    expect(kinds.filter((kind) => kind === 'write').length).toBeLessThanOrEqual(2)
  })

  test('write-ahead log: a sync with nothing new touches no disk', async () => {
    const { files, steps } = recordingFiles()
    const log = await openLog(files)
    log.append(toUtf8('x'))
    await log.sync()
    steps.length = 0
    await log.sync()
    await log.sync()
    expect(steps).toEqual([])
  })

  test('write-ahead log: a sync waits for a record that was written on its way too', async () => {
    const { files, steps } = recordingFiles()
    const log = await openLog(files, 1 << 20)
    steps.length = 0
    // So much is handed over at once, before anybody asks for it to be durable.
    log.append(new Uint8Array(300 * 1024))
    await log.sync()
    expect(steps.at(-1)?.kind).toBe('sync')
    expect(await (await openLog(files.crash())).readSince(0n)).toHaveLength(1)
  })

  test('write-ahead log: a sync waits for records appended while another runs', async () => {
    const files = new MemoryFiles()
    const log = await openLog(files)
    log.append(toUtf8('one'))
    const first = log.sync()
    log.append(toUtf8('two'))
    await Promise.all([first, log.sync()])
    expect(await texts(await openLog(files.crash()), 0n)).toEqual(['one', 'two'])
  })

  test('write-ahead log: a sync asked for while another ends is served', async () => {
    const log = await openLog(new MemoryFiles())
    for (let i = 0; i < 200; i++) {
      log.append(toUtf8(`${i}`))
      await log.sync()
      // Every number of turns a caller may come later than the end of the one before.
      for (let turns = 0; turns < i % 12; turns++) await Promise.resolve()
    }
    expect(await texts(log, 0n)).toHaveLength(200)
  })
})

describe('write-ahead log: segments', () => {
  const fill = async (log: WriteAheadLog, from: number, to: number): Promise<void> => {
    for (let height = from; height <= to; height++) {
      for (let i = 0; i < 4; i++) {
        log.append(toUtf8(`height ${height} record ${i} ${'.'.repeat(60)}`))
      }
      log.endHeight(BigInt(height))
      await log.sync()
    }
  }

  test('write-ahead log: rotates and keeps what the last two heights need', async () => {
    const files = new MemoryFiles()
    const log = await openLog(files)
    await fill(log, 1, 40)
    await log.close()
    const names = (await files.list(path)).filter((name) => name.endsWith('.log'))
    expect(names.length).toBeLessThanOrEqual(3)
    expect(names[0]).not.toBe('segment-0000000001.log')
    const again = await openLog(files)
    expect(await texts(again, 40n)).toEqual([])
    expect(await texts(again, 39n)).toHaveLength(4)
    await fill(again, 41, 60)
    expect(await texts(again, 59n)).toHaveLength(4)
  })

  test('write-ahead log: keeps a height that is longer than a segment whole', async () => {
    const files = new MemoryFiles()
    const log = await openLog(files)
    await fill(log, 1, 3)
    for (let i = 0; i < 100; i++) {
      log.append(toUtf8(`long ${i} ${'.'.repeat(60)}`))
      await log.sync()
    }
    await log.close()
    expect((await files.list(path)).length).toBeGreaterThan(5)
    expect(await texts(await openLog(files), 3n)).toHaveLength(100)
  })

  test('write-ahead log: records appended while rotating are not lost or moved', async () => {
    const files = new MemoryFiles()
    const log = await openLog(files, 300)
    const waiting: Promise<void>[] = []
    for (let i = 0; i < 300; i++) {
      log.append(toUtf8(`record ${i}`))
      if (i % 3 === 0) waiting.push(log.sync())
      if (i % 7 === 0) await Promise.resolve()
    }
    await Promise.all(waiting)
    await log.close()
    const again = await openLog(files)
    expect(await texts(again, 0n)).toEqual(Array.from({ length: 300 }, (_, i) => `record ${i}`))
  })

  test('write-ahead log: opens after a crash at every step of the disk', async () => {
    const count = async (
      crashAt: number,
    ): Promise<{ steps: number; kept: number; promised: number }> => {
      let steps = 0
      let after: MemoryFiles | null = null
      const files: MemoryFiles = new MemoryFiles({
        beforeStep: () => {
          if (steps++ === crashAt) after = files.crash(() => crashAt % 2 === 0)
        },
      })
      let promised = 0
      try {
        const log = await openLog(files, 400)
        for (let i = 0; i < 30; i++) {
          log.append(toUtf8(`record ${i} ${'.'.repeat(20)}`))
          if (i % 10 === 9) log.endHeight(BigInt((i + 1) / 10))
          await log.sync()
          promised = i + 1
        }
        await log.close()
      } catch {
        // The machine is down.
      }
      const disk = after ?? files.crash()
      await openLog(disk, 400)
      const { segments } = await readLog(disk, path)
      const inputs = segments.flatMap(({ frames }) => frames).filter(({ kind }) => kind === 2)
      const last = /^record (\d+)/.exec(fromUtf8(inputs.at(-1)?.payload ?? toUtf8('record -1')))
      return { steps, promised, kept: Number(last?.[1] ?? -1) + 1 }
    }
    const whole = await count(-1)
    expect(whole.steps).toBeGreaterThan(80)
    for (let crashAt = 0; crashAt < whole.steps; crashAt++) {
      const { kept, promised } = await count(crashAt)
      expect(kept, `crash at step ${crashAt}`).toBeGreaterThanOrEqual(promised)
    }
  })

  test('write-ahead log: a segment is whole on disk before the next one begins', async () => {
    let steps = 0
    const run = async (crashAt: number): Promise<void> => {
      steps = 0
      let after: MemoryFiles | null = null
      const files: MemoryFiles = new MemoryFiles({
        beforeStep: () => {
          // Names reach the disk, contents do not: the worst order.
          if (steps++ === crashAt) after = files.crash(({ kind }) => kind === 'link')
        },
      })
      const log = await openLog(files, 100_000).catch(() => null)
      for (let i = 0; i < 40; i++) {
        if (log === null) break
        try {
          log.append(new Uint8Array(20_000).fill(i + 1))
        } catch {
          break
        }
        await new Promise(setImmediate)
      }
      const again = await openLog(after ?? files.crash(({ kind }) => kind === 'link'))
      const found = (await again.readSince(0n)) ?? []
      for (const [i, record] of found.entries()) expect(record[0]).toBe(i + 1)
    }
    await run(-1)
    const whole = steps
    expect(whole).toBeGreaterThan(15)
    for (let crashAt = 0; crashAt < whole; crashAt++) await run(crashAt)
  })
})

describe('write-ahead log: failures', () => {
  test.each(['sync', 'write'] as const)(
    'write-ahead log: after a failed %s every caller is told, and nothing is tried again',
    async (kind) => {
      let armed = false
      const { files, steps } = recordingFiles((step) => armed && step.kind === kind)
      const log = await openLog(files)
      log.append(toUtf8('good'))
      await log.sync()
      armed = true
      log.append(toUtf8('bad'))
      const failed = expect.objectContaining({ code: 'WAL_WRITE_FAILED' })
      const both = [log.sync(), log.sync()]
      for (const sync of both) await expect(sync).rejects.toEqual(failed)
      armed = false
      const before = steps.length
      await expect(log.sync()).rejects.toEqual(failed)
      expect(() => log.append(toUtf8('more'))).toThrow('injected')
      expect(steps).toHaveLength(before)
      await expect(log.close()).rejects.toEqual(failed)
    },
  )

  test('write-ahead log: closed, it takes no record and closing twice is fine', async () => {
    const log = await openLog(new MemoryFiles())
    log.append(toUtf8('x'))
    await Promise.all([log.close(), log.close()])
    expect(() => log.append(toUtf8('y'))).toThrow('closed')
    expect(() => log.endHeight(1n)).toThrow('closed')
  })

  test('write-ahead log: a record over the limit is refused and the log goes on', async () => {
    const log = await openLog(new MemoryFiles())
    const large = new Uint8Array(101 * 1024 * 1024 + 1)
    expect(() => log.append(large)).toThrow('over the limit')
    log.append(toUtf8('small'))
    expect(await texts(log, 0n)).toEqual(['small'])
  })

  test('write-ahead log: many unsynced records reach the system without a sync', async () => {
    const { files, steps } = recordingFiles()
    const log = await openLog(files, 1 << 24)
    steps.length = 0
    for (let i = 0; i < 40; i++) log.append(new Uint8Array(20_000))
    await new Promise(setImmediate)
    expect(steps.filter(({ kind }) => kind === 'write').length).toBeGreaterThanOrEqual(1)
    expect(steps.filter(({ kind, operation }) => kind === 'sync' && operation === 'sync')).toEqual(
      [],
    )
  })
})
