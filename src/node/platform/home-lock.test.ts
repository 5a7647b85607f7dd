// The lock on a home: one process at a time, free again when that process dies in any way.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { lockHome } from './home-lock.ts'

const homes: string[] = []
const makeHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'quadrille-home-'))
  homes.push(home)
  return home
}
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true })
})

test('home lock: a second one is refused in one line, until the first is released', async () => {
  const home = makeHome()
  const lock = await lockHome(home)
  await expect(lockHome(home)).rejects.toThrow(
    `cannot use the home ${home}: already in use by another process`,
  )
  await expect(lockHome(home)).rejects.toEqual(
    expect.objectContaining({ code: 'PLATFORM_HOME_IN_USE', home }),
  )
  await lock.release()
  await lock.release()
  const again = await lockHome(home)
  await again.release()
})

test('home lock: kill -9 of the holder frees the home', async () => {
  const home = makeHome()
  const script = `
    const { ClassicLevel } = await import('classic-level')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(process.argv[1], { recursive: true })
    await new ClassicLevel(process.argv[1] + '/lock').open()
    console.log('held')
    setInterval(() => {}, 1000)`
  const holder = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, join(home, 'data', 'quadrille')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(holder.stdout, 'data')
  await expect(lockHome(home)).rejects.toEqual(
    expect.objectContaining({ code: 'PLATFORM_HOME_IN_USE' }),
  )
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = await lockHome(home)
  await lock.release()
})

test('home lock: a home that cannot be written is named with the reason', async () => {
  const home = makeHome()
  writeFileSync(join(home, 'data'), 'a file where a directory has to be')
  const locked = lockHome(home)
  await expect(locked).rejects.toEqual(
    expect.objectContaining({ code: 'PLATFORM_HOME_UNUSABLE', home }),
  )
  await expect(locked).rejects.toThrow(`cannot use the home ${home}: `)
})
