// What the real disk is asked to keep, in which order: only a loss of power would show the lack of
// it, so a process is watched whose calls of the file system are written down.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { folderForTest } from './command.ts'

const PLATFORM = new URL('../../dist/node/platform/index.js', import.meta.url).href

/** Loaded before anything of ours: every call is one line of `calls`. */
const WATCHED = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  import { basename } from 'node:path'
  const [folder] = process.argv.slice(1)
  const names = new Map()
  const calls = []
  const note = (call, name) => calls.push(call + ' ' + name.replace(/\\.\\d+-\\d+\\.tmp$/, '.tmp'))
  const wrap = (name, watch) => {
    const real = fs[name]
    fs[name] = (...args) => {
      const answer = real(...args)
      watch(args, answer)
      return answer
    }
  }
  wrap('openSync', ([path], handle) =>
    names.set(handle, path === folder ? 'folder' : basename(path)))
  wrap('writeSync', ([handle]) => note('write', names.get(handle)))
  wrap('ftruncateSync', ([handle]) => note('truncate', names.get(handle)))
  wrap('renameSync', ([, to]) => note('rename to', basename(to)))
  for (const name of ['fdatasync', 'fsync']) {
    const real = fs[name]
    fs[name] = (handle, done) =>
      real(handle, (error) => {
        note(name, names.get(handle))
        done(error)
      })
  }
  syncBuiltinESMExports()
  const { NodeFiles } = await import(${JSON.stringify(PLATFORM)})
  const files = new NodeFiles()
`

/** The calls that an act on the files of a new folder causes. */
async function callsOf(act: string): Promise<string[]> {
  const script = `${WATCHED} ${act}; process.stdout.write(JSON.stringify(calls))`
  const folder = folderForTest()
  const args = ['--input-type=module', '--eval', script, folder]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as string[]
}

test('replace: the bytes are on the disk before the name is theirs, then the name', async () => {
  const bytes = 'new Uint8Array(9)'
  const act = `await files.writeFileDurable(folder + '/state', ${bytes}, { mode: 0o600 })`
  expect(await callsOf(act)).toEqual([
    'write state.tmp',
    'fdatasync state.tmp',
    'rename to state',
    'fsync folder',
  ])
})

test('append: what is synced, cut or reserved is on the disk when that is said', async () => {
  const act = `
    const file = await files.openAppend(folder + '/log')
    calls.length = 0
    file.append(new Uint8Array(9))
    await file.sync()
    await file.truncate(4)
    await file.reserve(8)
    await file.close()
  `
  expect(await callsOf(act)).toEqual([
    'write log',
    'fdatasync log',
    'truncate log',
    'fsync log',
    'write log',
    'fsync log',
  ])
})

test('names: a new, another and no name are on the disk when that is said', async () => {
  const act = `
    await files.writeFileDurable(folder + '/one', new Uint8Array(1), { mode: 0o600 })
    calls.length = 0
    await files.rename(folder + '/one', folder + '/two')
    await files.remove(folder + '/two')
    await files.makeDirectory(folder + '/sub')
    await (await files.openAppend(folder + '/log')).close()
  `
  expect(await callsOf(act)).toEqual(Array(4).fill('fsync folder'))
})
