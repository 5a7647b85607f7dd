// The four channels of consensus and their bounds. Source: wire.md 2.4.
import type { ChannelDescriptor } from '../p2p/index.ts'

/** Channel ids. Wire: p2p Packet.channel_id. */
export const CHANNEL = { state: 0x20, data: 0x21, vote: 0x22, voteSetBits: 0x23 } as const

const MIB = 1024 * 1024

/** What the reactor asks of the connection: priority, largest message, bytes that may wait. */
export const CONSENSUS_CHANNELS: readonly ChannelDescriptor[] = [
  { id: CHANNEL.state, priority: 6, recvMessageCapacity: MIB, sendQueueBytes: MIB },
  { id: CHANNEL.data, priority: 10, recvMessageCapacity: MIB, sendQueueBytes: 4 * MIB },
  { id: CHANNEL.vote, priority: 7, recvMessageCapacity: MIB, sendQueueBytes: MIB },
  { id: CHANNEL.voteSetBits, priority: 1, recvMessageCapacity: MIB, sendQueueBytes: MIB },
]
