// Owns the connections of a node: accepts, dials, shakes hands, decides who stays, and routes
// messages to reactors.

import { assert, err, ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import { ProtoError } from '../../core/proto/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { ChannelDescriptor } from '../conn/index.ts'
import type { Clock, Listener, Logger, Network, Random, Stream } from '../ports/index.ts'
import { Bans } from './bans.ts'
import { Dialer } from './dialer.ts'
import type { PersistentPeerStatus } from './dialer.ts'
import { resolveDuplicate } from './duplicate.ts'
import { codeOf, formatPeerError, ruleOf } from './errors.ts'
import type { PeerError } from './errors.ts'
import { Handshake } from './handshake.ts'
import type { Shaken } from './handshake.ts'
import { HandshakePool } from './handshake-pool.ts'
import { parsePeerAddress, peerIdOf, withoutScheme } from './peer-address.ts'
import type { PeerAddress } from './peer-address.ts'
import { PeerConnection } from './peer-connection.ts'
import type { PeerEvents } from './peer-connection.ts'
import type { Peer, Reactor } from './peer.ts'
import type { PeerSwitch, StopKind } from './peer-switch.ts'
import { DEFAULT_SWITCH_CONFIG } from './switch-config.ts'
import type { SwitchConfig } from './switch-config.ts'

const EPHEMERAL_SEED_SIZE = 32
const DUPLICATE: PeerError = { code: 'P2P_DUPLICATE' }
/** Two connections of one dialling at once finish within this time of each other. */
const PROBE_FROM_AGE_MS = 10_000

/** What the switch knows of itself when the node says who it is. */
export interface NodeFacts {
  readonly id: string
  /** `tcp://host:port`, the port really listened on. */
  readonly listenAddress: string
  /** One byte per channel, ascending. */
  readonly channels: Uint8Array
}

/** What a switch is made of. */
export interface SwitchOptions {
  readonly network: Network
  readonly crypto: Crypto
  readonly channelCrypto: ChannelCrypto
  /** Ed25519 seed of the node key. */
  readonly nodeKeySeed: Uint8Array
  /** Asked before each handshake. */
  readonly makeNodeInfo: (facts: NodeFacts) => NodeInfo
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly config: SwitchConfig
}

/** The peers of a node on byte streams. Counterpart in CometBFT: p2p/switch.go and transport.go. */
export class Switch implements PeerSwitch {
  readonly id: string
  readonly #options: SwitchOptions
  readonly #config: Required<SwitchConfig>
  readonly #logger: Logger
  readonly #reactors: Reactor[] = []
  readonly #reactorOf = new Map<number, Reactor>()
  readonly #channels: ChannelDescriptor[] = []
  readonly #peers = new Map<string, PeerConnection>()
  readonly #accepted: HandshakePool
  readonly #dialled = new Set<Handshake>()
  readonly #unconditional: ReadonlySet<string>
  readonly #bans: Bans
  readonly #dialer: Dialer
  readonly #abort = new AbortController()
  readonly #events: PeerEvents = {
    onMessage: (peer, channelId, message) => this.#receive(peer, channelId, message),
    onRoom: (peer, channelId) => this.#reactorOf.get(channelId)?.onDrain?.(peer),
    onEnd: (peer, error) => this.#remove(peer, error),
  }
  #listener: Listener | null = null
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: SwitchOptions) {
    const { crypto, nodeKeySeed, clock, random } = options
    this.#options = options
    this.#config = { ...DEFAULT_SWITCH_CONFIG, ...options.config }
    this.#logger = options.logger.child('p2p')
    this.id = peerIdOf(crypto, crypto.publicKeyEd25519(nodeKeySeed))
    this.#unconditional = new Set(this.#config.unconditionalIds)
    this.#accepted = new HandshakePool(this.#config.maxHandshakes)
    this.#bans = new Bans(clock)
    this.#dialer = new Dialer({
      clock,
      random,
      minDelayMs: this.#config.redialMinMs,
      maxDelayMs: this.#config.redialMaxMs,
      bannedMs: (id) => this.#bans.remainingMs(id),
      isUp: (id) => this.#peers.has(id),
      dial: (address) => void this.#dial(address),
    })
  }

  addReactor(reactor: Reactor): void {
    assert(this.#state === 'new', 'reactors are added before the switch starts')
    this.#reactors.push(reactor)
    for (const channel of reactor.channels) {
      assert(!this.#reactorOf.has(channel.id), 'a channel belongs to one reactor')
      this.#reactorOf.set(channel.id, reactor)
      this.#channels.push(channel)
    }
  }

  async start(): Promise<void> {
    assert(this.#state === 'new', 'a switch starts once')
    this.#state = 'running'
    const { listenAddress } = this.#config
    if (listenAddress === null) return
    const address = withoutScheme(listenAddress)
    this.#listener = await this.#options.network.listen(address, (stream) => this.#accept(stream))
    this.#logger.info('listening', { address: this.listenAddress, id: this.id })
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#dialer.stop()
    this.#abort.abort()
    this.#accepted.stop()
    for (const handshake of this.#dialled) handshake.abort({ code: 'P2P_STOPPED' })
    for (const peer of this.#peers.values()) this.#drop(peer, { code: 'P2P_STOPPED' })
    await this.#listener?.close()
  }

  /** The configured address while nothing listens. */
  get listenAddress(): string {
    const address = this.#listener?.address ?? this.#config.listenAddress ?? '0.0.0.0:0'
    return `tcp://${withoutScheme(address)}`
  }

  peers(): Peer[] {
    return [...this.#peers.values()]
  }

  peer(id: string): Peer | null {
    return this.#peers.get(id) ?? null
  }

  persistentPeers(): PersistentPeerStatus[] {
    return this.#dialer.status()
  }

  dialPersistent(addresses: readonly string[]): Result<null, string> {
    assert(this.#state !== 'new', 'a switch dials after its start')
    const parsed: PeerAddress[] = []
    for (const text of addresses) {
      const result = parsePeerAddress(text)
      if (!result.ok) return err(result.error)
      if (result.value.id !== this.id) parsed.push(result.value)
    }
    for (const address of parsed) this.#dialer.add(address)
    return ok(null)
  }

  stopPeer(peer: Peer, reason: string, kind: StopKind = 'violation'): void {
    const connection = this.#peers.get(peer.id)
    if (connection === undefined || connection !== peer) return
    const code = kind === 'violation' ? 'P2P_VIOLATION' : 'P2P_DISMISSED'
    this.#drop(connection, { code, reason })
  }

  #accept(stream: Stream): void {
    if (this.#state !== 'running') return stream.close('P2P_STOPPED')
    const handshake = this.#makeHandshake(stream, null, (error, id) => {
      const fields = { remote: stream.remoteAddress, peer: id, code: codeOf(error) }
      this.#logger.debug('handshake failed', { ...fields, reason: formatPeerError(error) })
    })
    this.#accepted.add(handshake)
    handshake.start()
  }

  async #dial(address: PeerAddress): Promise<void> {
    const { signal } = this.#abort
    let stream: Stream
    try {
      const timeoutMs = this.#config.dialTimeoutMs
      stream = await this.#options.network.dial(address.address, { signal, timeoutMs })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return this.#onDialFailed(address, { code: 'P2P_DIAL_FAILED', reason })
    }
    if (this.#state !== 'running') return stream.close('P2P_STOPPED')
    const handshake = this.#makeHandshake(stream, address.id, (error) => {
      this.#onDialFailed(address, error)
    })
    this.#dialled.add(handshake)
    handshake.start()
  }

  #onDialFailed(address: PeerAddress, error: PeerError): void {
    if (this.#state !== 'running') return
    const isNews = this.#dialer.onFailed(address.id, error)
    const fields = { peer: address.id, address: address.address, code: codeOf(error) }
    const line = { ...fields, reason: formatPeerError(error) }
    this.#logger[isNews ? ruleOf(error).level : 'debug']('dial failed', line)
  }

  #makeHandshake(
    stream: Stream,
    expectedId: string | null,
    onFailed: (error: PeerError, id: string | null) => void,
  ): Handshake {
    const { crypto, channelCrypto, nodeKeySeed, random, clock } = this.#options
    const outbound = expectedId !== null
    const ephemeralSeed = random.bytes(EPHEMERAL_SEED_SIZE)
    const forget = (): void => {
      this.#accepted.delete(handshake)
      this.#dialled.delete(handshake)
    }
    const handshake: Handshake = new Handshake({
      stream,
      secret: { crypto, channelCrypto, nodeKeySeed, ephemeralSeed },
      clock,
      stepTimeoutMs: this.#config.handshakeStepMs,
      nodeInfo: this.nodeInfo(),
      expectedId,
      admit: (id) => this.#refusalOf(id, outbound),
      onDone: (shaken) => {
        forget()
        return this.#join(shaken, outbound, onFailed)
      },
      onFailed: (error, id) => {
        forget()
        this.#punish(error, id)
        onFailed(error, id)
      },
    })
    return handshake
  }

  nodeInfo(): NodeInfo {
    const ids = this.#channels.map((channel) => channel.id).toSorted((a, b) => a - b)
    const channels = Uint8Array.from(ids)
    return this.#options.makeNodeInfo({ id: this.id, listenAddress: this.listenAddress, channels })
  }

  /** Why a node that has proved its id cannot be a peer now, or null. */
  #refusalOf(id: string, outbound: boolean): PeerError | null {
    if (id === this.id) return { code: 'P2P_SELF' }
    const remainingMs = this.#bans.remainingMs(id)
    if (remainingMs > 0) return { code: 'P2P_BANNED', remainingMs }
    const existing = this.#peers.get(id)
    if (existing !== undefined) return this.#isReplaced(existing, outbound) ? null : DUPLICATE
    const limit = this.#config.maxInbound
    const isFull = !outbound && !this.#isAlwaysAdmitted(id) && this.#countInbound() >= limit
    return isFull ? { code: 'P2P_TOO_MANY_INBOUND', limit } : null
  }

  /**
   * Decides between two connections with one peer; the one that stays may have to show that it
   * lives.
   */
  #isReplaced(existing: PeerConnection, newIsOutbound: boolean): boolean {
    const rivals = { ownId: this.id, peerId: existing.id, existingIsOutbound: existing.outbound }
    if (resolveDuplicate({ ...rivals, newIsOutbound }) === 'take-new') return true
    // Who knocks long after both dialled at once has lost its end of the connection without our
    // noticing.
    if (existing.stats().durationMs > PROBE_FROM_AGE_MS) existing.probe(this.#config.probeMs)
    return false
  }

  #isAlwaysAdmitted(id: string): boolean {
    return this.#dialer.has(id) || this.#unconditional.has(id)
  }

  #countInbound(): number {
    let count = 0
    for (const peer of this.#peers.values()) {
      if (!peer.outbound && !this.#isAlwaysAdmitted(peer.id)) count++
    }
    return count
  }

  /**
   * Makes a peer of a finished handshake, unless what has happened since its identity was proved
   * forbids it.
   */
  #join(
    shaken: Shaken,
    outbound: boolean,
    onFailed: (error: PeerError, id: string | null) => void,
  ): PeerConnection | null {
    const refusal = this.#refusalOf(shaken.id, outbound)
    if (refusal !== null) {
      shaken.secureStream.close(refusal.code)
      onFailed(refusal, shaken.id)
      return null
    }
    const existing = this.#peers.get(shaken.id)
    if (existing !== undefined) this.#drop(existing, { code: 'P2P_REPLACED' })
    const { clock } = this.#options
    const { pingIntervalMs, pongTimeoutMs, writeStallMs } = this.#config
    const deadlines = { pingIntervalMs, pongTimeoutMs, writeStallMs }
    const events = this.#events
    const channels = this.#channels
    const peer = new PeerConnection({ shaken, outbound, channels, clock, events, ...deadlines })
    this.#peers.set(peer.id, peer)
    this.#dialer.onUp(peer.id)
    this.#logUp(peer)
    for (const reactor of this.#reactors) {
      if (this.#peers.get(peer.id) !== peer) break
      peer.knownTo.push(reactor)
      reactor.addPeer(peer)
    }
    return peer
  }

  #receive(peer: PeerConnection, channelId: number, message: Uint8Array): void {
    try {
      this.#reactorOf.get(channelId)?.receive(peer, channelId, message)
    } catch (error) {
      // A decoder's refusal that a reactor let through is still only this peer's fault; anything
      // else is a bug.
      if (!(error instanceof ProtoError)) throw error
      this.#drop(peer, { code: 'P2P_BAD_MESSAGE', channelId, reason: error.message })
    }
  }

  #drop(peer: PeerConnection, error: PeerError): void {
    peer.close(error.code)
    this.#remove(peer, error)
  }

  #remove(peer: PeerConnection, error: PeerError): void {
    if (this.#peers.get(peer.id) !== peer) return
    this.#peers.delete(peer.id)
    this.#punish(error, peer.id)
    this.#dialer.onDown(peer.id, error)
    this.#logDown(peer, error)
    const reason = formatPeerError(error)
    for (const reactor of peer.knownTo) reactor.removePeer(peer, reason)
  }

  #punish(error: PeerError, id: string | null): void {
    if (id !== null && ruleOf(error).penalty === 'ban') this.#bans.add(id, this.#config.banMs)
  }

  #logUp(peer: PeerConnection): void {
    const { id, outbound, remoteAddress: remote, nodeInfo } = peer
    const { moniker } = nodeInfo
    this.#logger.info('peer up', { peer: id, outbound, remote, moniker, peers: this.#peers.size })
  }

  #logDown(peer: PeerConnection, error: PeerError): void {
    const fields = { peer: peer.id, remote: peer.remoteAddress, code: codeOf(error) }
    const line = { ...fields, reason: formatPeerError(error), peers: this.#peers.size }
    this.#logger[ruleOf(error).level]('peer down', line)
  }
}
