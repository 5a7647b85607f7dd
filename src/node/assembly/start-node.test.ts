// Starting a node: what is wrong with a home is told with file, field and reason, and everything is
// closed again.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeLogger } from '../platform/index.ts'
import { loadConfig } from './home.ts'
import { Config } from './config.ts'
import { initHome } from './init-home.ts'
import { startNode } from './start-node.ts'
import type { RunningNode, StartOptions } from './start-node.ts'
import { messageOf, temporaryFolder } from './temporary-folder.fixture.ts'

interface Case {
  readonly title: string
  readonly spoil: (home: string) => void
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
const garbage = (file: string) => (home: string) => writeFileSync(join(home, file), '{"')

const CASES: readonly Case[] = [
  {
    title: 'config.toml that is no TOML',
    spoil: inFile('config/config.toml', 'moniker = ', 'moniker '),
    told: 'HOME/config/config.toml: line ',
  },
  {
    title: 'a setting of the wrong kind',
    spoil: inFile('config/config.toml', 'size = 5000', 'size = "big"'),
    told: 'HOME/config/config.toml: mempool.size: expected a whole number, 0 or more, got "big"',
  },
  {
    title: 'a wrong duration',
    spoil: inFile('config/config.toml', 'timeout_commit = "1s"', 'timeout_commit = "soon"'),
    told: 'HOME/config/config.toml: consensus.timeout_commit: expected a duration',
  },
  {
    title: 'an application elsewhere',
    spoil: inFile(
      'config/config.toml',
      'proxy_app = "kvstore"',
      'proxy_app = "tcp://127.0.0.1:26658"',
    ),
    told: 'HOME/config/config.toml: proxy_app: an application in another process is not supported',
  },
  {
    title: 'a feature that is not there',
    spoil: inFile('config/config.toml', 'prometheus = false', 'prometheus = true'),
    told: 'HOME/config/config.toml: instrumentation.prometheus: true is not supported',
  },
  {
    title: 'no genesis',
    spoil: without('config/genesis.json'),
    told: 'HOME/config/genesis.json: there is no such file; `quadrille init --home HOME`',
  },
  {
    title: 'a home that nobody has made',
    spoil: (home) => rmSync(join(home, 'config'), { recursive: true }),
    told: 'HOME/config/genesis.json: there is no such file; `quadrille init --home HOME`',
  },
  {
    title: 'a genesis that is no JSON',
    spoil: garbage('config/genesis.json'),
    told: 'HOME/config/genesis.json: is not JSON',
  },
  {
    title: 'a genesis with a wrong power',
    spoil: inFile('config/genesis.json', '"power": "10"', '"power": "-1"'),
    told: 'HOME/config/genesis.json: validators.0.power: is not positive',
  },
  {
    title: 'a genesis with a wrong parameter',
    spoil: inFile('config/genesis.json', '"max_bytes": "22020096"', '"max_bytes": "0"'),
    told: 'HOME/config/genesis.json: consensus_params.block.max_bytes: is 0, must be from 1 to',
  },
  {
    title: 'a genesis with an unknown switch',
    spoil: inFile(
      'config/genesis.json',
      '"app_hash"',
      '"quadrille": {"lock_rule": "new"}, "app_hash"',
    ),
    told: 'HOME/config/genesis.json: quadrille.lock_rule: is neither comet-legacy nor paper',
  },
  {
    title: 'a genesis with vote extensions',
    spoil: inFile(
      'config/genesis.json',
      '"vote_extensions_enable_height": "0"',
      '"vote_extensions_enable_height": "5"',
    ),
    told:
      'HOME/config/genesis.json: consensus_params.abci.vote_extensions_enable_height: must be 0: ' +
      'this node does not sign vote extensions',
  },
  {
    title: 'a genesis without validators',
    spoil: inFile('config/genesis.json', /"validators": \[[^\]]*\],/, ''),
    told: 'HOME/config/genesis.json: validators: neither the genesis nor the application names',
  },
  {
    title: 'a folder of the databases that is a file',
    spoil: inFile('config/config.toml', 'db_dir = "data"', 'db_dir = "config/genesis.json"'),
    told:
      'HOME/config/config.toml: db_dir: cannot make the folder ' +
      'HOME/config/genesis.json/quadrille: ENOTDIR: not a directory',
  },
  {
    title: 'a file without a name',
    spoil: inFile('config/config.toml', /node_key_file = .*/, 'node_key_file = ""'),
    told: 'HOME/config/config.toml: node_key_file: must not be empty',
  },
  {
    title: 'no node key',
    spoil: without('config/node_key.json'),
    told: 'HOME/config/node_key.json: there is no node key; `quadrille init --home HOME`',
  },
  {
    title: 'a node key that is no JSON',
    spoil: garbage('config/node_key.json'),
    told: 'HOME/config/node_key.json: the file is not JSON',
  },
  {
    title: 'no validator key',
    spoil: without('config/priv_validator_key.json'),
    told:
      'HOME/config/priv_validator_key.json: there is no validator key; ' +
      '`quadrille init --home HOME`',
  },
  {
    title: 'a validator key with another address',
    spoil: inFile(
      'config/priv_validator_key.json',
      /"address": "[0-9A-F]{40}"/,
      `"address": "${'00'.repeat(20)}"`,
    ),
    told: 'HOME/config/priv_validator_key.json, field address: does not belong to priv_key',
  },
  {
    title: 'a validator key of another kind',
    spoil: inFile(
      'config/priv_validator_key.json',
      'tendermint/PrivKeyEd25519',
      'tendermint/PrivKeySecp256k1',
    ),
    told:
      'HOME/config/priv_validator_key.json, field priv_key.type: is not ' +
      'tendermint/PrivKeyEd25519, the only kind that this node signs with',
  },
  {
    title: 'no sign state',
    spoil: without('data/priv_validator_state.json'),
    told: 'HOME/data/priv_validator_state.json: the sign state is missing although there is a key',
  },
  {
    title: 'a sign state with a wrong field',
    spoil: inFile('data/priv_validator_state.json', '"round": 0', '"round": -1'),
    told: 'HOME/data/priv_validator_state.json, field round: is not an integer from 0 to',
  },
]

const newHome = async (): Promise<string> => {
  const home = join(temporaryFolder(), 'home')
  await initHome(home, new Config())
  return home
}

const silent = makeLogger({ filter: { rooms: new Map(), rest: 'none' }, format: 'plain' })

const start = async (home: string, more: Partial<StartOptions> = {}): Promise<RunningNode> => {
  const config = await loadConfig(home, {})
  config.setText('rpc.laddr', 'tcp://127.0.0.1:0', 'test')
  config.setText('p2p.laddr', 'tcp://127.0.0.1:0', 'test')
  return startNode({ home, config, logger: silent, ...more })
}

describe('start', () => {
  test.each(CASES)('start: $title is refused in one line', async ({ spoil, told }) => {
    const home = await newHome()
    spoil(home)
    const message = await messageOf(() => start(home))
    expect(message).toContain(told.replaceAll('HOME', home))
    expect(message).not.toContain('\n')
  })

  test('start: a node runs, gives its home back, and runs again', async () => {
    const home = await newHome()
    for (let run = 0; run < 2; run++) {
      const node = await start(home)
      expect(node.nodeId).toMatch(/^[0-9a-f]{40}$/)
      const health = await fetch(`${node.rpcUrl}/health`)
      expect(health.status).toBe(200)
      expect(await messageOf(() => start(home))).toBe(
        `cannot use the home ${home}: already in use by another process`,
      )
      await node.stop()
      await expect(fetch(`${node.rpcUrl}/health`)).rejects.toThrow('fetch failed')
    }
  })

  test.each([
    ['one', ['timeout_comit'], 'timeout_comit'],
    ['ten', 'abcdefghij'.split(''), 'a, b, c, d, e, f, g, h, i, j'],
    ['eleven', 'abcdefghijk'.split(''), 'a, b, c, d, e, f, g, h, i, j, ...'],
    ['a long one', ['k'.repeat(500)], 'k'.repeat(80)],
  ])('start: unknown settings are warned of: %s', async (_, names, told) => {
    const home = await newHome()
    const lines = names.map((name) => `${name} = 1\n`).join('')
    inFile('config/config.toml', 'proxy_app =', `${lines}proxy_app =`)(home)
    const output: string[] = []
    const filter = { rooms: new Map(), rest: 'warn' } as const
    const stream = { write: (line: string) => output.push(line) }
    const node = await start(home, {
      logger: makeLogger({ filter, format: 'json', output: stream }),
    })
    await node.stop()
    expect(output.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        msg: 'config.toml has settings that this node does not know',
        keys: told,
      }),
    ])
  })

  test('start: RPC is off without an address', async () => {
    const home = await newHome()
    const config = await loadConfig(home, {})
    config.setText('rpc.laddr', '', 'test')
    config.setText('p2p.laddr', 'tcp://127.0.0.1:0', 'test')
    const node = await startNode({ home, config, logger: silent })
    expect(node.rpcUrl).toBeNull()
    await node.stop()
  })

  test('start: stopped on the way, it closes what it opened', async () => {
    const home = await newHome()
    const controller = new AbortController()
    const beforeStart = (): void => controller.abort()
    const stopped = start(home, { signal: controller.signal, beforeStart })
    await expect(stopped).rejects.toMatchObject({ code: 'ASSEMBLY_STOPPED' })
    await (await start(home)).stop()
  })
})
