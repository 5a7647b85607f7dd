// The context of an application while it looks at or executes a transaction.

import { fromBase64, toHexUpper } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Event, ValidatorUpdate } from '../../core/proto/index.ts'
import type { Ctx, Fault } from './app-definition.ts'
import type { FinalizeBlockRequest } from './application.ts'
import { dateFromTime } from './dates.ts'
import { faultOf } from './fault-kind.ts'
import { indexedEvent } from './indexed-event.ts'
import { END_OF_BLOCK, seededRandom, type RandomSource } from './seeded-random.ts'

/** The block a context belongs to. */
export type BlockFacts = Pick<
  FinalizeBlockRequest,
  'height' | 'time' | 'hash' | 'proposerAddress' | 'misbehavior'
>

const ED25519_KEY_BYTES = 32

/** The context of one transaction, or of the end of a block; collects what the application says. */
export class BlockContext implements Ctx {
  readonly height: bigint
  readonly time: Date
  readonly proposer: string
  readonly faults: readonly Fault[]
  readonly events: Event[] = []
  readonly validatorUpdates: ValidatorUpdate[] = []
  readonly #crypto: Crypto
  readonly #hash: Uint8Array
  readonly #txIndex: number
  #random: RandomSource | null = null

  constructor(crypto: Crypto, block: BlockFacts, txIndex: number = END_OF_BLOCK) {
    this.#crypto = crypto
    this.#hash = block.hash
    this.#txIndex = txIndex
    this.height = block.height
    this.time = dateFromTime(block.time)
    this.proposer = toHexUpper(block.proposerAddress)
    this.faults = block.misbehavior.map(faultOf)
  }

  random(): number {
    this.#random ??= seededRandom(this.#crypto, this.#hash, this.#txIndex)
    return this.#random()
  }

  emit(type: string, attributes: Record<string, string | number | bigint>): void {
    this.events.push(indexedEvent(type, attributes))
  }

  updateValidator(pubKey: string, votingPower: bigint): void {
    const bytes = fromBase64(pubKey)
    if (bytes === null || bytes.length !== ED25519_KEY_BYTES) {
      throw new TypeError(`"${pubKey}" is no ed25519 key in base64`)
    }
    if (votingPower < 0n) throw new RangeError(`the voting power ${votingPower} is negative`)
    this.validatorUpdates.push({ pubKey: { type: 'ed25519', bytes }, power: votingPower })
  }
}
