// The bounds and deadlines of the switch, and their defaults.

/**
 * Where to listen, and every limit; what is left out has the default of {@link
 * DEFAULT_SWITCH_CONFIG}.
 */
export interface SwitchConfig {
  /** `host:port` or `tcp://host:port`; null to accept nobody. */
  readonly listenAddress: string | null
  /** Peers that dialled us and are neither persistent nor unconditional. */
  readonly maxInbound?: number
  /** Accepted connections that have not finished their handshake. */
  readonly maxHandshakes?: number
  /** For each of the three steps of a handshake. */
  readonly handshakeStepMs?: number
  readonly dialTimeoutMs?: number
  readonly pingIntervalMs?: number
  readonly pongTimeoutMs?: number
  readonly writeStallMs?: number
  /** How long an id that broke the protocol stays away. */
  readonly banMs?: number
  readonly redialMinMs?: number
  readonly redialMaxMs?: number
  /** How long an existing connection has to show life when its peer knocks again. */
  readonly probeMs?: number
  /** Ids that are always admitted beside the persistent peers. */
  readonly unconditionalIds?: readonly string[]
}

/**
 * The limits of a node; the handshake's and the dial's 3 s and the ping's 60 and 45 s are
 * CometBFT's.
 */
export const DEFAULT_SWITCH_CONFIG: Required<SwitchConfig> = {
  listenAddress: null,
  maxInbound: 40,
  maxHandshakes: 256,
  handshakeStepMs: 3000,
  dialTimeoutMs: 3000,
  pingIntervalMs: 60_000,
  pongTimeoutMs: 45_000,
  writeStallMs: 45_000,
  banMs: 60_000,
  redialMinMs: 100,
  redialMaxMs: 10_000,
  probeMs: 5000,
  unconditionalIds: [],
}
