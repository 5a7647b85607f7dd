// Removing the data of a home.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockHome } from '../platform/index.ts'
import { Config } from './config.ts'
import { initHome } from './init-home.ts'
import { resetData } from './reset-data.ts'
import { messageOf, temporaryFolder } from './temporary-folder.fixture.ts'

const homeWithData = async (): Promise<string> => {
  const home = temporaryFolder()
  await initHome(home, new Config())
  mkdirSync(join(home, 'data/blockstore.db'))
  mkdirSync(join(home, 'data/quadrille/chain'), { recursive: true })
  writeFileSync(join(home, 'data/quadrille/chain/000001.ldb'), 'x')
  writeFileSync(join(home, 'config/addrbook.json'), '{}')
  return home
}

describe('reset', () => {
  test('reset: empties the data folder and keeps keys, genesis and configuration', async () => {
    const home = await homeWithData()
    expect(await resetData(home, new Config(), { keepAddressBook: false })).toBe(join(home, 'data'))
    expect(readdirSync(join(home, 'data'))).toEqual(['quadrille'])
    expect(readdirSync(join(home, 'data/quadrille'))).toEqual(['lock'])
    expect(readdirSync(join(home, 'config')).toSorted()).toEqual([
      'config.toml',
      'genesis.json',
      'node_key.json',
      'priv_validator_key.json',
    ])
  })

  test('reset: keeps the address book when told to', async () => {
    const home = await homeWithData()
    await resetData(home, new Config(), { keepAddressBook: true })
    expect(existsSync(join(home, 'config/addrbook.json'))).toBe(true)
  })

  test('reset: touches nothing while a node holds the home', async () => {
    const home = await homeWithData()
    const lock = await lockHome(home)
    const told = await messageOf(() => resetData(home, new Config(), { keepAddressBook: false }))
    await lock.release()
    expect(told).toContain('already in use')
    expect(existsSync(join(home, 'data/quadrille/chain/000001.ldb'))).toBe(true)
  })

  test('reset: of no home, or with the keys in the data folder, removes nothing', async () => {
    const none = join(temporaryFolder(), 'none')
    expect(
      await messageOf(() => resetData(none, new Config(), { keepAddressBook: false })),
    ).toContain(`\`quadrille init --home ${none}\``)
    expect(existsSync(none)).toBe(false)
    const home = await homeWithData()
    const config = new Config()
    config.setText('db_dir', '.', 'F')
    const told = await messageOf(() => resetData(home, config, { keepAddressBook: false }))
    expect(told).toContain('F: db_dir: keys or configuration are in ')
    expect(existsSync(join(home, 'data/blockstore.db'))).toBe(true)
  })
})
