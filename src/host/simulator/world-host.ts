// What a world needs of the machine that it runs on.

import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import type { SimEvent } from './event.ts'

/** The real things of a world: computing, and a turn of the loop. */
export interface WorldHost {
  /** Hashes, and signatures where the plan asks for real ones. */
  readonly crypto: Crypto
  readonly channelCrypto: ChannelCrypto
  /** Resolves when all promises that can settle have: after a turn of the loop at the latest. */
  readonly turn: () => Promise<void>
  /** Called for every event; without it nothing is formatted. */
  readonly onEvent?: (event: SimEvent) => void
}
