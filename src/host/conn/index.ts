// Door of host/conn: the secret connection and the multiplexed connection as machines that take and
// give bytes.
//
// Promises: the bytes of CometBFT 0.38 exactly; every fault of the other side is a typed value that
// ends this connection and nothing else; one peer costs at most 32 MiB: 5 MiB of messages that wait
// to be sent, 4 MiB of unfinished messages, 22 MiB for one large message either way, and below 1
// MiB of frames on their way (p2p).
// Must never: know a socket, sleep to limit a rate, or hold anything without a bound.
// Counterpart in CometBFT: p2p/conn.

export { MAX_CHANNEL_ID, MAX_PACKET_SIZE, MESSAGE_OVERHEAD, PACKET_DATA_SIZE } from './channel.ts'
export type { ChannelDescriptor } from './channel.ts'
export { DelimitedReader } from './delimited-reader.ts'
export { CONN_PENALTIES, formatConnError } from './errors.ts'
export type { ConnError } from './errors.ts'
export { MConnection, MEMORY_LIMITS, PING_INTERVAL_MS, PONG_TIMEOUT_MS } from './mconnection.ts'
export type { ChannelStats, MConnectionOptions } from './mconnection.ts'
export { LARGE_MESSAGE_FROM } from './peer-memory.ts'
export type { PeerMemoryLimits } from './peer-memory.ts'
export { FRAME_DATA_SIZE, SEALED_FRAME_SIZE } from './sealed-frames.ts'
export { SecretConnection, deriveSessionKeys } from './secret-connection.ts'
export type {
  SecretConnectionOptions,
  SecretConnectionPhase,
  SecretConnectionSink,
  SessionKeys,
} from './secret-connection.ts'
