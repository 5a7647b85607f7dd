// What a remote side can do wrong below the level of messages, as data, and what each fault costs
// it.

/** One violation of the connection's protocol, or one deadline it missed. */
export type ConnError =
  /** The clear-text ephemeral key is not a delimited BytesValue of 32 bytes. */
  | { readonly code: 'CONN_BAD_HELLO'; readonly reason: string }
  /** X25519 with this ephemeral key gives zero for everybody. */
  | { readonly code: 'CONN_ZERO_SECRET' }
  /** A sealed frame that our key does not open, or that claims more than 1,024 bytes of data. */
  | { readonly code: 'CONN_BAD_FRAME'; readonly reason: string }
  /** 2^64 frames in one direction: the next nonce would repeat. */
  | { readonly code: 'CONN_NONCE_EXHAUSTED' }
  /** The proof of identity is malformed, of a wrong key type or does not verify. */
  | { readonly code: 'CONN_BAD_AUTH'; readonly reason: string }
  /** A node key for which one signature fits every message identifies nobody. */
  | { readonly code: 'CONN_LOW_ORDER_KEY' }
  /** A delimited message longer than what may come here. */
  | { readonly code: 'CONN_OVERSIZED_PACKET'; readonly size: number; readonly limit: number }
  /** Bytes that are no packet. */
  | { readonly code: 'CONN_BAD_PACKET'; readonly reason: string }
  | { readonly code: 'CONN_UNKNOWN_CHANNEL'; readonly channelId: number }
  /** A message beyond its channel's `recvMessageCapacity`. */
  | { readonly code: 'CONN_OVERSIZED_MESSAGE'; readonly channelId: number; readonly limit: number }
  /** Unfinished messages of all channels together beyond what one peer may cost. */
  | { readonly code: 'CONN_REASSEMBLY_FULL'; readonly channelId: number; readonly limit: number }
  | { readonly code: 'CONN_PONG_TIMEOUT'; readonly timeoutMs: number }

/**
 * What follows from a fault: whether the peer lied (and is kept away for a while) or only went
 * silent.
 */
export const CONN_PENALTIES: Readonly<Record<ConnError['code'], 'ban' | 'none'>> = {
  CONN_BAD_HELLO: 'ban',
  CONN_ZERO_SECRET: 'ban',
  CONN_BAD_FRAME: 'ban',
  CONN_NONCE_EXHAUSTED: 'none',
  CONN_BAD_AUTH: 'ban',
  CONN_LOW_ORDER_KEY: 'ban',
  CONN_OVERSIZED_PACKET: 'ban',
  CONN_BAD_PACKET: 'ban',
  CONN_UNKNOWN_CHANNEL: 'ban',
  CONN_OVERSIZED_MESSAGE: 'ban',
  CONN_REASSEMBLY_FULL: 'ban',
  CONN_PONG_TIMEOUT: 'none',
}

/** The fault in words, for a log line or an operator's screen. */
export function formatConnError(error: ConnError): string {
  switch (error.code) {
    case 'CONN_BAD_HELLO':
    case 'CONN_BAD_FRAME':
    case 'CONN_BAD_AUTH':
    case 'CONN_BAD_PACKET':
      return error.reason
    case 'CONN_ZERO_SECRET':
      return 'the ephemeral key makes the shared secret zero'
    case 'CONN_NONCE_EXHAUSTED':
      return 'all nonces of this connection are used'
    case 'CONN_LOW_ORDER_KEY':
      return 'the node key has low order and identifies nobody'
    case 'CONN_OVERSIZED_PACKET':
      return `a packet of ${error.size} bytes, at most ${error.limit} are allowed`
    case 'CONN_UNKNOWN_CHANNEL':
      return `unknown channel ${channelName(error.channelId)}`
    case 'CONN_OVERSIZED_MESSAGE':
      return `a message on ${channelName(error.channelId)} beyond ${error.limit} bytes`
    case 'CONN_REASSEMBLY_FULL':
      return `unfinished messages beyond ${error.limit} bytes`
    case 'CONN_PONG_TIMEOUT':
      return `no pong within ${error.timeoutMs} ms`
  }
}

function channelName(channelId: number): string {
  return `channel 0x${channelId.toString(16).padStart(2, '0')}`
}
