// The switch of a villain: its reactors are honest, and the vice stands between them and the peers.

import type { Result } from '../../core/bytes/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { ChannelDescriptor, Peer, PeerSwitch, Reactor } from '../p2p/index.ts'
import type { PersistentPeerStatus, StopKind } from '../p2p/index.ts'
import { Counterpart, wordOf } from './counterpart.ts'
import type { Word } from './counterpart.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** Wraps whatever switch the replica would have had. */
export class MaskedSwitch implements PeerSwitch {
  readonly #real: PeerSwitch
  readonly #stage: Stage
  readonly #vice: Vice

  constructor(real: PeerSwitch, stage: Stage, vice: Vice) {
    this.#real = real
    this.#stage = stage
    this.#vice = vice
    stage.open(real.id)
  }

  get id(): string {
    return this.#real.id
  }

  get listenAddress(): string {
    return this.#real.listenAddress
  }

  addReactor(reactor: Reactor): void {
    this.#real.addReactor(new MaskedReactor(reactor, this))
  }

  start(): Promise<void> {
    return this.#real.start()
  }

  stop(): Promise<void> {
    this.#vice.stop?.()
    return this.#real.stop()
  }

  peers(): Peer[] {
    return this.#real.peers()
  }

  peer(id: string): Peer | null {
    return this.#real.peer(id)
  }

  persistentPeers(): PersistentPeerStatus[] {
    return this.#real.persistentPeers()
  }

  dialPersistent(addresses: readonly string[]): Result<null, string> {
    return this.#real.dialPersistent(addresses)
  }

  stopPeer(peer: Peer, reason: string, kind?: StopKind): void {
    this.#real.stopPeer(peer instanceof Counterpart ? peer.real : peer, reason, kind)
  }

  nodeInfo(): NodeInfo {
    return this.#real.nodeInfo()
  }

  /** The one counterpart of a connected peer, for all reactors. */
  counterpartOf(peer: Peer): Counterpart {
    const known = this.#stage.peer(peer.id)
    if (known?.real === peer) return known
    const fresh = new Counterpart(peer, (to, word) => this.#say(to, word))
    this.#stage.addPeer(fresh)
    this.#vice.addPeer?.(fresh)
    return fresh
  }

  /** The peer is gone for one reactor, and so for the villain. */
  forget(peer: Counterpart): void {
    this.#stage.removePeer(peer)
  }

  /** True when the honest part may hear it. */
  hear(from: Counterpart, channelId: number, bytes: Uint8Array): boolean {
    const word = wordOf(channelId, bytes)
    if (word.message !== null) this.#stage.notes.note(word.message)
    return this.#stage.isActive ? (this.#vice.hear?.(from, word) ?? true) : true
  }

  #say(to: Counterpart, word: Word): boolean | null {
    const { message } = word
    if (message !== null) {
      if (message.kind === 'new-round-step') this.#stage.enter(message.height)
      this.#stage.notes.note(message)
    }
    return this.#stage.isActive ? (this.#vice.say?.(to, word) ?? null) : null
  }
}

/** An honest reactor that is only shown counterparts. */
class MaskedReactor implements Reactor {
  readonly channels: readonly ChannelDescriptor[]
  readonly #inner: Reactor
  readonly #mask: MaskedSwitch
  readonly #known = new Map<string, Counterpart>()

  constructor(inner: Reactor, mask: MaskedSwitch) {
    this.channels = inner.channels
    this.#inner = inner
    this.#mask = mask
  }

  addPeer(peer: Peer): void {
    const counterpart = this.#mask.counterpartOf(peer)
    this.#known.set(peer.id, counterpart)
    this.#inner.addPeer(counterpart)
  }

  removePeer(peer: Peer, reason: string): void {
    const counterpart = this.#known.get(peer.id)
    if (counterpart === undefined) return
    this.#known.delete(peer.id)
    this.#mask.forget(counterpart)
    this.#inner.removePeer(counterpart, reason)
  }

  receive(peer: Peer, channelId: number, message: Uint8Array): void {
    const counterpart = this.#known.get(peer.id)
    if (counterpart === undefined) return
    if (!this.#mask.hear(counterpart, channelId, message)) return
    this.#inner.receive(counterpart, channelId, message)
  }

  onDrain(peer: Peer): void {
    const counterpart = this.#known.get(peer.id)
    if (counterpart === undefined) return
    counterpart.drain()
    this.#inner.onDrain?.(counterpart)
  }
}
