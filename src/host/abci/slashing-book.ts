// The penalties of a defined application: the slashing module fed with blocks, and its state as
// text.

import { toHex, toUtf8 } from '../../core/bytes/index.ts'
import { addressOf, type Crypto } from '../../core/crypto/index.ts'
import type { Event, ValidatorUpdate } from '../../core/proto/index.ts'
import {
  SlashingModule,
  type Offence,
  type Punishment,
  type SlashingPolicy,
  type SlashingState,
  type ValidatorChange,
} from '../../core/slashing/index.ts'
import type { FinalizeBlockRequest, InitChainRequest, Misbehavior } from './application.ts'
import { decodeCanonical, encodeCanonical } from './canonical-json.ts'
import { faultKindOf } from './fault-kind.ts'
import { indexedEvent } from './indexed-event.ts'

/** What a chain starts from, as far as penalties go. */
export type SlashingGenesis = Pick<InitChainRequest, 'validators' | 'consensusParams'>

/** What a block does to the validators, and what the world is told of it. */
export interface BlockPenalties {
  readonly validatorUpdates: readonly ValidatorUpdate[]
  readonly events: readonly Event[]
}

/**
 * The policy of a chain and the penalties so far. As the application's own state it is changed by
 * `execute`, and kept or taken back with the block.
 */
export class SlashingBook {
  readonly #crypto: Crypto
  readonly #module: SlashingModule
  #committed: SlashingState
  #state: SlashingState
  #written: {
    readonly state: SlashingState
    readonly text: string
    readonly digest: string
  } | null = null

  private constructor(crypto: Crypto, module: SlashingModule, state: SlashingState) {
    this.#crypto = crypto
    this.#module = module
    this.#committed = state
    this.#state = state
  }

  /** The book of a new chain. */
  static begin(crypto: Crypto, policy: SlashingPolicy, genesis: SlashingGenesis): SlashingBook {
    const { maxAgeNumBlocks: blocks, maxAgeDuration: duration } = genesis.consensusParams.evidence
    const module = new SlashingModule(policy)
    const validators = genesis.validators.map((update) => changeOf(crypto, update))
    const state = module.begin({ validators, evidenceAge: { blocks, duration } })
    return new SlashingBook(crypto, module, state)
  }

  /** The book that was written as this text by us. */
  static restore(crypto: Crypto, text: string): SlashingBook {
    const { policy, state } = decodeCanonical(text) as SlashingBook['view']
    return new SlashingBook(crypto, new SlashingModule(policy), state)
  }

  /** The policy, and the state after the latest block, committed or not. */
  get view(): { readonly policy: SlashingPolicy; readonly state: SlashingState } {
    return { policy: this.#module.policy, state: this.#state }
  }

  /** The view as canonical JSON. */
  get text(): string {
    return this.#write().text
  }

  /** The SHA-256 of the text in hex; computed once per state. */
  get digest(): string {
    return this.#write().digest
  }

  /** Executes a committed block with what the application wants of the validators. */
  execute(request: FinalizeBlockRequest, wanted: readonly ValidatorUpdate[]): BlockPenalties {
    const { height, time, misbehavior } = request
    const outcome = this.#module.execute(this.#state, {
      height,
      time,
      offences: misbehavior.map(offenceOf),
      changes: wanted.map((update) => changeOf(this.#crypto, update)),
    })
    this.#state = outcome.state
    return {
      validatorUpdates: outcome.updates.map(({ pubKey, power }) => ({ pubKey, power })),
      events: [
        ...outcome.punishments.map(punishmentEvent),
        ...outcome.returned.map((validator) => indexedEvent('unjail', { validator })),
      ],
    }
  }

  /** Keeps what has been executed since the last commit. */
  commit(): void {
    this.#committed = this.#state
  }

  /** Takes it back. */
  rollback(): void {
    this.#state = this.#committed
  }

  #write(): { readonly text: string; readonly digest: string } {
    if (this.#written?.state === this.#state) return this.#written
    const text = encodeCanonical(this.view)
    const digest = toHex(this.#crypto.sha256(toUtf8(text)))
    this.#written = { state: this.#state, text, digest }
    return this.#written
  }
}

function changeOf(crypto: Crypto, { pubKey, power }: ValidatorUpdate): ValidatorChange {
  return { address: addressOf(crypto, pubKey), pubKey, power }
}

function offenceOf({ kind, validator, height, time }: Misbehavior): Offence {
  const { address, power } = validator
  return { kind: faultKindOf(kind), address, height, time, power }
}

function punishmentEvent(punishment: Punishment): Event {
  const { kind, address, height, cut, power, jailedUntil, tombstoned } = punishment
  return indexedEvent('slash', {
    validator: address,
    kind,
    height,
    cut,
    power,
    jailedUntil,
    tombstoned: String(tombstoned),
  })
}
