// Door of host/p2p: who we are connected with, and the messages that go between.
//
// Promises: one connection per node id, proved by its key; garbage of any kind ends that peer's
// connection and nothing else; strangers in their handshake never keep out peers; persistent peers
// are admitted always and dialled for ever; a peer's memory is bounded (host/conn, and 256 KiB on
// their way to the socket).
// Must never: judge a message of a reactor, sleep, or dial anybody it was not told of.
// Counterpart in CometBFT: p2p.

export { codeOf, formatPeerError, ruleOf } from './errors.ts'
export type { HandshakeStep, PeerError, PeerErrorRule } from './errors.ts'
export type { PersistentPeerStatus } from './dialer.ts'
export { MAX_NODE_INFO_SIZE, compareNodeInfo, validateNodeInfo } from './node-info.ts'
export { parsePeerAddress, peerIdOf, splitHostPort } from './peer-address.ts'
export type { PeerAddress } from './peer-address.ts'
export type { Peer, PeerStats, Reactor } from './peer.ts'
export type { PeerSwitch, StopKind } from './peer-switch.ts'
export { DEFAULT_SWITCH_CONFIG } from './switch-config.ts'
export type { SwitchConfig } from './switch-config.ts'
export { Switch } from './switch.ts'
export type { NodeFacts, SwitchOptions } from './switch.ts'
export type { ChannelDescriptor, ChannelStats } from '../conn/index.ts'
