// A turned bit in what is stored is found out or harms nobody: never another answer, never a second
// signature.

import { describe, expect, test } from 'vitest'
import { bytesKey, equalBytes } from '../../src/core/bytes/index.ts'
import { MemoryDisk, silentLogger } from '../../src/host/memory/index.ts'
import type { StoredAt } from '../../src/host/memory/index.ts'
import { FileSigner, loadFileSigner } from '../../src/host/privval/index.ts'
import { BlockStore, StateStore } from '../../src/host/store/index.ts'
import { readLog, WalError, WriteAheadLog } from '../../src/host/wal/index.ts'
import { liveOn, recordRun } from './crash-run.ts'
import type { RecordedLife } from './crash-run.ts'
import { ALL, drawFrom } from './crash-search.ts'
import { ALONE, ONE_OF_FOUR } from './settings.ts'
import { crypto, SIGNER } from './small-world.ts'

const WAL = '/node/wal'
/** Turned bits after which a whole validator is started. */
const LIVES = 150

/** A name for where bytes lie. */
const nameOf = (at: StoredAt): string => ('path' in at ? at.path : bytesKey(at.key))

/** The disk of a run at its end, everything on it. */
function diskOf(life: RecordedLife): MemoryDisk {
  return new MemoryDisk({}, life.recording.imageAfter(life.recording.steps.length, ALL.keep))
}

/** Turns every bit of what `isMeant` names, one at a time, and has each looked at. */
async function eachBit(
  disk: MemoryDisk,
  isMeant: (name: string) => boolean,
  look: (place: string) => Promise<string | null>,
): Promise<{ readonly bits: number; readonly failures: string[] }> {
  const failures: string[] = []
  let bits = 0
  for (const { at, bytes } of disk.stored().filter((each) => isMeant(nameOf(each.at)))) {
    for (let bit = 0; bit < 8 * bytes; bit++) {
      disk.flipBit(at, bit)
      const failure = await look(`${nameOf(at)}, bit ${bit}`)
      disk.flipBit(at, bit)
      bits++
      if (failure !== null) failures.push(`${nameOf(at)}, bit ${bit}: ${failure}`)
    }
  }
  return { bits, failures: failures.slice(0, 8) }
}

describe('turned bits', () => {
  test('log: every bit is noticed, unless it lies where nobody was promised anything', async () => {
    const disk = new MemoryDisk()
    const open = { files: disk.files, path: WAL, logger: silentLogger, reserveBytes: 0 }
    const log = await WriteAheadLog.open(open)
    const records = Array.from({ length: 12 }, (_, i) => new Uint8Array(9 + i).fill(i))
    for (const [i, record] of records.entries()) {
      log.append(record)
      if (i % 3 === 2) await log.sync()
    }
    log.endHeight(1n)
    await log.close()
    const { bits, failures } = await eachBit(
      disk,
      () => true,
      async () => {
        try {
          const { segments, torn } = await readLog(disk.files, WAL)
          const frames = segments.flatMap((segment) => segment.frames)
          const kept = frames.filter(({ kind }) => kind === 2).map(({ payload }) => payload)
          if (torn === null) return 'a damaged log counts as whole'
          const isPrefix = kept.every((each, i) => equalBytes(each, records[i] ?? each))
          return isPrefix && kept.length >= 9 ? null : `${kept.length} records are left`
        } catch (error) {
          return error instanceof WalError && error.code === 'WAL_CORRUPT' ? null : String(error)
        }
      },
    )
    process.stdout.write(`log: ${bits} bits\n`)
    expect(failures).toEqual([])
    expect(bits).toBeGreaterThan(3000)
  })

  test('sign state: with any bit turned, nothing is signed that contradicts', async () => {
    const disk = diskOf(await recordRun(ALONE, 3n))
    const paths = { files: disk.files, crypto, ...SIGNER }
    const before = (await loadFileSigner(paths)).lastSigned
    let refused = 0
    const { bits, failures } = await eachBit(
      disk,
      (name) => name === SIGNER.statePath,
      async () => {
        const signer: FileSigner | Error = await loadFileSigner(paths).catch(
          (error: unknown) => error as Error,
        )
        if (!(signer instanceof FileSigner)) {
          refused++
          return 'code' in signer ? null : `refused without a code: ${signer.message}`
        }
        const { height, round, step } = signer.lastSigned
        const isSame = height === before.height && round === before.round && step === before.step
        return isSame ? null : `it stands at ${height}/${round}/${step}`
      },
    )
    process.stdout.write(`sign state: ${bits} bits, ${refused} refused\n`)
    expect(failures).toEqual([])
    expect(bits).toBeGreaterThan(2500)
  })

  test('stores: with any bit of any value turned, they answer as before or refuse', async () => {
    const disk = diskOf(await recordRun(ALONE, 1n))
    const kv = disk.openStore('blocks')
    const read = async (): Promise<unknown[]> => {
      const blocks = await BlockStore.open(kv)
      const states = new StateStore(kv)
      return [
        blocks.base,
        blocks.height,
        await states.loadChainState(),
        await blocks.loadBlockMeta(1n),
        await blocks.loadBlockBytes(1n),
        await blocks.loadCommit(1n),
        await blocks.loadSeenCommit(1n),
        await states.loadResults(1n),
        await states.loadValidators(1n),
        await states.loadParams(1n),
      ]
    }
    const textOf = (answers: unknown[]): string =>
      JSON.stringify(answers, (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}n` : value,
      )
    const expected = textOf(await read())
    let refused = 0
    const { bits, failures } = await eachBit(
      disk,
      (name) => /^[BS]/.test(name),
      async () => {
        try {
          return textOf(await read()) === expected ? null : 'another answer'
        } catch (error) {
          refused++
          return error instanceof Error && 'code' in error ? null : String(error)
        }
      },
    )
    process.stdout.write(`stores: ${bits} bits, ${refused} refused\n`)
    expect(failures).toEqual([])
    expect(bits).toBeGreaterThan(10_000)
  }, 60_000)

  test.each([ALONE, ONE_OF_FOUR])(
    'restart of $name: with a turned bit it does not start, stops, or goes on rightly',
    async (setting) => {
      const life = await recordRun(setting, 5n)
      const draw = drawFrom(3)
      const failures: string[] = []
      let refused = 0
      for (let i = 0; i < LIVES; i++) {
        const step = 1 + draw(life.recording.steps.length)
        const image = life.recording.imageAfter(step, ALL.keep)
        const disk = new MemoryDisk({}, image)
        // The application's own values have no checksums: they are its own affair.
        const places = disk
          .stored()
          .filter(({ at, bytes }) => bytes > 0 && !('store' in at && at.store === 'application'))
        const place = places[draw(places.length)]
        if (place === undefined) continue
        const bit = draw(8 * Math.min(place.bytes, 4000))
        disk.flipBit(place.at, bit)
        const { complaints, refusal } = await liveOn(life, { step, echoes: i % 2 === 0 }, image)
        if (refusal !== null) refused++
        if (complaints.length > 0) {
          failures.push(`step ${step}, ${nameOf(place.at)}, bit ${bit}: ${complaints.join('; ')}`)
        }
      }
      process.stdout.write(`${setting.name}: ${LIVES} lives, ${refused} refused\n`)
      expect(failures).toEqual([])
    },
    60_000,
  )
})
