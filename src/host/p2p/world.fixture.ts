// Nodes with a switch and a reactor that records, on a network in memory or on loopback TCP, for
// tests.

import { toUtf8 } from '../../core/bytes/index.ts'
import { nativeChannelCrypto, nativeCrypto, tcpNetwork } from '../../node/platform/index.ts'
import { systemClock } from '../../node/platform/index.ts'
import { MemoryClock, MemoryLogger, MemoryNetwork, MemoryRandom } from '../memory/index.ts'
import type { Clock, Network, Stream } from '../ports/index.ts'
import { Switch, peerIdOf } from './index.ts'
import type { ChannelDescriptor, NodeFacts, Peer, Reactor, SwitchConfig } from './index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'

const MIB = 1024 * 1024

/** Two channels of the usual shape and one for blocks. */
export const CHANNELS: readonly ChannelDescriptor[] = [
  { id: 0x20, priority: 6, recvMessageCapacity: MIB, sendQueueBytes: MIB },
  { id: 0x30, priority: 5, recvMessageCapacity: MIB, sendQueueBytes: MIB },
  { id: 0x40, priority: 5, recvMessageCapacity: 100 * MIB, sendQueueBytes: 4 * MIB },
]

/** A reactor that keeps what it is told. */
export class RecordingReactor implements Reactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly added: Peer[] = []
  readonly removed: { peer: Peer; reason: string }[] = []
  readonly messages: { peer: Peer; channelId: number; message: Uint8Array }[] = []
  drains = 0
  onMessage: ((peer: Peer, channelId: number, message: Uint8Array) => void) | null = null
  onAdd: ((peer: Peer) => void) | null = null

  constructor(channels: readonly ChannelDescriptor[] = CHANNELS) {
    this.channels = channels
  }

  addPeer(peer: Peer): void {
    this.added.push(peer)
    this.onAdd?.(peer)
  }

  removePeer(peer: Peer, reason: string): void {
    this.removed.push({ peer, reason })
  }

  receive(peer: Peer, channelId: number, message: Uint8Array): void {
    this.messages.push({ peer, channelId, message })
    this.onMessage?.(peer, channelId, message)
  }

  onDrain(): void {
    this.drains++
  }
}

/** One node. */
export interface Node {
  readonly id: string
  readonly switch: Switch
  readonly reactor: RecordingReactor
  readonly logger: MemoryLogger
  /** `id@host:port`, once started. */
  address(): string
}

/** Where nodes live. */
export interface World {
  readonly clock: Clock
  network(host: string): Network
  /** An address at which a node of this host listens. */
  listenAddress(host: string): string
  /** Waits, as events come, until something is so. */
  until(isSo: () => boolean): Promise<void>
  /** Lets everything that is under way arrive. */
  settle(): Promise<void>
}

/** What may differ from an ordinary node. */
export interface NodeChanges {
  readonly config?: Partial<SwitchConfig>
  readonly nodeInfo?: Partial<NodeInfo>
  readonly reactor?: RecordingReactor
  readonly random?: number
}

/** The seed of the node key of node `number`. */
export const seedOf = (number: number): Uint8Array => {
  const seed = new Uint8Array(32).fill(77)
  seed.set(toUtf8(`node ${number}`))
  return seed
}

/** The id of node `number`. */
export const idOf = (number: number): string =>
  peerIdOf(nativeCrypto, nativeCrypto.publicKeyEd25519(seedOf(number)))

/** What node says of itself. */
export const makeNodeInfo = (facts: NodeFacts): NodeInfo => ({
  protocolVersion: { p2p: 8n, block: 11n, app: 1n },
  nodeId: facts.id,
  listenAddress: facts.listenAddress,
  network: 'test-chain',
  version: '0.38.0',
  channels: facts.channels,
  moniker: 'test',
  txIndex: 'on',
  rpcAddress: '',
})

/** A node that has not started. */
export function makeNode(world: World, number: number, changes: NodeChanges = {}): Node {
  const logger = new MemoryLogger()
  const host = `10.0.0.${number}`
  const node = new Switch({
    network: world.network(host),
    crypto: nativeCrypto,
    channelCrypto: nativeChannelCrypto,
    nodeKeySeed: seedOf(number),
    makeNodeInfo: (facts) => ({ ...makeNodeInfo(facts), ...changes.nodeInfo }),
    clock: world.clock,
    random: new MemoryRandom(changes.random ?? number),
    logger,
    config: { listenAddress: world.listenAddress(host), ...changes.config },
  })
  const reactor = changes.reactor ?? new RecordingReactor()
  node.addReactor(reactor)
  const address = (): string => `${node.id}@${node.listenAddress.slice('tcp://'.length)}`
  return { id: node.id, switch: node, reactor, logger, address }
}

/** A node that listens. */
export async function startNode(
  world: World,
  number: number,
  changes?: NodeChanges,
): Promise<Node> {
  const node = makeNode(world, number, changes)
  await node.switch.start()
  return node
}

const turn = (): Promise<void> => new Promise(setImmediate)

/** A world in memory whose clock stands still. */
export function makeMemoryWorld<C extends MemoryClock>(
  clock = new MemoryClock() as C,
): World & { clock: C } {
  const network = new MemoryNetwork(clock)
  return {
    clock,
    network: (host) => network.host(host),
    listenAddress: (host) => `${host}:26656`,
    until: async (isSo) => {
      for (let i = 0; i < 10_000 && !isSo(); i++) await turn()
      if (!isSo()) throw new Error('it did not come to that')
    },
    settle: async () => {
      for (let i = 0; i < 50; i++) await turn()
    },
  }
}

/** Loopback TCP and the real clock. */
export function makeTcpWorld(): World {
  return {
    clock: systemClock,
    network: () => tcpNetwork,
    listenAddress: () => '127.0.0.1:0',
    until: async (isSo) => {
      const endMs = performance.now() + 10_000
      while (!isSo() && performance.now() < endMs) await turn()
      if (!isSo()) throw new Error('it did not come to that')
    },
    settle: async () => {
      for (let i = 0; i < 200; i++) await turn()
    },
  }
}

/** A bare stream to a node, and what has become of it. */
export interface Probe {
  readonly stream: Stream
  readonly received: Uint8Array[]
  closedBecause: string | null
}

/** A stream to a node, from a host that is no node; its handlers must be set at once. */
export function dialStream(world: World, node: Node): Promise<Stream> {
  const address = node.switch.listenAddress.slice('tcp://'.length)
  const options = { signal: new AbortController().signal, timeoutMs: 3000 }
  return world.network('10.0.0.66').dial(address, options)
}

/** Dials a node without saying anything. */
export async function dialBare(world: World, node: Node): Promise<Probe> {
  const stream = await dialStream(world, node)
  const probe: Probe = { stream, received: [], closedBecause: null }
  stream.onData((bytes) => void probe.received.push(bytes))
  stream.onClose((reason) => (probe.closedBecause = reason))
  return probe
}
