// A network for developers: four whole validators in this process, over TCP on loopback, with homes
// on disk.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lockHome, makeLogger, NodeFiles, parseLogLevel } from '../platform/index.ts'
import type { Subscription } from '../../host/events/index.ts'
import type { Logger } from '../../host/ports/index.ts'
import type { Replica, ReplicaOptions } from '../../host/replica/index.ts'
import { Config } from './config.ts'
import { readBlocks, submitDevTx, subscribeToBlocks } from './dev-blocks.ts'
import type { DevBlock } from './dev-blocks.ts'
import { twinHomeOf, writeTwinHome } from './dev-twin.ts'
import { AssemblyError } from './errors.ts'
import { freePortBlock } from './free-ports.ts'
import { randomChainId } from './genesis-file.ts'
import { homePaths, loadConfig, readText } from './home.ts'
import { NodeLogger } from './node-logger.ts'
import { startNode } from './start-node.ts'
import type { RunningNode, StartOptions } from './start-node.ts'
import { makeTestnet } from './testnet.ts'

/** How many validators a devnet has. */
export const DEV_VALIDATORS = 4
const FIRST_PORT = 26_656
const PORT_STEP = 10
const NAMES: readonly string[] = Array.from(
  { length: DEV_VALIDATORS },
  (_, index) => `node${index}`,
)

/** What a devnet is told. */
export interface DevOptions {
  /** The homes are `node0` to `node3` in it. */
  readonly directory: string
  /** Remove the homes first. */
  readonly fresh: boolean
  readonly logLevel: string
  /** Ends the start; it rejects with `ASSEMBLY_STOPPED` then. */
  readonly signal: AbortSignal
  /** One line on what is being done. */
  readonly progress: (text: string) => void
  /** Called once, when all nodes run and before the first `onBlock`. */
  readonly onReady: (network: DevNetwork) => void
  readonly onBlock: (block: DevBlock) => void
  /** Makes some of the validators different from the others. */
  readonly casting?: DevCasting
}

/** Who of a devnet is not as usual, and who looks. */
export interface DevCasting {
  /** The validator whose blocks are shown. */
  readonly observer: number
  /** Validators of which a second node runs, with the same key. */
  readonly twins: readonly number[]
  /** The last word on what a validator is told; the path is that of its key. */
  alter(index: number, options: ReplicaOptions, keyPath: string): Promise<ReplicaOptions>
  /** Each validator, complete, before anything of it runs. */
  beforeStart(index: number, replica: Replica): void
}

/** A devnet that runs. */
export interface DevNetwork {
  readonly chainId: string
  readonly rpcUrls: readonly string[]
  readonly firstPort: number
  /** Whether the usual ports were taken. */
  readonly movedPorts: boolean
  /** Of the last block. */
  readonly height: bigint
  /** Resolves with the reason when one of the nodes cannot go on. */
  readonly halted: Promise<Error>
  stop(): Promise<void>
}

/** Writes the homes if there are none, starts the four nodes and sends them transactions. */
export async function startDevNetwork(options: DevOptions): Promise<DevNetwork> {
  const { directory, progress, signal } = options
  const homes = NAMES.map((name) => join(directory, name))
  if (options.fresh) await removeHomes([...homes, ...homes.map(twinHomeOf)])
  const exists = await haveHomes(homes)
  progress(exists ? `continuing the chain in ${directory}` : `writing four homes in ${directory}`)
  if (!exists) await writeHomes(directory)
  const twins = options.casting?.twins ?? []
  for (const index of twins) await writeTwinHome(homes[index] ?? '')
  const firstPort = await freePorts(DEV_VALIDATORS + twins.length)
  progress('starting four validators')
  const logger = makeDevLogger(options.logLevel)
  const blocks: Subscription[] = []
  const { casting } = options
  const observer = casting?.observer ?? 0
  const beforeStart = (index: number) => (replica: Replica) => {
    // Before anything runs: the first block is shown too, and is not empty.
    if (index === observer) blocks.push(subscribeToBlocks(replica))
    casting?.beforeStart(index, replica)
    submitDevTx(replica, NAMES[index] ?? '')
  }
  const seats = [
    ...homes.map((home, index) => ({ home, index, place: index })),
    ...twins.map((index, twin) => {
      return { home: twinHomeOf(homes[index] ?? ''), index, place: DEV_VALIDATORS + twin }
    }),
  ]
  const started = await Promise.allSettled(
    seats.map(({ home, index, place }) =>
      startOne({
        home,
        place,
        firstPort,
        logger,
        signal,
        beforeStart: beforeStart(index),
        ...(casting && { alter: (told, keyPath) => casting.alter(index, told, keyPath) }),
      }),
    ),
  )
  const nodes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = started.find((each) => each.status === 'rejected')
  if (failed !== undefined) {
    await stopAll(nodes)
    throw failed.reason
  }
  return run(options, { nodes, firstPort, blocks })
}

interface Started {
  readonly nodes: readonly RunningNode[]
  readonly firstPort: number
  readonly blocks: readonly Subscription[]
}

function run(options: DevOptions, { nodes, firstPort, blocks }: Started): DevNetwork {
  const replicas = nodes.map(({ replica }) => replica)
  const validators = replicas.slice(0, DEV_VALIDATORS)
  const observed = replicas[options.casting?.observer ?? 0]
  const heightNow = (): bigint => observed?.blockStore.height ?? 0n
  const network: DevNetwork = {
    chainId: replicas[0]?.options.genesis.chainId ?? '',
    rpcUrls: nodes.slice(0, DEV_VALIDATORS).map(({ rpcUrl }) => rpcUrl ?? ''),
    firstPort,
    movedPorts: firstPort !== FIRST_PORT,
    get height() {
      return heightNow()
    },
    halted: Promise.race(nodes.map(({ halted }) => halted)),
    stop: async () => {
      for (const subscription of blocks) subscription.cancel()
      await stopAll(nodes)
    },
  }
  options.onReady(network)
  for (const subscription of blocks) {
    void readBlocks(subscription, validators, (block) => {
      options.onBlock(block)
      for (const [place, replica] of replicas.entries()) submitDevTx(replica, nameAt(place))
    })
  }
  return network
}

interface Start extends Pick<StartOptions, 'alter'> {
  readonly home: string
  /** Which of the nodes it is; a twin stands behind all validators. */
  readonly place: number
  readonly firstPort: number
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly beforeStart: (replica: Replica) => void
}

function nameAt(place: number): string {
  return NAMES[place] ?? `twin${place}`
}

async function startOne({ home, place, firstPort, ...start }: Start): Promise<RunningNode> {
  const config = await loadConfig(home, {})
  const port = firstPort + place * PORT_STEP
  config.setText('p2p.laddr', `tcp://127.0.0.1:${port}`, 'dev')
  config.setText('rpc.laddr', `tcp://127.0.0.1:${port + 1}`, 'dev')
  const moved = config
    .string('p2p.persistent_peers')
    .split(',')
    .map((peer, at) => `${peer.split('@')[0] ?? ''}@127.0.0.1:${firstPort + at * PORT_STEP}`)
  config.setText('p2p.persistent_peers', moved.join(','), 'dev')
  return startNode({
    ...start,
    home,
    config,
    logger: new NodeLogger(start.logger, nameAt(place)),
  })
}

function freePorts(nodes: number): Promise<number> {
  const places = Array.from({ length: nodes }, (_, place) => place * PORT_STEP)
  const offsets = places.flatMap((offset) => [offset, offset + 1])
  return freePortBlock(FIRST_PORT, offsets)
}

async function writeHomes(directory: string): Promise<void> {
  await makeTestnet({
    directory,
    validators: DEV_VALIDATORS,
    others: 0,
    homePrefix: 'node',
    initialHeight: 0n,
    persistentPeers: true,
    p2pPort: FIRST_PORT,
    randomMonikers: false,
    hosts: { prefix: undefined, suffix: undefined, startingIp: undefined, names: [] },
    chainId: randomChainId('dev'),
    evidenceRule: 'all',
    settings: { proxy_app: 'persistent_kvstore', 'consensus.timeout_commit': '1s' },
  })
}

/** All four or none; some of them are no network. */
async function haveHomes(homes: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(homes.map((home) => readText(genesisOf(home))))
  const gap = texts.indexOf(null)
  if (gap < 0) return true
  if (texts.every((text) => text === null)) return false
  const where = genesisOf(homes[gap] ?? '')
  const reason = 'there is no such file; `quadrille dev --fresh` begins a new chain'
  throw new AssemblyError('ASSEMBLY_FILE_MISSING', { where, what: '', reason })
}

function genesisOf(home: string): string {
  return homePaths(home, new Config()).genesis
}

/** Never the home of a node that runs: each is locked first. */
async function removeHomes(homes: readonly string[]): Promise<void> {
  const files = new NodeFiles()
  for (const home of homes) {
    if ((await files.list(home)).length === 0) continue
    const lock = await lockHome(home)
    await lock.release()
  }
  for (const home of homes) await rm(home, { recursive: true, force: true })
}

async function stopAll(nodes: readonly RunningNode[]): Promise<void> {
  const stopped = await Promise.allSettled(nodes.map((node) => node.stop()))
  const failed = stopped.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function makeDevLogger(level: string): Logger {
  const filter = parseLogLevel(level)
  if (filter.ok) return makeLogger({ filter: filter.value, format: 'plain' })
  const fault = { where: 'flag --log_level', what: '', reason: filter.error }
  throw new AssemblyError('ASSEMBLY_FLAG_INVALID', fault)
}
