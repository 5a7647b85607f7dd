// Homes of networks: on this machine ready to start, for hosts as CometBFT lays them out.

import { readFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseGenesis } from '../../core/types/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { loadConfig } from './home.ts'
import { readNodeId } from './init-home.ts'
import { nodeSettings } from './node-settings.ts'
import { messageOf, temporaryFolder } from './temporary-folder.fixture.ts'
import { makeTestnet } from './testnet.ts'
import type { TestnetOptions } from './testnet.ts'

const NO_HOSTS = { prefix: undefined, suffix: undefined, startingIp: undefined, names: [] }

const optionsOf = (directory: string, more: Partial<TestnetOptions> = {}): TestnetOptions => ({
  directory,
  validators: 2,
  others: 0,
  homePrefix: 'node',
  initialHeight: 0n,
  persistentPeers: true,
  p2pPort: 26_656,
  randomMonikers: false,
  hosts: NO_HOSTS,
  ...more,
})

const genesisOf = (home: string): string => readFileSync(join(home, 'config/genesis.json'), 'utf8')

describe('testnet', () => {
  test('testnet: without hosts the homes are on this machine and know each other', async () => {
    const told: string[] = []
    const progress = (text: string): void => void told.push(text)
    const { homes, chainId } = await makeTestnet(
      optionsOf(temporaryFolder(), { validators: 3, others: 1, progress }),
    )
    expect([told.length, told[0], told.at(-1)]).toEqual([
      8,
      'keys of 1 of 4 homes',
      'settings of 4 of 4 homes',
    ])
    expect(chainId).toMatch(/^chain-[0-9A-Za-z]{6}$/)
    const configs = await Promise.all(homes.map((home) => loadConfig(home, {})))
    const ids = await Promise.all(homes.map((home, i) => readNodeId(home, configs[i]!)))
    const peers = ids.map((id, i) => `${id}@127.0.0.1:${26_656 + 10 * i}`)
    for (const [i, config] of configs.entries()) {
      const settings = nodeSettings(config)
      expect(settings.moniker).toBe(`node${i}`)
      expect(settings.application).toBe('kvstore')
      expect(settings.p2p.listenAddress).toBe(`127.0.0.1:${26_656 + 10 * i}`)
      expect(settings.rpcListen).toBe(`127.0.0.1:${26_657 + 10 * i}`)
      expect(settings.persistentPeers).toEqual(peers)
      expect(config.boolean('p2p.addr_book_strict')).toBe(false)
      expect(config.boolean('p2p.allow_duplicate_ip')).toBe(true)
    }
    expect(new Set(homes.map(genesisOf)).size).toBe(1)
    const genesis = parseGenesis(nativeCrypto, genesisOf(homes[0]!))
    if (!genesis.ok) throw new Error(genesis.error.reason)
    expect(genesis.value.chainId).toBe(chainId)
    expect(genesis.value.validators.map(({ name, power }) => [name, power])).toEqual([
      ['node0', 1n],
      ['node1', 1n],
      ['node2', 1n],
    ])
  })

  test('testnet: settings, prefix, height and chain id are taken', async () => {
    const folder = temporaryFolder()
    const configFile = join(folder, 'base.toml')
    writeFileSync(configFile, '[consensus]\ntimeout_commit = "5s"\ntimeout_propose = "9s"\n')
    const made = await makeTestnet(
      optionsOf(join(folder, 'net'), {
        homePrefix: 'val',
        initialHeight: 7n,
        chainId: 'mine',
        persistentPeers: false,
        configFile,
        settings: { 'consensus.timeout_commit': '200ms' },
      }),
    )
    expect(made.homes).toEqual([join(folder, 'net/val0'), join(folder, 'net/val1')])
    const config = await loadConfig(made.homes[1]!, {})
    expect(config.durationMs('consensus.timeout_commit')).toBe(200)
    expect(config.durationMs('consensus.timeout_propose')).toBe(9000)
    expect(config.string('p2p.persistent_peers')).toBe('')
    expect(JSON.parse(genesisOf(made.homes[0]!))).toMatchObject({
      chain_id: 'mine',
      initial_height: '7',
      validators: [{ name: 'val0' }, { name: 'val1' }],
    })
  })

  test.each([
    [{ ...NO_HOSTS, prefix: 'h', suffix: '.x.y' }, ['h0.x.y', 'h1.x.y'], ['h0.x.y', 'h1.x.y']],
    [{ ...NO_HOSTS, suffix: '.x' }, ['node0.x', 'node1.x'], ['node0.x', 'node1.x']],
    [{ ...NO_HOSTS, names: ['a', 'b'] }, ['a', 'b'], ['a', 'b']],
    [{ ...NO_HOSTS, startingIp: '10.0.0.255' }, ['10.0.0.255', '10.0.1.0'], null],
  ])('testnet: hosts %j are laid out as by CometBFT', async (hosts, names, monikers) => {
    const { homes } = await makeTestnet(optionsOf(temporaryFolder(), { hosts, p2pPort: 1234 }))
    const configs = await Promise.all(homes.map((home) => loadConfig(home, {})))
    const ids = await Promise.all(homes.map((home, i) => readNodeId(home, configs[i]!)))
    const peers = names.map((name, i) => `${ids[i]}@${name}:1234`).join(',')
    for (const [i, config] of configs.entries()) {
      expect(config.string('p2p.persistent_peers')).toBe(peers)
      expect(config.string('p2p.laddr')).toBe('tcp://0.0.0.0:26656')
      expect(config.string('rpc.laddr')).toBe('tcp://127.0.0.1:26657')
      if (monikers === null) expect(config.string('moniker')).toMatch(/^[0-9A-F]{16}$/)
      else expect(config.string('moniker')).toBe(monikers[i])
    }
  })

  test('testnet: a second one keeps the keys and begins another chain', async () => {
    const folder = temporaryFolder()
    const first = await makeTestnet(optionsOf(folder))
    const key = readFileSync(join(folder, 'node0/config/priv_validator_key.json'), 'utf8')
    const second = await makeTestnet(optionsOf(folder))
    expect(second.chainId).not.toBe(first.chainId)
    expect(readFileSync(join(folder, 'node0/config/priv_validator_key.json'), 'utf8')).toBe(key)
  })

  test('testnet: does not write over a chain', async () => {
    const folder = temporaryFolder()
    const { homes } = await makeTestnet(optionsOf(folder))
    mkdirSync(join(homes[1]!, 'data/quadrille/chain'), { recursive: true })
    const before = genesisOf(homes[0]!)
    expect(await messageOf(() => makeTestnet(optionsOf(folder)))).toBe(
      `${homes[1]}: there is a chain in this home already; remove it or write elsewhere with --o`,
    )
    expect(genesisOf(homes[0]!)).toBe(before)
  })

  test.each<[Partial<TestnetOptions>, string]>([
    [{ validators: 0 }, 'flag --v: a chain needs at least one validator'],
    [{ validators: 10_001 }, 'flag --v: at most 10000'],
    [{ others: 10_001 }, 'flag --n: at most 10000'],
    [{ p2pPort: 0 }, 'flag --p2p-port: ports from 0 to 11 are not all between 1 and 65535'],
    [{ p2pPort: 65_530 }, 'flag --p2p-port: ports from 65530 to 65541 are not all between'],
    [{ homePrefix: '../node' }, 'flag --node-dir-prefix: must be a plain name'],
    [{ hosts: { ...NO_HOSTS, names: ['a'] } }, 'flag --hostname: given 1 times for 2 nodes'],
    [
      { hosts: { ...NO_HOSTS, startingIp: '::1' } },
      'flag --starting-ip-address: "::1" is not an IPv4 address',
    ],
    [
      { hosts: { ...NO_HOSTS, startingIp: '255.255.255.255' } },
      'flag --starting-ip-address: too few addresses follow',
    ],
    [{ configFile: '/none' }, 'flag --config: there is no file /none'],
  ])('testnet: %j is refused and nothing is written', async (more, message) => {
    const folder = join(temporaryFolder(), 'net')
    expect(await messageOf(() => makeTestnet(optionsOf(folder, more)))).toContain(message)
    expect(() => readFileSync(join(folder, 'node0/config/node_key.json'))).toThrow('ENOENT')
  })
})
