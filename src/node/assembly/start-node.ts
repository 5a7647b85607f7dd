// Starts one node from its home: lock, keys, genesis, stores, application, replica and RPC, in this
// order.

import { join } from 'node:path'
import { loadFileSigner, loadNodeKey } from '../../host/privval/index.ts'
import { ExecutionError } from '../../host/execution/index.ts'
import { Replica, ReplicaError } from '../../host/replica/index.ts'
import type { ReplicaOptions } from '../../host/replica/index.ts'
import { PortError } from '../../host/ports/index.ts'
import type { Logger } from '../../host/ports/index.ts'
import type { PublicKey } from '../../core/types/index.ts'
import {
  LevelKeyValueStore,
  lockHome,
  makeLogger,
  nativeChannelCrypto,
  nativeCrypto,
  NodeFiles,
  systemClock,
  systemRandom,
  tcpNetwork,
} from '../platform/index.ts'
import type { LevelOptions } from '../platform/index.ts'
import { openApplication } from './application.ts'
import { Closers } from './closers.ts'
import { DEFAULT_ORIGIN } from './config.ts'
import type { Config } from './config.ts'
import { AssemblyError } from './errors.ts'
import { checkSameGenesis, readGenesis } from './genesis-file.ts'
import { homePaths } from './home.ts'
import type { HomePaths } from './home.ts'
import { logSettings, nodeSettings } from './node-settings.ts'
import type { NodeSettings } from './node-settings.ts'
import { listenRpc } from './rpc-listener.ts'
import { PROTOCOL_LINE } from './versions.ts'

const MEGABYTE = 1024 * 1024
/**
 * A block and its indexes are read while they are new; 150 MB must be enough for the whole process.
 * Keys that are hashes overlap all older tables: with half the write buffer, merging tables takes
 * twice the processor time (under load a third of all that the database takes); with twice as much
 * little is gained.
 */
const STORE_CACHE: LevelOptions = { cacheBytes: 2 * MEGABYTE, writeBufferBytes: 4 * MEGABYTE }
const APPLICATION_CACHE: LevelOptions = { cacheBytes: MEGABYTE, writeBufferBytes: 4 * MEGABYTE }

/** How many unknown settings a warning names. */
const SHOWN_KEYS = 10
const SHOWN_LETTERS = 80

/** Which node to start. */
export interface StartOptions {
  readonly home: string
  readonly config: Config
  /** SHA-256 that the genesis file must have, in hex. */
  readonly genesisHash?: string
  /** Instead of the one that the configuration describes. */
  readonly logger?: Logger
  /** Ends the start: what is open is closed and the start rejects with `ASSEMBLY_STOPPED`. */
  readonly signal?: AbortSignal
  /** Has the last word on what the replica is told; the path is that of the validator's key. */
  readonly alter?: (options: ReplicaOptions, keyPath: string) => Promise<ReplicaOptions>
  /** Sees the replica when it is complete and nothing of it runs yet. */
  readonly beforeStart?: (replica: Replica) => void
}

/** A node that runs. */
export interface RunningNode {
  readonly replica: Replica
  readonly nodeId: string
  /** `http://host:port`, null when RPC is off. */
  readonly rpcUrl: string | null
  /** Resolves with the reason when the node cannot go on; `stop` is still to be called. */
  readonly halted: Promise<Error>
  /** Ends RPC, then the network, consensus, the stores and the hold on the home. */
  stop(): Promise<void>
}

/**
 * Starts a node. Rejects, with everything closed again, with the typed error of the room that
 * refuses; its message is one line that names the thing and the reason.
 */
export async function startNode(options: StartOptions): Promise<RunningNode> {
  const closers = new Closers()
  try {
    return await open(options, closers)
  } catch (error) {
    await closers.close().catch(() => undefined)
    throw error
  }
}

async function open(options: StartOptions, closers: Closers): Promise<RunningNode> {
  const { home, config, signal } = options
  const paths = homePaths(home, config)
  const settings = await settingsOf(config, paths)
  const logger = options.logger ?? makeLogger(logSettings(config))
  warnOfUnknown(config, logger)
  const genesis = await readGenesis(paths, options.genesisHash ?? null)
  const keys = { files: new NodeFiles(), crypto: nativeCrypto, home }
  const node = await loadNodeKey({ ...keys, path: paths.nodeKey })
  const lock = await lockHome(home)
  closers.add(() => lock.release())
  const signer = await loadFileSigner({
    ...keys,
    keyPath: paths.validatorKey,
    statePath: paths.validatorState,
  })
  await makeStore(paths, config)
  await checkSameGenesis(paths, genesis)
  refuseStopped(signal)
  const application = await openApplication(settings.application, paths.store, APPLICATION_CACHE)
  closers.add(() => application.close())
  const store = await LevelKeyValueStore.open(join(paths.store, 'chain'), STORE_CACHE)
  closers.add(() => store.close())
  const replicaOptions: ReplicaOptions = {
    ...settings,
    ports: { ...realPorts(logger), store },
    genesis,
    application: application.application,
    signer,
    nodeKeySeed: node.seed,
    version: PROTOCOL_LINE,
    rpcAddress: settings.rpcListen === null ? '' : `tcp://${settings.rpcListen}`,
    walPath: join(paths.store, 'wal'),
  }
  const altered = options.alter?.(replicaOptions, paths.validatorKey) ?? replicaOptions
  const replica = await openReplica(await altered, paths)
  closers.add(() => replica.stop())
  refuseStopped(signal)
  options.beforeStart?.(replica)
  const rpcUrl = await startServing({ replica, config, settings, closers, pubKey: signer.pubKey })
  refuseStopped(signal)
  logger.info('node started', { home, id: node.id, chain: genesis.chainId })
  return { replica, nodeId: node.id, rpcUrl, halted: replica.halted, stop: () => closers.close() }
}

/** Names the setting when the folder of the databases cannot be made. */
async function makeStore({ store }: HomePaths, config: Config): Promise<void> {
  try {
    await new NodeFiles().makeDirectory(store)
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    throw config.refusal('db_dir', `cannot make the folder ${store}: ${error.details.reason}`)
  }
}

function warnOfUnknown({ unknownKeys }: Config, logger: Logger): void {
  if (unknownKeys.length === 0) return
  const more = unknownKeys.length > SHOWN_KEYS ? ', ...' : ''
  const shown = unknownKeys.slice(0, SHOWN_KEYS).map((key) => key.slice(0, SHOWN_LETTERS))
  const keys = `${shown.join(', ')}${more}`
  logger.warn('config.toml has settings that this node does not know', { keys })
}

/**
 * What nobody has given is wrong only where nobody has made the home: the missing genesis is told
 * then.
 */
async function settingsOf(config: Config, paths: HomePaths): Promise<NodeSettings> {
  try {
    return nodeSettings(config)
  } catch (error) {
    const isDefault = error instanceof AssemblyError && error.where === DEFAULT_ORIGIN
    if (isDefault) await readGenesis(paths, null)
    throw error
  }
}

/** Names the genesis file and its field when that is what the replica refuses. */
async function openReplica(options: ReplicaOptions, paths: HomePaths): Promise<Replica> {
  try {
    return await Replica.open(options)
  } catch (cause) {
    const refused = { where: paths.genesis, cause }
    if (cause instanceof ReplicaError && cause.field !== '') {
      const { field: what, reason } = cause
      throw new AssemblyError('ASSEMBLY_GENESIS_INVALID', { ...refused, what, reason })
    }
    if (cause instanceof ExecutionError && cause.code === 'EXECUTION_NO_VALIDATORS') {
      const fault = { ...refused, what: 'validators', reason: cause.message }
      throw new AssemblyError('ASSEMBLY_GENESIS_INVALID', fault)
    }
    throw cause
  }
}

interface Serving {
  readonly replica: Replica
  readonly config: Config
  readonly settings: NodeSettings
  readonly closers: Closers
  readonly pubKey: PublicKey
}

/** RPC first, so that an address that is taken is found before the node votes. */
async function startServing(serving: Serving): Promise<string | null> {
  const { replica, config, settings, closers, pubKey } = serving
  const { rpcListen } = settings
  let rpcUrl: string | null = null
  if (rpcListen !== null) {
    const rpc = await listening(config, 'rpc.laddr', () =>
      listenRpc({ replica, config, pubKey, address: rpcListen }),
    )
    closers.add(() => rpc.close())
    rpcUrl = rpc.url
    replica.options.ports.logger.child('rpc').info('listening', { url: rpc.url })
  }
  await listening(config, 'p2p.laddr', () => replica.start())
  return rpcUrl
}

function realPorts(logger: Logger) {
  return {
    clock: systemClock,
    random: systemRandom,
    logger,
    crypto: nativeCrypto,
    channelCrypto: nativeChannelCrypto,
    network: tcpNetwork,
    files: new NodeFiles(),
  }
}

/** Names the setting when an address cannot be listened on. */
async function listening<T>(config: Config, key: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (cause) {
    const error = cause instanceof Error ? (cause as NodeJS.ErrnoException) : null
    if (error?.syscall !== 'listen' && error?.syscall !== 'getaddrinfo') throw cause
    const why = REASONS[error.code ?? ''] ?? error.message
    const { where, what, reason } = config.refusal(key, `${config.string(key)} ${why}`)
    throw new AssemblyError('ASSEMBLY_ADDRESS_UNUSABLE', { where, what, reason, cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another process',
  EADDRNOTAVAIL: 'is no address of this machine',
  EACCES: 'may not be listened on by this user',
  ENOTFOUND: 'names an unknown host',
}

function refuseStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  const fault = { where: 'start', what: '', reason: 'stopped before the node ran' }
  throw new AssemblyError('ASSEMBLY_STOPPED', fault)
}
