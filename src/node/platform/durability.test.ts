// Log, signer and stores on the real disk, in a process that is killed without warning.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { silentLogger } from '../../host/memory/index.ts'
import { generateFileSigner, loadFileSigner } from '../../host/privval/index.ts'
import { WriteAheadLog } from '../../host/wal/index.ts'
import { NodeFiles } from './files.ts'
import { LevelKeyValueStore } from './key-value-store.ts'
import { systemRandom } from './random.ts'

const homes: string[] = []
const makeHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'quadrille-durability-'))
  homes.push(home)
  return home
}
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true })
})

const openLog = (home: string): Promise<WriteAheadLog> =>
  WriteAheadLog.open({ files: new NodeFiles(), path: join(home, 'wal'), logger: silentLogger })

test('write-ahead log on the real disk: gives back what was synced, again and again', async () => {
  const home = makeHome()
  for (let run = 0; run < 3; run++) {
    const log = await openLog(home)
    const records = (await log.readSince(0n)) ?? []
    expect(records.map(fromUtf8)).toEqual(Array.from({ length: run * 50 }, (_, i) => `record ${i}`))
    for (let i = 0; i < 50; i++) {
      log.append(toUtf8(`record ${run * 50 + i}`))
      if (i % 5 === 0) await log.sync()
    }
    await log.close()
  }
})

test('write-ahead log on the real disk: a log that was left open keeps its word', async () => {
  const home = makeHome()
  const log = await openLog(home)
  for (let i = 0; i < 20; i++) log.append(toUtf8(`record ${i}`))
  await log.sync()
  log.append(toUtf8('never synced'))
  // A second opener in place of the dead one: nothing has been closed or flushed.
  const again = await openLog(home)
  expect((await again.readSince(0n))?.slice(0, 20).map(fromUtf8)).toEqual(
    Array.from({ length: 20 }, (_, i) => `record ${i}`),
  )
  await again.close()
})

test('file signer on the real disk: key and state survive', async () => {
  const home = makeHome()
  const paths = {
    files: new NodeFiles(),
    crypto: nobleCrypto,
    keyPath: join(home, 'key.json'),
    statePath: join(home, 'state.json'),
  }
  const signer = await generateFileSigner({ ...paths, random: systemRandom })
  const empty = new Uint8Array(0)
  const hash = new Uint8Array(32).fill(1)
  const vote: Vote = {
    type: 1,
    height: 3n,
    round: 0,
    blockId: { hash, partSetHeader: { total: 1, hash } },
    timestamp: 1_700_000_000_000_000_000n,
    validatorAddress: signer.address,
    validatorIndex: 0,
    signature: empty,
    extension: empty,
    extensionSignature: empty,
  }
  const signed = await signer.signVote('test-chain', vote)
  const again = await loadFileSigner(paths)
  expect(again.lastSigned).toEqual({ height: 3n, round: 0, step: 2 })
  expect(await again.signVote('test-chain', { ...vote, timestamp: 5n })).toEqual(signed)
})

test('database: what a synced batch held survives kill -9', async () => {
  const path = join(makeHome(), 'db')
  mkdirSync(path)
  const script = `
    const { ClassicLevel } = await import('classic-level')
    const db = new ClassicLevel(process.argv[1], { keyEncoding: 'view', valueEncoding: 'view' })
    await db.open()
    for (let i = 0; ; i++) {
      const key = Uint8Array.of(i >> 8, i & 255)
      await db.batch([{ type: 'put', key, value: new Uint8Array(500) }], { sync: true })
      process.stdout.write(i + '\\n')
    }`
  const writer = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > 30) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  const confirmed = Number(output.split('\n').at(-2))
  const store = await LevelKeyValueStore.open(path)
  for (let i = 0; i <= confirmed; i++) {
    expect(await store.get(Uint8Array.of(i >> 8, i & 255))).toHaveLength(500)
  }
  await store.close()
})
