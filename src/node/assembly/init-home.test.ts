// Homes: written as CometBFT writes them, read when CometBFT wrote them, kept when they exist.

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockHome } from '../platform/index.ts'
import * as comet from './comet-home.fixture.ts'
import { Config } from './config.ts'
import { loadConfig } from './home.ts'
import { initHome, readNodeId, readValidatorKey, resetValidatorState } from './init-home.ts'
import { messageOf, temporaryFolder } from './temporary-folder.fixture.ts'

const FILES = [
  ['config/config.toml', 0o644],
  ['config/genesis.json', 0o644],
  ['config/node_key.json', 0o600],
  ['config/priv_validator_key.json', 0o600],
  ['data/priv_validator_state.json', 0o600],
] as const

// The same fields in the same order, with texts and numbers of the same form.
const shapeOf = (json: string): string =>
  json
    .replace(/"[A-Za-z0-9+/]{43}="/g, '"32 bytes"')
    .replace(/"[A-Za-z0-9+/]{86}=="/g, '"64 bytes"')
    .replace(/"[0-9A-F]{40}"/g, '"address"')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/, '"time"')
    .replace(/"test-chain-\w{6}"/, '"chain"')

const writeCometHome = (home: string): void => {
  mkdirSync(join(home, 'config'))
  mkdirSync(join(home, 'data'))
  writeFileSync(join(home, 'config/config.toml'), comet.COMET_CONFIG)
  writeFileSync(join(home, 'config/genesis.json'), comet.COMET_GENESIS)
  writeFileSync(join(home, 'config/node_key.json'), comet.COMET_NODE_KEY)
  writeFileSync(join(home, 'config/priv_validator_key.json'), comet.COMET_VALIDATOR_KEY)
  writeFileSync(join(home, 'data/priv_validator_state.json'), comet.COMET_VALIDATOR_STATE)
}

describe('init', () => {
  test('init: writes the files of CometBFT, fields and access rights the same', async () => {
    const home = join(temporaryFolder(), 'deep', 'home')
    const steps = await initHome(home, new Config())
    expect(steps.map(({ made }) => made)).toEqual([true, true, true, true])
    for (const [file, mode] of FILES) expect(statSync(join(home, file)).mode & 0o777).toBe(mode)
    for (const folder of ['', 'config', 'data']) {
      expect(statSync(join(home, folder)).mode & 0o777).toBe(0o700)
    }
    const read = (file: string): string => shapeOf(readFileSync(join(home, file), 'utf8').trimEnd())
    expect(read('config/genesis.json')).toBe(shapeOf(comet.COMET_GENESIS))
    expect(read('config/node_key.json')).toBe(shapeOf(comet.COMET_NODE_KEY))
    expect(read('config/priv_validator_key.json')).toBe(shapeOf(comet.COMET_VALIDATOR_KEY))
    expect(read('data/priv_validator_state.json')).toBe(comet.COMET_VALIDATOR_STATE)
  })

  test('init: keeps what exists, and makes only what is missing', async () => {
    const home = temporaryFolder()
    await initHome(home, new Config())
    const texts = FILES.map(([file]) => readFileSync(join(home, file), 'utf8'))
    const again = await initHome(home, await loadConfig(home, {}))
    expect(again.map(({ made }) => made)).toEqual([false, false, false, false])
    expect(FILES.map(([file]) => readFileSync(join(home, file), 'utf8'))).toEqual(texts)
    rmSync(join(home, 'config/node_key.json'))
    const third = await initHome(home, await loadConfig(home, {}))
    expect(third.filter(({ made }) => made).map(({ what }) => what)).toEqual(['node key'])
  })

  test('init: does not make a sign state for a key that may have signed', async () => {
    const home = temporaryFolder()
    await initHome(home, new Config())
    rmSync(join(home, 'data/priv_validator_state.json'))
    const told = await messageOf(() => initHome(home, new Config()))
    expect(told).toContain(
      'priv_validator_state.json: the sign state is missing although there is a key',
    )
    expect(told).toContain(`\`quadrille unsafe-reset-priv-validator --home ${home}\``)
    expect(await resetValidatorState(home, new Config())).toBe(
      join(home, 'data/priv_validator_state.json'),
    )
    await initHome(home, new Config())
  })

  test('reset: keeps what the key signed last while a node holds the home', async () => {
    const home = temporaryFolder()
    await initHome(home, new Config())
    const state = join(home, 'data/priv_validator_state.json')
    writeFileSync(state, 'of the running node')
    const lock = await lockHome(home)
    const told = await messageOf(() => resetValidatorState(home, new Config()))
    await lock.release()
    expect(told).toBe(`cannot use the home ${home}: already in use by another process`)
    expect(readFileSync(state, 'utf8')).toBe('of the running node')
    await resetValidatorState(home, new Config())
    expect(readFileSync(state, 'utf8')).toMatch(/"height": *"0"/)
  })

  test('home: of CometBFT shows its id and key, and loses nothing by init', async () => {
    const home = temporaryFolder()
    writeCometHome(home)
    const config = await loadConfig(home, {})
    expect(config.string('proxy_app')).toBe('tcp://127.0.0.1:26658')
    expect(await readNodeId(home, config)).toBe(comet.COMET_NODE_ID)
    expect(await readValidatorKey(home, config)).toBe(comet.COMET_VALIDATOR)
    const steps = await initHome(home, config)
    expect(steps.some(({ made }) => made)).toBe(false)
  })

  test('home: without keys names the command that makes them there', async () => {
    const home = temporaryFolder()
    const makeThem = `; \`quadrille init --home ${home}\` makes one`
    for (const read of [readNodeId, readValidatorKey, resetValidatorState]) {
      expect(await messageOf(() => read(home, new Config()))).toContain(makeThem)
    }
  })

  test('home: files stand where its configuration says', async () => {
    const home = temporaryFolder()
    const elsewhere = join(home, 'elsewhere.json')
    const config = new Config()
    config.setText('node_key_file', elsewhere, 'test')
    config.setText('genesis_file', 'chain/genesis.json', 'test')
    const steps = await initHome(home, config)
    expect(steps.map(({ path }) => path)).toContain(elsewhere)
    expect(statSync(join(home, 'chain/genesis.json')).isFile()).toBe(true)
  })
})
