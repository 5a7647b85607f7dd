// Damage to the log: a torn tail is cut off and reported, damage to durable records stops the node
// with a way on.

import { describe, expect, test } from 'vitest'
import { concatBytes, fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import { MemoryFiles, MemoryLogger, silentLogger } from '../memory/index.ts'
import { decodeFrame, encodeFrames, FrameKind } from './frame.ts'
import { readLog } from './log-reading.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

const path = '/wal'
const file = `${path}/segment-0000000001.log`

const openLog = (files: MemoryFiles, logger = new MemoryLogger()): Promise<WriteAheadLog> =>
  WriteAheadLog.open({ files, path, logger, reserveBytes: 64 })

const texts = async (log: WriteAheadLog): Promise<string[]> =>
  (await log.readSince(0n))?.map(fromUtf8) ?? []

/**
 * The bytes of a log with these records, without reserved room, each synced on its own or all at
 * once.
 */
async function logOf(records: readonly string[], synced: boolean): Promise<Uint8Array> {
  const files = new MemoryFiles()
  const log = await WriteAheadLog.open({ files, path, logger: silentLogger, reserveBytes: 0 })
  for (const record of records) {
    log.append(toUtf8(record))
    if (synced) await log.sync()
  }
  await log.close()
  return (await files.readFile(file)) ?? new Uint8Array(0)
}

const planted = (bytes: Uint8Array, name = file): MemoryFiles => {
  const files = new MemoryFiles()
  files.plant(name, bytes)
  return files
}

const START_BYTES = 25 + 9
const frameBytes = (text: string): number => 25 + text.length

describe('write-ahead log: torn tails', () => {
  const records = ['the first record', 'the second', 'the third and last one']

  test('write-ahead log: cut at every byte, it keeps whole records and says the rest', async () => {
    const whole = await logOf(records, true)
    let cases = 0
    for (let cut = 0; cut < whole.length; cut++) {
      const logger = new MemoryLogger()
      const files = planted(whole.slice(0, cut))
      const log = await openLog(files, logger)
      const expected: string[] = []
      let end = START_BYTES
      for (const record of records) {
        end += frameBytes(record)
        if (end <= cut) expected.push(record)
      }
      expect(await texts(log), `cut at ${cut}`).toEqual(expected)
      const kept =
        cut < START_BYTES ? 0 : START_BYTES + expected.reduce((n, r) => n + frameBytes(r), 0)
      const dropped = whole.subarray(kept, cut)
      const isReported = dropped.some((byte) => byte !== 0)
      expect(logger.lines.map(({ level, fields }) => [level, fields['offset']])).toEqual(
        isReported ? [['warn', kept]] : [],
      )
      log.append(toUtf8('and on'))
      await log.close()
      expect(await texts(await openLog(files))).toEqual([...expected, 'and on'])
      cases++
    }
    expect(cases).toBe(whole.length)
  })

  test('write-ahead log: a torn tail before reserved zeros is cut off just the same', async () => {
    const whole = await logOf(records, true)
    for (let cut = START_BYTES; cut < whole.length; cut++) {
      const files = planted(concatBytes(whole.subarray(0, cut), new Uint8Array(100)))
      const log = await openLog(files)
      expect((await texts(log)).length).toBeLessThan(3)
      expect(await texts(log)).toEqual(records.slice(0, (await texts(log)).length))
    }
  })

  test('write-ahead log: reserved zeros alone are no torn tail', async () => {
    const logger = new MemoryLogger()
    const files = planted(concatBytes(await logOf(records, true), new Uint8Array(1000)))
    expect(await texts(await openLog(files, logger))).toEqual(records)
    expect(logger.lines).toEqual([])
  })

  test('write-ahead log: the report names file, offset, bytes and the copy', async () => {
    const whole = await logOf(records, true)
    const logger = new MemoryLogger()
    const files = planted(whole.slice(0, whole.length - 3))
    await openLog(files, logger)
    const offset = START_BYTES + frameBytes(records[0]!) + frameBytes(records[1]!)
    const droppedBytes = frameBytes(records[2]!) - 3
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        scope: '',
        message: 'torn tail of the write-ahead log cut off',
        fields: {
          file,
          offset,
          droppedBytes,
          droppedRecords: 0,
          reason: `the record is cut off after ${droppedBytes} of ${droppedBytes + 3} bytes`,
          kept: `${file}.dropped`,
        },
      },
    ])
    expect(await files.readFile(`${file}.dropped`)).toEqual(whole.slice(offset, whole.length - 3))
  })

  test('write-ahead log: unsynced records before the first missing one are kept', async () => {
    const whole = await logOf(records, false)
    const second = START_BYTES + frameBytes(records[0]!)
    const holed = whole.slice()
    holed.fill(0, second, second + frameBytes(records[1]!))
    const logger = new MemoryLogger()
    expect(await texts(await openLog(planted(holed), logger))).toEqual([records[0]])
    expect(logger.lines[0]?.fields['droppedRecords']).toBe(1)
  })
})

describe('write-ahead log: corruption', () => {
  const records = ['one', 'the second', 'number three']

  test('write-ahead log: every flipped bit is found; the last record passes for torn', async () => {
    const whole = await logOf(records, true)
    const lastBegins = whole.length - frameBytes(records[2]!)
    let corrupt = 0
    let torn = 0
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = whole.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const files = planted(flipped)
      const result = await openLog(files).catch((error: unknown) => error)
      if (bit >> 3 < lastBegins) {
        expect(result, `bit ${bit}`).toEqual(expect.objectContaining({ code: 'WAL_CORRUPT' }))
        expect(await files.readFile(file), 'nothing is changed').toEqual(flipped)
        corrupt++
      } else {
        expect(await texts(result as WriteAheadLog), `bit ${bit}`).toEqual(records.slice(0, 2))
        torn++
      }
    }
    expect({ corrupt, torn }).toEqual({
      corrupt: lastBegins * 8,
      torn: frameBytes(records[2]!) * 8,
    })
  })

  test('write-ahead log: a flipped bit in unsynced records loses none before it', async () => {
    const whole = await logOf(records, false)
    for (let bit = START_BYTES * 8; bit < whole.length * 8; bit++) {
      const flipped = whole.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const found = await texts(await openLog(planted(flipped)))
      expect(found).toEqual(records.slice(0, found.length))
      expect(found.length).toBeLessThan(3)
    }
  })

  test('write-ahead log: the error names offset, file and cure', async () => {
    const whole = await logOf(records, true)
    whole[START_BYTES + 30]! ^= 1
    await expect(openLog(planted(whole))).rejects.toThrow(
      `write-ahead log ${file} at byte ${START_BYTES + frameBytes('one')}: ` +
        'the checksum does not fit the record, but record 3 was on disk; ' +
        `keep a copy, then move ${path} away and start again once the network is past ` +
        'the height this node was at',
    )
  })

  test('write-ahead log: a repeated, reordered or misplaced record is found', async () => {
    const same = ['abc', 'def', 'ghi', 'jkl']
    const whole = await logOf(same, true)
    const size = frameBytes('abc')
    const at = (index: number): Uint8Array =>
      whole.subarray(START_BYTES + index * size, START_BYTES + (index + 1) * size)
    const start = whole.subarray(0, START_BYTES)
    for (const order of [
      [0, 0, 1, 2, 3],
      [0, 2, 1, 3],
      [1, 2, 3],
      [0, 1, 1, 3],
      [3, 1, 2, 3],
    ]) {
      const bytes = concatBytes(start, ...order.map(at))
      await expect(openLog(planted(bytes))).rejects.toEqual(
        expect.objectContaining({ code: 'WAL_CORRUPT' }),
      )
    }
  })

  test('write-ahead log: a sequence that no log reaches is no record', () => {
    const frame = { kind: FrameKind.input, payload: toUtf8('record') }
    for (const [sequence, durable] of [
      [2 ** 53, 2 ** 53 - 1],
      [3, -1],
    ] as const) {
      const { bytes } = encodeFrames([frame], { sequence, previous: 0 }, durable)
      expect(decodeFrame(bytes, 0)).toBe(`the record has the impossible sequence ${sequence}`)
    }
  })

  test('write-ahead log: a record of another life of the log is not the next one', async () => {
    const one = await logOf(['first life', 'same length'], true)
    const other = await logOf(['other life', 'of the tail'], true)
    const second = START_BYTES + frameBytes('first life')
    const mixed = concatBytes(one.subarray(0, second), other.subarray(second))
    await expect(readLog(planted(mixed), path)).resolves.toMatchObject({
      torn: { offset: second, reason: 'record 3 does not continue the record before it' },
    })
  })

  test('write-ahead log: a missing, empty, swapped or short segment is found', async () => {
    const files = new MemoryFiles()
    const log = await WriteAheadLog.open({
      files,
      path,
      logger: silentLogger,
      reserveBytes: 0,
      segmentBytes: 100,
    })
    for (let i = 0; i < 12; i++) {
      log.append(toUtf8(`record ${i} of a log of several segments`))
      await log.sync()
    }
    await log.close()
    const names = await files.list(path)
    expect(names.length).toBeGreaterThan(3)
    const contents = await Promise.all(names.map((name) => files.readFile(`${path}/${name}`)))
    const open = async (change: (all: (Uint8Array | null)[]) => void): Promise<unknown> => {
      const all = [...contents]
      change(all)
      const changed = new MemoryFiles()
      for (const [i, bytes] of all.entries()) {
        if (bytes !== null) changed.plant(`${path}/${names[i]!}`, bytes)
      }
      return openLog(changed).then(
        () => 'opened',
        (error: { code: string; details: { reason: string } }) =>
          `${error.code}: ${error.details.reason}`,
      )
    }
    expect(await open(() => {})).toBe('opened')
    expect(await open((all) => (all[1] = null))).toBe('WAL_CORRUPT: segment 2 before it is missing')
    expect(await open((all) => (all[1] = new Uint8Array(0)))).toBe(
      'WAL_CORRUPT: the segment is empty',
    )
    expect(await open((all) => (all[1] = all[2]!))).toMatch(/^WAL_CORRUPT: record \d+ stands where/)
    expect(await open((all) => (all[1] = all[1]!.slice(0, -20)))).toMatch(
      /^WAL_CORRUPT: .* cut off/,
    )
    expect(await open((all) => (all[1] = all[1]!.slice(0, 34)))).toMatch(
      /^WAL_CORRUPT: record \d+ stands where/,
    )
  })

  test('write-ahead log: opens without its oldest segments, as pruning leaves it', async () => {
    const files = new MemoryFiles()
    const options = { files, path, logger: silentLogger, reserveBytes: 0, segmentBytes: 100 }
    const log = await WriteAheadLog.open(options)
    for (let i = 0; i < 6; i++) {
      log.append(toUtf8(`record ${i} of a log of several segments`))
      await log.sync()
    }
    await log.close()
    await files.remove(file)
    expect((await texts(await openLog(files))).at(-1)).toContain('record 5')
  })
})
