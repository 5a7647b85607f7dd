// Writes the homes of a network: all on this machine and ready to start, or for hosts as CometBFT
// does.

import { hostname } from 'node:os'
import { join } from 'node:path'
import { toHexUpper } from '../../core/bytes/index.ts'
import type { EvidenceRule } from '../../core/types/index.ts'
import { NodeFiles, systemRandom } from '../platform/index.ts'
import { Config } from './config.ts'
import { AssemblyError } from './errors.ts'
import { newGenesis, randomChainId, writeGenesis } from './genesis-file.ts'
import { homePaths, readText } from './home.ts'
import type { HomePaths } from './home.ts'
import { genesisValidator, makeKeys, writeConfig } from './init-home.ts'
import type { HomeKeys } from './init-home.ts'

/** Between the ports of two nodes on one machine. */
const PORT_STEP = 10
const MAX_PORT = 65_535
/** As many as a validator set can hold. */
const MAX_NODES = 10_000
const VALIDATOR_POWER = 1n

/** How the hosts of a network are named; nothing given means that all are this machine. */
export interface TestnetHosts {
  readonly prefix: string | undefined
  readonly suffix: string | undefined
  readonly startingIp: string | undefined
  readonly names: readonly string[]
}

/** What network to write. */
export interface TestnetOptions {
  readonly directory: string
  readonly validators: number
  /** Nodes that do not validate. */
  readonly others: number
  /** Homes are `directory/PREFIX0` and so on. */
  readonly homePrefix: string
  /** 0 means 1, as in CometBFT. */
  readonly initialHeight: bigint
  readonly persistentPeers: boolean
  /**
   * P2P port; on one machine that of the first node, RPC being one above and each node ten above
   * the last.
   */
  readonly p2pPort: number
  readonly randomMonikers: boolean
  readonly hosts: TestnetHosts
  /** A config.toml to begin from. */
  readonly configFile?: string
  /** Given instead of drawn. */
  readonly chainId?: string
  /** That of CometBFT when left out. */
  readonly evidenceRule?: EvidenceRule
  /** Settings by key that differ from the defaults. */
  readonly settings?: Readonly<Record<string, string>>
  /** Hears after each home how far it is. */
  readonly progress?: (text: string) => void
}

/** What was written. */
export interface Testnet {
  readonly chainId: string
  readonly homes: readonly string[]
}

interface Place {
  readonly paths: HomePaths
  readonly name: string
  readonly moniker: string
  /** `host:port` for peers. */
  readonly address: string
  readonly keys: HomeKeys
}

/**
 * Writes the homes. Keys that exist are kept, configuration and genesis are written anew.
 * @throws AssemblyError `ASSEMBLY_FLAG_INVALID`, or `ASSEMBLY_HOME_NOT_EMPTY` when a home has
 * blocks already.
 */
export async function makeTestnet(options: TestnetOptions): Promise<Testnet> {
  const total = options.validators + options.others
  checkCounts(options, total)
  const base = await baseConfig(options)
  const hostOf = hostNames(options, total)
  const places: Place[] = []
  for (let i = 0; i < total; i++) {
    places.push(await makePlace(options, base, { index: i, hostOf }))
    options.progress?.(`keys of ${i + 1} of ${total} homes`)
  }
  const chainId = options.chainId ?? randomChainId('chain')
  const validators = places
    .slice(0, options.validators)
    .map(({ keys, name }) => genesisValidator(keys, { power: VALIDATOR_POWER, name }))
  const { initialHeight, evidenceRule = 'comet' } = options
  const genesis = newGenesis({ chainId, initialHeight, validators, evidenceRule })
  const peers = places.map(({ keys, address }) => `${keys.node.id}@${address}`)
  for (const [index, place] of places.entries()) {
    const config = await baseConfig(options)
    setPlace(config, place)
    if (hostOf === null) setLocalPorts(config, options.p2pPort + index * PORT_STEP)
    // CometBFT's list names the node itself too; it is passed over.
    if (options.persistentPeers) set(config, 'p2p.persistent_peers', peers.join(','))
    await writeConfig(place.paths, config)
    await writeGenesis(place.paths.genesis, genesis)
    options.progress?.(`settings of ${index + 1} of ${total} homes`)
  }
  return { chainId, homes: places.map(({ paths }) => paths.home) }
}

async function baseConfig({ configFile, settings = {} }: TestnetOptions): Promise<Config> {
  const config = new Config()
  if (configFile !== undefined) {
    const text = await readText(configFile)
    if (text === null) throw wrongFlag('--config', `there is no file ${configFile}`)
    config.readToml(text, configFile)
  }
  for (const [key, value] of Object.entries(settings)) set(config, key, value)
  return config
}

async function makePlace(
  options: TestnetOptions,
  base: Config,
  { index, hostOf }: { index: number; hostOf: ((index: number) => string) | null },
): Promise<Place> {
  const name = `${options.homePrefix}${index}`
  const paths = homePaths(join(options.directory, name), base)
  await refuseBlocks(paths)
  const keys = await makeKeys(paths)
  const port = hostOf === null ? options.p2pPort + index * PORT_STEP : options.p2pPort
  const host = hostOf === null ? '127.0.0.1' : hostOf(index)
  const moniker = monikerOf(options, hostOf === null ? name : host)
  return { paths, name, moniker, address: `${host}:${port}`, keys }
}

/**
 * A new genesis over an old chain would never start, and reusing its keys there could sign twice.
 */
async function refuseBlocks(paths: HomePaths): Promise<void> {
  const names = await new NodeFiles().list(paths.store)
  if (names.length === 0) return
  throw new AssemblyError('ASSEMBLY_HOME_NOT_EMPTY', {
    where: paths.home,
    what: '',
    reason: 'there is a chain in this home already; remove it or write elsewhere with --o',
  })
}

function setPlace(config: Config, { moniker }: Place): void {
  set(config, 'moniker', moniker)
  // CometBFT would refuse peers at private addresses, and more than one at each, without these two.
  set(config, 'p2p.addr_book_strict', 'false')
  set(config, 'p2p.allow_duplicate_ip', 'true')
}

function setLocalPorts(config: Config, p2pPort: number): void {
  set(config, 'p2p.laddr', `tcp://127.0.0.1:${p2pPort}`)
  set(config, 'rpc.laddr', `tcp://127.0.0.1:${p2pPort + 1}`)
}

function set(config: Config, key: string, value: string): void {
  config.setText(key, value, 'testnet')
}

/** CometBFT names nodes by host, and draws names where it only knows addresses. */
function monikerOf({ hosts, randomMonikers }: TestnetOptions, host: string): string {
  const isAddress = hosts.names.length === 0 && (hosts.startingIp ?? '') !== ''
  if (randomMonikers || isAddress) return toHexUpper(systemRandom.bytes(8))
  return host === '' ? hostname() : host
}

/** The host of each node, or null when all are this machine. */
function hostNames(options: TestnetOptions, total: number): ((index: number) => string) | null {
  const { prefix, suffix, startingIp, names } = options.hosts
  if (names.length > 0) {
    if (names.length !== total) {
      throw wrongFlag('--hostname', `given ${names.length} times for ${total} nodes`)
    }
    return (index) => names[index] ?? ''
  }
  if (startingIp !== undefined && startingIp !== '') return addressesFrom(startingIp, total)
  if (prefix === undefined && suffix === undefined) return null
  return (index) => `${prefix ?? 'node'}${index}${suffix ?? ''}`
}

function addressesFrom(text: string, total: number): (index: number) => string {
  const octets = text.split('.').map((octet) => (/^\d{1,3}$/.test(octet) ? Number(octet) : 256))
  if (octets.length !== 4 || octets.some((octet) => octet > 255)) {
    throw wrongFlag('--starting-ip-address', `"${text}" is not an IPv4 address`)
  }
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  if (first + total > 2 ** 32) throw wrongFlag('--starting-ip-address', 'too few addresses follow')
  return (index) => {
    const address = first + index
    return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
  }
}

function checkCounts(
  { validators, others, p2pPort, hosts, homePrefix }: TestnetOptions,
  total: number,
): void {
  if (validators < 1) throw wrongFlag('--v', 'a chain needs at least one validator')
  if (validators > MAX_NODES) throw wrongFlag('--v', `at most ${MAX_NODES}`)
  if (others > MAX_NODES) throw wrongFlag('--n', `at most ${MAX_NODES}`)
  if (homePrefix.includes('/')) throw wrongFlag('--node-dir-prefix', 'must be a plain name')
  const { prefix, suffix, startingIp, names } = hosts
  const isLocal = names.length === 0 && [prefix, suffix, startingIp].every((x) => x === undefined)
  const last = isLocal ? p2pPort + (total - 1) * PORT_STEP + 1 : p2pPort
  if (p2pPort < 1 || last > MAX_PORT) {
    throw wrongFlag(
      '--p2p-port',
      `ports from ${p2pPort} to ${last} are not all between 1 and ${MAX_PORT}`,
    )
  }
}

function wrongFlag(flag: string, reason: string): AssemblyError {
  return new AssemblyError('ASSEMBLY_FLAG_INVALID', { where: `flag ${flag}`, what: '', reason })
}
