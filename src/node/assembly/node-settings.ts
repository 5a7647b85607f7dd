// From the settings of config.toml to what the parts of a node take, with every address and filter
// checked.

import type { EngineConfig } from '../../host/engine/index.ts'
import type { MempoolConfig } from '../../host/mempool/index.ts'
import { parsePeerAddress, splitHostPort } from '../../host/p2p/index.ts'
import type { SwitchConfig } from '../../host/p2p/index.ts'
import { parseLogLevel } from '../platform/index.ts'
import type { LogFilter } from '../platform/index.ts'
import type { Config } from './config.ts'

/** Rounds may take longer and longer while messages are late, but never longer than this. */
const MAX_TIMEOUT_MS = 60_000
const APPLICATIONS = ['kvstore', 'persistent_kvstore'] as const

/** The applications that come with the node. */
export type ApplicationName = (typeof APPLICATIONS)[number]

/** How a node logs. */
export interface LogSettings {
  readonly filter: LogFilter
  readonly format: 'plain' | 'json'
}

/** What the parts of a node take. */
export interface NodeSettings {
  readonly moniker: string
  readonly application: ApplicationName
  readonly engine: EngineConfig
  readonly mempool: Partial<MempoolConfig>
  readonly p2p: SwitchConfig
  readonly externalAddress: string | null
  /** `id@host:port`. */
  readonly persistentPeers: readonly string[]
  /** `host:port`, null when RPC is off. */
  readonly rpcListen: string | null
  readonly indexTxs: boolean
  readonly doubleSignCheckHeight: number
}

/** How the node of a configuration logs. Throws `AssemblyError`. */
export function logSettings(config: Config): LogSettings {
  const filter = parseLogLevel(config.string('log_level'))
  if (!filter.ok) throw config.refusal('log_level', filter.error)
  return { filter: filter.value, format: config.string('log_format') === 'json' ? 'json' : 'plain' }
}

/**
 * Reads and checks everything at once. Throws `AssemblyError` that names file, variable or flag,
 * key and reason.
 */
export function nodeSettings(config: Config): NodeSettings {
  config.refuseUnsupported()
  const moniker = config.string('moniker')
  if (moniker === '') throw config.refusal('moniker', 'must not be empty')
  return {
    moniker,
    application: applicationOf(config),
    engine: engineConfig(config),
    mempool: mempoolConfig(config),
    p2p: switchConfig(config),
    externalAddress: externalAddress(config),
    persistentPeers: persistentPeers(config),
    rpcListen: rpcListen(config),
    indexTxs: config.string('tx_index.indexer') === 'kv',
    doubleSignCheckHeight: config.integer('consensus.double_sign_check_height'),
  }
}

function applicationOf(config: Config): ApplicationName {
  const name = config.string('proxy_app')
  const known = APPLICATIONS.find((each) => each === name)
  if (known !== undefined) return known
  const kind = /:\/\//.test(name) ? 'an application in another process' : `"${name}"`
  const reason = `${kind} is not supported by this node; allowed: ${APPLICATIONS.join(', ')}`
  throw config.refusal('proxy_app', `${reason} (for example --proxy_app kvstore)`)
}

function engineConfig(config: Config): EngineConfig {
  const timeout = (name: string): number => config.durationMs(`consensus.timeout_${name}`)
  return {
    timeouts: {
      proposeMs: timeout('propose'),
      proposeDeltaMs: timeout('propose_delta'),
      prevoteMs: timeout('prevote'),
      prevoteDeltaMs: timeout('prevote_delta'),
      precommitMs: timeout('precommit'),
      precommitDeltaMs: timeout('precommit_delta'),
      commitMs: timeout('commit'),
      maxMs: MAX_TIMEOUT_MS,
    },
    skipTimeoutCommit: config.boolean('consensus.skip_timeout_commit'),
    createEmptyBlocks: config.boolean('consensus.create_empty_blocks'),
    createEmptyBlocksIntervalMs: config.durationMs('consensus.create_empty_blocks_interval'),
  }
}

function mempoolConfig(config: Config): Partial<MempoolConfig> {
  return {
    size: config.integer('mempool.size'),
    maxTxsBytes: config.integer('mempool.max_txs_bytes'),
    maxTxBytes: config.integer('mempool.max_tx_bytes'),
    cacheSize: config.integer('mempool.cache_size'),
    keepInvalidTxsInCache: config.boolean('mempool.keep-invalid-txs-in-cache'),
    recheck: config.boolean('mempool.recheck'),
    broadcast: config.boolean('mempool.broadcast'),
  }
}

function switchConfig(config: Config): SwitchConfig {
  return {
    listenAddress: listenAddress(config, 'p2p.laddr'),
    maxInbound: config.integer('p2p.max_num_inbound_peers'),
    dialTimeoutMs: config.durationMs('p2p.dial_timeout'),
    unconditionalIds: unconditionalIds(config),
  }
}

function unconditionalIds(config: Config): readonly string[] {
  const key = 'p2p.unconditional_peer_ids'
  const ids = split(config.string(key)).map((id) => id.toLowerCase())
  const wrong = ids.find((id) => !/^[0-9a-f]{40}$/.test(id))
  if (wrong === undefined) return ids
  throw config.refusal(key, `"${wrong}" is no node id: expected 40 hexadecimal characters`)
}

function externalAddress(config: Config): string | null {
  const key = 'p2p.external_address'
  const text = config.string(key)
  if (text === '') return null
  const address = withoutTcp(text)
  if (splitHostPort(address) !== null) return address
  throw config.refusal(key, `expected host:port, got "${text}"`)
}

function persistentPeers(config: Config): readonly string[] {
  const key = 'p2p.persistent_peers'
  return split(config.string(key)).map((text) => {
    const parsed = parsePeerAddress(text)
    if (!parsed.ok) throw config.refusal(key, parsed.error)
    return `${parsed.value.id}@${parsed.value.address}`
  })
}

function rpcListen(config: Config): string | null {
  return config.string('rpc.laddr') === '' ? null : listenAddress(config, 'rpc.laddr')
}

/**
 * `tcp://host:port`, the scheme optional; without a host all addresses of the machine are meant.
 */
function listenAddress(config: Config, key: string): string {
  const text = config.string(key)
  const plain = withoutTcp(text)
  const address = plain.startsWith(':') ? `0.0.0.0${plain}` : plain
  if (splitHostPort(address) !== null) return address
  throw config.refusal(key, `expected tcp://host:port, got "${text}"`)
}

function withoutTcp(address: string): string {
  return address.startsWith('tcp://') ? address.slice('tcp://'.length) : address
}

function split(list: string): readonly string[] {
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
