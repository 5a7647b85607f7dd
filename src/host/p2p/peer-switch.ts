// What the rest of a node needs of its peers, however they are reached.

import type { Result } from '../../core/bytes/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { PersistentPeerStatus } from './dialer.ts'
import type { Peer, Reactor } from './peer.ts'

/**
 * Whether a peer that is stopped broke the rules (and is banned for a while) or is only not needed.
 */
export type StopKind = 'violation' | 'dismissal'

/**
 * The peers of a node. Everything that happens to a peer is told to the reactors in order:
 * `addPeer`, any number of `receive` and `onDrain`, `removePeer`. `Switch` keeps the contract over
 * byte streams; an invented network may keep it over whole messages.
 */
export interface PeerSwitch {
  /** Our own id, as peers know it. */
  readonly id: string
  /** Where others can dial us, as `tcp://host:port`. */
  readonly listenAddress: string
  /** Adds a reactor; before `start`, and each channel once. */
  addReactor(reactor: Reactor): void
  /** Begins to listen. Rejects when the address cannot be had. */
  start(): Promise<void>
  /** Ends every connection and attempt; reactors are told. Nothing is called afterwards. */
  stop(): Promise<void>
  /** The connected peers, oldest first. */
  peers(): Peer[]
  /** A connected peer by id. */
  peer(id: string): Peer | null
  /** How each persistent peer is doing. */
  persistentPeers(): PersistentPeerStatus[]
  /**
   * Keeps connections to `id@host:port`, after `start`; our own id is passed over. All or nothing.
   * @returns the reason for the first address that cannot be read
   */
  dialPersistent(addresses: readonly string[]): Result<null, string>
  /** Ends a peer's connection; a violation also keeps its id away for a while. */
  stopPeer(peer: Peer, reason: string, kind?: StopKind): void
  /** What this node says about itself in a handshake now. */
  nodeInfo(): NodeInfo
}
