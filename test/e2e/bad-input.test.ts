// What a user can get wrong: every start that is refused ends with exit code 1 and one line that
// names the thing.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Config, initHome } from '../../src/node/assembly/index.ts'
import { folderForTest, quadrille } from './command.ts'

const PORTS = ['--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0']
const PEER = `${'ab'.repeat(20)}@127.0.0.1`

interface Case {
  readonly title: string
  /** What is done to a good home. */
  readonly spoil?: (home: string) => void
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** `HOME` stands for the home. */
  readonly told: string
}

const inFile =
  (file: string, from: string | RegExp, to: string) =>
  (home: string): void => {
    const path = join(home, file)
    const text = readFileSync(path, 'utf8')
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`${file} has no ${from}`)
    writeFileSync(path, changed)
  }
const without = (file: string) => (home: string) => rmSync(join(home, file))

const CASES: readonly Case[] = [
  {
    title: 'no home',
    args: ['--home', '/nonexistent/home'],
    told: '/nonexistent/home/config/genesis.json: there is no such file; `quadrille init --home ',
  },
  {
    title: 'a wrong variable',
    env: { CMT_P2P_PEX: 'maybe' },
    told: 'environment variable CMT_P2P_PEX: p2p.pex: expected true or false, got "maybe"',
  },
  {
    title: 'a wrong flag value',
    args: ['--p2p.persistent_peers', PEER],
    told: 'flag --p2p.persistent_peers: p2p.persistent_peers: ',
  },
  { title: 'an unknown flag', args: ['--bogus'], told: "unknown option '--bogus'" },
  {
    title: 'a genesis with a wrong power',
    spoil: inFile('config/genesis.json', '"power": "10"', '"power": "-1"'),
    told: 'HOME/config/genesis.json: validators.0.power: is not positive',
  },
  {
    title: 'an unknown field in the slashing policy',
    spoil: inFile(
      'config/genesis.json',
      /\{/,
      '{ "quadrille": { "evidence": "all", "slashing": { "downtime": { "windw": 5 } } },',
    ),
    told: 'HOME/config/genesis.json: quadrille.slashing.downtime.windw: is unknown; downtime has ',
  },
  {
    title: 'no sign state',
    spoil: without('data/priv_validator_state.json'),
    told: 'HOME/data/priv_validator_state.json: the sign state is missing although there is a key',
  },
]

describe('bad input', () => {
  test.concurrent.each(CASES)('start: $title is refused in one line', async (each) => {
    const home = join(folderForTest(), 'home')
    await initHome(home, new Config())
    each.spoil?.(home)
    const { env = {} } = each
    const ended = await quadrille(['start', '--home', home, ...PORTS, ...(each.args ?? [])], {
      env,
    })
    const told = each.told.replaceAll('HOME', home)
    expect(ended.err.startsWith(`ERROR: ${told}`) ? told : ended.err).toBe(told)
    expect(ended.err.trimEnd().split('\n')).toHaveLength(1)
    expect(ended.code).toBe(1)
    expect(ended.out).not.toContain('node started')
  })

  test.concurrent('start: an address that is taken is refused with its setting', async () => {
    const home = join(folderForTest(), 'home')
    await initHome(home, new Config())
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const taken = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const [flag, key] of [
      ['--rpc.laddr', 'rpc.laddr'],
      ['--p2p.laddr', 'p2p.laddr'],
    ] as const) {
      const ended = await quadrille([
        'start',
        '--home',
        home,
        ...PORTS,
        flag,
        taken,
        '--log_level',
        'none',
      ])
      expect([ended.code, ended.err]).toEqual([
        1,
        `ERROR: flag ${flag}: ${key}: ${taken} is taken by another process\n`,
      ])
    }
    server.close()
  })

  test.concurrent('start: another genesis than that of the stored chain is refused', async () => {
    const folder = folderForTest()
    const home = join(folder, 'home')
    await initHome(home, new Config())
    const spoiled = join(folder, 'spoiled')
    // The first start writes what it belongs to even when it ends at once.
    await quadrille(['start', '--home', home, ...PORTS, '--rpc.laddr', 'tcp://192.0.2.1:1'])
    cpSync(home, spoiled, { recursive: true })
    inFile('config/genesis.json', '"max_gas": "-1"', '"max_gas": "7"')(spoiled)
    const ended = await quadrille(['start', '--home', spoiled, ...PORTS])
    const where = `${spoiled}/config/genesis.json: consensus_params.block.max_gas`
    expect([ended.code, ended.err]).toEqual([
      1,
      expect.stringContaining(`ERROR: ${where}: is not as in the genesis that`),
    ])
    expect(ended.err).toContain(`\`quadrille unsafe-reset-all --home ${spoiled}\``)
  })

  test.concurrent.each([
    [['bogus'], "unknown command 'bogus'"],
    [['testnet', '--v', 'x'], '--v: expected a whole number, got "x"'],
    [['testnet', '--v', '0', '--o', '/tmp/none'], 'flag --v: a chain needs at least one validator'],
    [['dev', '--home', '/tmp/none'], '--home: dev keeps its homes in .quadrille/dev'],
    [['--home', '/tmp/none', 'dev'], '--home: dev keeps its homes in .quadrille/dev'],
    [['show-node-id', '--home', '/nonexistent'], '/nonexistent/config/node_key.json: there is no'],
    [['unsafe-reset-all', '--home', '/nonexistent'], '/nonexistent/config/priv_validator_key.json'],
  ])('command: %j is refused in one line', async (args, told) => {
    const ended = await quadrille(args)
    expect(ended.err.startsWith('ERROR: ')).toBe(true)
    expect(ended.err).toContain(told)
    expect(ended.err.trimEnd().split('\n')).toHaveLength(1)
    expect([ended.code, ended.out]).toEqual([1, ''])
  })
})
