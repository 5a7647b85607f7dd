// The settings: CometBFT's file with its defaults, where values come from, and what a wrong one is
// told.

import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { COMET_CONFIG } from './comet-home.fixture.ts'
import { Config } from './config.ts'
import { SETTINGS } from './settings.ts'

const flat = (toml: string): Record<string, unknown> => {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(parse(toml))) {
    if (typeof value !== 'object' || Array.isArray(value)) values[name] = value
    else for (const [key, inner] of Object.entries(value)) values[`${name}.${key}`] = inner
  }
  return values
}

const messageOf = (act: () => void): string => {
  try {
    act()
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('config', () => {
  test('config: has the keys and defaults of CometBFT, in its order', () => {
    const theirs = flat(COMET_CONFIG)
    const ours = flat(new Config().toToml())
    expect(Object.keys(ours)).toEqual(Object.keys(theirs))
    // Our node runs its application itself, and has no name of a machine to begin with.
    const known = { proxy_app: 'kvstore', moniker: 'node' }
    expect(ours).toEqual({ ...theirs, ...known })
    expect(Object.keys(ours)).toHaveLength(SETTINGS.length)
  })

  test('config: reads back what it writes', () => {
    const config = new Config()
    config.setText('moniker', 'a "quoted" name', 'flag')
    config.setText('rpc.cors_allowed_origins', 'https://a.example, *', 'flag')
    config.setText('consensus.timeout_commit', '1m30s', 'flag')
    const again = new Config()
    again.readToml(config.toToml(), 'config.toml')
    expect(again.toToml()).toBe(config.toToml())
    expect(again.string('moniker')).toBe('a "quoted" name')
    expect(again.list('rpc.cors_allowed_origins')).toEqual(['https://a.example', '*'])
    expect(again.durationMs('consensus.timeout_commit')).toBe(90_000)
  })

  test('config: reads back texts with control characters, and refuses what is not UTF-8', () => {
    const config = new Config()
    config.setText('moniker', '\u007f"\\\u0000é', 'flag --moniker')
    const again = new Config()
    again.readToml(config.toToml(), 'config.toml')
    expect(again.string('moniker')).toBe('\u007f"\\\u0000é')
    expect(() => again.readToml('moniker = "\udcff"', 'config.toml')).toThrow(
      'config.toml: the file is not UTF-8',
    )
  })

  test('config: takes numbers in quotes and bare ones for texts, as CometBFT does', () => {
    const config = new Config()
    config.readToml('moniker = 5\n[mempool]\nsize = "7"\nrecheck = "false"\n', 'config.toml')
    expect(config.string('moniker')).toBe('5')
    expect(config.integer('mempool.size')).toBe(7)
    expect(config.boolean('mempool.recheck')).toBe(false)
  })

  test('config: lets keys of other versions be', () => {
    const config = new Config()
    config.readToml('fast_sync = true\n[fastsync]\nversion = "v0"\n[p2p]\nupnp = true\n', 'file')
    expect(config.toToml()).toBe(new Config().toToml())
    expect(config.unknownKeys).toEqual(['fast_sync', 'fastsync.version', 'p2p.upnp'])
  })

  test('config: a flag counts more than a variable, a variable more than the file', () => {
    const config = new Config()
    config.readToml('moniker = "file"\nlog_level = "debug"\n', 'config.toml')
    config.readEnvironment({
      CMT_MONIKER: 'variable',
      CMTP2P_LADDR: 'tcp://127.0.0.1:1',
      CMT_MEMPOOL_KEEP_INVALID_TXS_IN_CACHE: 'true',
      CMT_LOG_LEVEL: '',
      OTHER_MONIKER: 'no',
    })
    expect(config.string('moniker')).toBe('variable')
    expect(config.string('p2p.laddr')).toBe('tcp://127.0.0.1:1')
    expect(config.boolean('mempool.keep-invalid-txs-in-cache')).toBe(true)
    expect(config.string('log_level')).toBe('debug')
    config.setText('moniker', 'flag', 'flag --moniker')
    expect(config.string('moniker')).toBe('flag')
  })

  test.each([
    ['[mempool]\nsize = -1', 'F: mempool.size: expected a whole number, 0 or more, got -1'],
    ['[mempool]\nsize = 1.5', 'F: mempool.size: expected a whole number, 0 or more, got 1.5'],
    ['[mempool]\nsize = "many"', 'F: mempool.size: expected a whole number, 0 or more, got "many"'],
    ['[p2p]\npex = 1', 'F: p2p.pex: expected true or false, got 1'],
    ['moniker = []', 'F: moniker: expected text, got []'],
    ['[moniker]\na = 1', 'F: moniker: expected text, got {"a":1}'],
    ['p2p = 5', 'F: p2p: expected a table, got 5'],
    [
      '[consensus]\ntimeout_commit = "1 second"',
      'F: consensus.timeout_commit: expected a duration such as 500ms or 1m30s, got "1 second"',
    ],
    [
      '[consensus]\ntimeout_commit = 1',
      'F: consensus.timeout_commit: expected a duration such as 500ms or 1m30s, got 1',
    ],
    [
      '[rpc]\ncors_allowed_origins = [1]',
      'F: rpc.cors_allowed_origins: expected a list of texts, got [1]',
    ],
    [
      'moniker = "a"\nmoniker = "b"',
      'F: line 2: trying to redefine an already defined table or value',
    ],
    ['\n\nmoniker = \n', 'F: line 3: '],
  ])('config: %j is refused in one line with file, key and reason', (text, message) => {
    const told = messageOf(() => new Config().readToml(text, 'F'))
    expect(told).toContain(message)
    expect(told).not.toContain('\n')
  })

  test('config: a wrong variable or flag is named', () => {
    const config = new Config()
    expect(messageOf(() => config.readEnvironment({ CMT_P2P_PEX: 'maybe' }))).toBe(
      'environment variable CMT_P2P_PEX: p2p.pex: expected true or false, got "maybe"',
    )
    expect(messageOf(() => config.setText('mempool.size', 'x', 'flag --mempool.size'))).toBe(
      'flag --mempool.size: mempool.size: expected a whole number, 0 or more, got "x"',
    )
  })

  test('config: what the node cannot do is refused with where it was asked for', () => {
    const config = new Config()
    config.refuseUnsupported()
    config.readToml('[p2p]\nseeds = "a@b:1"\n', '/home/config.toml')
    expect(messageOf(() => config.refuseUnsupported())).toBe(
      '/home/config.toml: p2p.seeds: "a@b:1" is not supported by this node; allowed: ""',
    )
  })
})
