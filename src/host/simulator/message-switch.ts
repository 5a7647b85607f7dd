// The peers of one node on a network of whole messages.

import { assert, err, ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import { ProtoError } from '../../core/proto/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import { parsePeerAddress, peerIdOf } from '../p2p/index.ts'
import type {
  ChannelDescriptor,
  Peer,
  PeerAddress,
  PeerSwitch,
  PersistentPeerStatus,
  Reactor,
  StopKind,
  SwitchOptions,
} from '../p2p/index.ts'
import type { NodeClock } from './clock.ts'
import type { Letter, LinkEnd, Station } from './link-end.ts'
import type { MessageNetwork } from './network.ts'

const BAN_MS = 60_000

/** What a switch is made of besides the options that a replica gives it. */
export interface MessageSwitchParts {
  readonly node: number
  readonly clock: NodeClock
  readonly network: MessageNetwork
}

/** Keeps the contract of `PeerSwitch` over whole messages. */
export class MessageSwitch implements PeerSwitch, Station {
  readonly id: string
  readonly listenAddress: string
  readonly node: number
  readonly clock: NodeClock
  readonly #network: MessageNetwork
  readonly #options: SwitchOptions
  readonly #reactors: Reactor[] = []
  readonly #reactorOf = new Map<number, Reactor>()
  readonly #channels: ChannelDescriptor[] = []
  readonly #peers = new Map<string, LinkEnd>()
  readonly #targets = new Map<string, PeerAddress>()
  readonly #bannedUntilMs = new Map<string, number>()
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: SwitchOptions, { node, clock, network }: MessageSwitchParts) {
    const { crypto, nodeKeySeed } = options
    this.#options = options
    this.#network = network
    this.node = node
    this.clock = clock
    this.id = peerIdOf(crypto, crypto.publicKeyEd25519(nodeKeySeed))
    this.listenAddress = `tcp://node${node}:26656`
  }

  get isRunning(): boolean {
    return this.#state === 'running' && this.clock.isAlive
  }

  addReactor(reactor: Reactor): void {
    assert(this.#state === 'new', 'reactors are added before the switch starts')
    this.#reactors.push(reactor)
    for (const channel of reactor.channels) {
      this.#reactorOf.set(channel.id, reactor)
      this.#channels.push(channel)
    }
  }

  async start(): Promise<void> {
    assert(this.#state === 'new', 'a switch starts once')
    this.#state = 'running'
    this.#network.register(this)
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#network.vanish(this)
    for (const end of this.#peers.values()) this.remove(end, 'stopped')
  }

  peers(): Peer[] {
    return [...this.#peers.values()]
  }

  ends(): LinkEnd[] {
    return [...this.#peers.values()]
  }

  peer(id: string): LinkEnd | null {
    return this.#peers.get(id) ?? null
  }

  persistentPeers(): PersistentPeerStatus[] {
    return [...this.#targets.values()].map((address) => {
      const state = this.#peers.has(address.id) ? 'up' : 'waiting'
      return { ...address, state, lastError: null }
    })
  }

  dialPersistent(addresses: readonly string[]): Result<null, string> {
    const parsed: PeerAddress[] = []
    for (const text of addresses) {
      const result = parsePeerAddress(text)
      if (!result.ok) return err(result.error)
      if (result.value.id !== this.id) parsed.push(result.value)
    }
    for (const address of parsed) {
      this.#targets.set(address.id, address)
      this.dial(address.id, this.#network.drawLatencyMs())
    }
    return ok(null)
  }

  /** Tries to connect in so many milliseconds, and again for as long as it takes. */
  dial(id: string, inMs: number): void {
    if (!this.#targets.has(id)) return
    this.clock.setTimer(inMs, () => {
      if (!this.isRunning || this.#peers.has(id)) return
      if (!this.#network.connect(this, id)) this.dial(id, this.#network.drawReconnectMs())
    })
  }

  stopPeer(peer: Peer, reason: string, kind: StopKind = 'violation'): void {
    const end = this.#peers.get(peer.id)
    if (end === undefined) return
    if (kind === 'violation') {
      this.#bannedUntilMs.set(end.id, this.#network.nowMs + BAN_MS)
      this.#network.blame(end, reason)
    }
    this.#network.close(end, reason)
  }

  nodeInfo(): NodeInfo {
    const ids = this.#channels.map((channel) => channel.id).toSorted((a, b) => a - b)
    const { id, listenAddress } = this
    return this.#options.makeNodeInfo({ id, listenAddress, channels: Uint8Array.from(ids) })
  }

  admits(id: string): boolean {
    return (this.#bannedUntilMs.get(id) ?? 0) <= this.#network.nowMs
  }

  join(end: LinkEnd): void {
    this.#peers.set(end.id, end)
    for (const reactor of this.#reactors) {
      if (this.#peers.get(end.id) !== end) return
      reactor.addPeer(end)
    }
  }

  remove(end: LinkEnd, reason: string): void {
    if (this.#peers.get(end.id) !== end) return
    this.#peers.delete(end.id)
    for (const reactor of this.#reactors) reactor.removePeer(end, reason)
    if (this.isRunning) this.dial(end.id, this.#network.drawReconnectMs())
  }

  receive(end: LinkEnd, { channelId, message }: Letter): void {
    if (this.#peers.get(end.id) !== end) return
    try {
      this.#reactorOf.get(channelId)?.receive(end, channelId, message)
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error
      this.stopPeer(end, error.message)
    }
  }

  drain(end: LinkEnd): void {
    const channels = [...end.refused]
    end.refused.clear()
    for (const channelId of channels) {
      if (this.#peers.get(end.id) !== end) return
      this.#reactorOf.get(channelId)?.onDrain?.(end)
    }
  }
}
