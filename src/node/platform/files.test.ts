// What only the real disk can show: access rights, leftovers of failures, and a database in use.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { NodeFiles } from './files.ts'
import { LevelKeyValueStore } from './key-value-store.ts'

const directories: string[] = []
const makeDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'quadrille-files-'))
  directories.push(directory)
  return directory
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

const modeOf = (path: string): number => statSync(path).mode & 0o777

test('files of the system: keys are for their owner only', async () => {
  const directory = makeDirectory()
  const files = new NodeFiles()
  await files.writeFileDurable(join(directory, 'key'), Uint8Array.of(1), { mode: 0o600 })
  expect(modeOf(join(directory, 'key'))).toBe(0o600)
  await files.makeDirectory(join(directory, 'a', 'b'))
  expect(modeOf(join(directory, 'a'))).toBe(0o700)
  expect(modeOf(join(directory, 'a', 'b'))).toBe(0o700)
  const file = await files.openAppend(join(directory, 'log'))
  expect(modeOf(join(directory, 'log'))).toBe(0o600)
  await file.close()
})

test('files of the system: a write that fails leaves the old file and no other', async () => {
  const directory = makeDirectory()
  const files = new NodeFiles()
  mkdirSync(join(directory, 'taken'))
  writeFileSync(join(directory, 'taken', 'inside'), '')
  await expect(
    files.writeFileDurable(join(directory, 'taken'), Uint8Array.of(1), { mode: 0o600 }),
  ).rejects.toEqual(expect.objectContaining({ code: 'PORTS_IO_FAILED' }))
  expect(readdirSync(directory)).toEqual(['taken'])
  expect(existsSync(join(directory, 'taken', 'inside'))).toBe(true)
})

test('files of the system: what a killed process left is overwritten', async () => {
  const directory = makeDirectory()
  const path = join(directory, 'state')
  writeFileSync(`${path}.${process.pid}-0.tmp`, 'of the process before, and longer')
  await new NodeFiles().writeFileDurable(path, Uint8Array.of(1), { mode: 0o600 })
  expect(readdirSync(directory)).toEqual(['state'])
  expect([...readFileSync(path)]).toEqual([1])
})

test('files of the system: a full disk is named as such', async () => {
  if (!existsSync('/dev/full')) return
  const file = await new NodeFiles().openAppend('/dev/full')
  const full = expect.objectContaining({ code: 'PORTS_NO_SPACE' })
  await expect(file.append(Uint8Array.of(1))).rejects.toEqual(full)
  await expect(file.sync()).rejects.toEqual(full)
  await file.close()
})

test('database: a directory that is open is refused with PORTS_IN_USE', async () => {
  const path = join(makeDirectory(), 'db')
  const store = await LevelKeyValueStore.open(path)
  await expect(LevelKeyValueStore.open(path)).rejects.toEqual(
    expect.objectContaining({ code: 'PORTS_IN_USE', details: expect.objectContaining({ path }) }),
  )
  await store.close()
})

test('database: a damaged directory is refused with a typed error', async () => {
  const path = join(makeDirectory(), 'db')
  const store = await LevelKeyValueStore.open(path)
  await store.close()
  for (const name of readdirSync(path)) {
    if (name.startsWith('MANIFEST')) writeFileSync(join(path, name), 'not a manifest')
  }
  await expect(LevelKeyValueStore.open(path)).rejects.toEqual(
    expect.objectContaining({ code: 'PORTS_CORRUPT' }),
  )
})

test('files of the system: a folder that the system refuses to make is told at once', async () => {
  if (!existsSync('/proc/self')) return
  const made = new NodeFiles().makeDirectory('/proc/none/inner')
  await expect(made).rejects.toMatchObject({
    code: 'PORTS_IO_FAILED',
    details: { path: '/proc/none/inner', reason: 'ENOENT: no such file or directory' },
  })
})
