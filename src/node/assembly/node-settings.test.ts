// From settings to parts: what is read, and what is refused with the setting's name.

import { describe, expect, test } from 'vitest'
import { Config } from './config.ts'
import { logSettings, nodeSettings } from './node-settings.ts'
import { messageOf } from './temporary-folder.fixture.ts'

const ID = '0123456789abcdef0123456789abcdef01234567'

const configWith = (values: Readonly<Record<string, string>>): Config => {
  const config = new Config()
  for (const [key, value] of Object.entries(values)) config.setText(key, value, 'T')
  return config
}

describe('node settings', () => {
  test('settings: the defaults are those of CometBFT', () => {
    const settings = nodeSettings(new Config())
    expect(settings.engine).toEqual({
      timeouts: {
        proposeMs: 3000,
        proposeDeltaMs: 500,
        prevoteMs: 1000,
        prevoteDeltaMs: 500,
        precommitMs: 1000,
        precommitDeltaMs: 500,
        commitMs: 1000,
        maxMs: 60_000,
      },
      skipTimeoutCommit: false,
      createEmptyBlocks: true,
      createEmptyBlocksIntervalMs: 0,
    })
    expect(settings.p2p.listenAddress).toBe('0.0.0.0:26656')
    expect(settings.rpcListen).toBe('127.0.0.1:26657')
    expect(settings.externalAddress).toBeNull()
    expect(settings.indexTxs).toBe(true)
  })

  test.each([
    ['tcp://127.0.0.1:0', '127.0.0.1:0'],
    ['127.0.0.1:80', '127.0.0.1:80'],
    ['tcp://:80', '0.0.0.0:80'],
    ['tcp://[::1]:80', '[::1]:80'],
    ['', null],
  ])('settings: rpc.laddr %j is %j', (text, address) => {
    expect(nodeSettings(configWith({ 'rpc.laddr': text })).rpcListen).toBe(address)
  })

  test('settings: peers are taken apart and their ids brought to lower case', () => {
    const peers = ` ${ID.toUpperCase()}@a.example:1 ,${ID}@[::1]:2,`
    const settings = nodeSettings(
      configWith({
        'p2p.persistent_peers': peers,
        'p2p.unconditional_peer_ids': ID.toUpperCase(),
        'p2p.external_address': 'tcp://a.example:5',
      }),
    )
    expect(settings.persistentPeers).toEqual([`${ID}@a.example:1`, `${ID}@[::1]:2`])
    expect(settings.p2p.unconditionalIds).toEqual([ID])
    expect(settings.externalAddress).toBe('a.example:5')
  })

  test.each([
    ['moniker', '', 'must not be empty'],
    ['proxy_app', 'noop', '"noop" is not supported by this node; allowed: kvstore, persistent_'],
    ['proxy_app', 'tcp://127.0.0.1:26658', 'an application in another process is not supported'],
    ['proxy_app', 'unix:///tmp/app', 'allowed: kvstore, persistent_kvstore'],
    ['p2p.laddr', '', 'expected tcp://host:port, got ""'],
    ['p2p.laddr', 'tcp://127.0.0.1', 'expected tcp://host:port, got "tcp://127.0.0.1"'],
    ['p2p.laddr', 'tcp://127.0.0.1:65536', 'expected tcp://host:port'],
    ['rpc.laddr', 'unix:///tmp/rpc', 'expected tcp://host:port, got "unix:///tmp/rpc"'],
    ['p2p.external_address', 'nowhere', 'expected host:port, got "nowhere"'],
    ['p2p.persistent_peers', 'a@b:1', 'a node id has 40 hexadecimal characters'],
    ['p2p.persistent_peers', `${ID}@b`, 'is not host:port'],
    ['p2p.unconditional_peer_ids', 'x', '"x" is no node id'],
    ['p2p.seeds', `${ID}@b:1`, 'is not supported by this node'],
    ['p2p.seed_mode', 'true', 'true is not supported by this node; allowed: false'],
    ['priv_validator_laddr', 'tcp://127.0.0.1:1', 'is not supported by this node'],
    ['rpc.grpc_laddr', 'tcp://127.0.0.1:1', 'is not supported by this node'],
    ['tx_index.indexer', 'psql', 'allowed: "kv", "null"'],
    ['log_format', 'xml', 'allowed: "plain", "json"'],
  ])('settings: %s = %j is refused in one line', async (key, value, reason) => {
    const message = await messageOf(() => nodeSettings(configWith({ [key]: value })))
    expect(message).toContain(reason)
    expect(message.startsWith(`T: ${key}: `)).toBe(true)
    expect(message).not.toContain('\n')
  })

  test('settings: a wrong log level is refused with the setting', async () => {
    expect(await messageOf(() => logSettings(configWith({ log_level: 'loud' })))).toContain(
      'T: log_level: log level "loud": "loud" is neither a level (debug, info, warn, error, none)',
    )
    const { filter, format } = logSettings(
      configWith({ log_level: 'consensus:debug,*:error', log_format: 'json' }),
    )
    expect([filter.rooms.get('consensus'), filter.rest, format]).toEqual(['debug', 'error', 'json'])
  })
})
