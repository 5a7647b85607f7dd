// What a channel is: its number, its weight and its bounds.

/** One stream of messages inside a connection. */
export interface ChannelDescriptor {
  /** 0x00 to 0x7f; larger numbers would not fit a full packet. */
  readonly id: number
  /** Weight when several channels have something to send; positive. */
  readonly priority: number
  /** Largest message taken, in bytes. */
  readonly recvMessageCapacity: number
  /**
   * Bytes that may wait to be sent, {@link MESSAGE_OVERHEAD} counted for each message. A message
   * larger than that is still taken when nothing else waits on the channel.
   */
  readonly sendQueueBytes: number
}

/** What a waiting message costs beside its bytes, so that many small ones are bounded too. */
export const MESSAGE_OVERHEAD = 96

/**
 * Data bytes in a packet; the same in the whole network. Wire: config max_packet_msg_payload_size.
 */
export const PACKET_DATA_SIZE = 1024
/** Bytes of a full packet without its length prefix; a longer one ends the connection. */
export const MAX_PACKET_SIZE = 1034
/** The largest channel number. */
export const MAX_CHANNEL_ID = 0x7f
