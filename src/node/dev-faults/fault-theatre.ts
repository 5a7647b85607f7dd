// Makes validators of a devnet villains, and tells what the honest ones see and do about them.

import { assert, bytesKey } from '../../core/bytes/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type { Evidence, ValidatorSet } from '../../core/types/index.ts'
import { serializeApplication } from '../../host/abci/index.ts'
import type { Application, Misbehavior } from '../../host/abci/index.ts'
import { Query } from '../../host/events/index.ts'
import type { FaultEvent, Subscription } from '../../host/events/index.ts'
import { loadValidatorKey } from '../../host/privval/index.ts'
import type { Replica, ReplicaOptions } from '../../host/replica/index.ts'
import { corrupt, VILLAINS } from '../../host/villains/index.ts'
import type { DevBlock, DevCasting } from '../assembly/index.ts'
import { nativeCrypto, NodeFiles } from '../platform/index.ts'
import { Cast } from './fault-words.ts'

/** Places of which was told once are forgotten beyond so many. */
const KEPT_PLACES = 1000

/** A validator that lies. */
export interface DevVillain {
  readonly index: number
  /** The name of one of the cast. */
  readonly villain: string
  /** Honest before this height. */
  readonly fromHeight?: number
}

/** What a theatre is told. */
export interface FaultTheatreOptions {
  /** One or more, and fewer than there are validators. */
  readonly villains: readonly DevVillain[]
  readonly validators: number
  readonly print: (line: string) => void
}

/** What the application was handed with a block, and its answer. */
interface Handed {
  readonly misbehavior: readonly Misbehavior[]
  readonly response: FinalizeBlockResponse
}

/** The casting of a devnet with villains. */
export class FaultTheatre implements DevCasting {
  readonly observer: number
  readonly twins: readonly number[]
  readonly #options: FaultTheatreOptions
  readonly #cast = new Cast()
  readonly #subscriptions: Subscription[] = []
  readonly #toldPlaces = new Set<string>()
  readonly #handed = new Map<bigint, Handed>()
  /** Addresses of the villains. */
  readonly #villains = new Map<number, Uint8Array>()
  /** Their powers, as of the last block. */
  readonly #powers = new Map<number, bigint>()
  /** Addresses to which the application gave power 0. */
  readonly #out = new Set<string>()
  #watched: Replica | null = null

  constructor(options: FaultTheatreOptions) {
    this.#options = options
    const lying = new Set(options.villains.map(({ index }) => index))
    const all = Array.from({ length: options.validators }, (_, index) => index)
    const observer = all.find((index) => !lying.has(index))
    assert(observer !== undefined, 'a devnet of villains alone has nobody who looks')
    this.observer = observer
    this.twins = options.villains.flatMap(({ index, villain }) =>
      villain === 'twins' ? [index] : [],
    )
  }

  async alter(index: number, options: ReplicaOptions, keyPath: string): Promise<ReplicaOptions> {
    if (options.signer !== null) this.#cast.add(index, options.signer.address)
    const villain = this.#villainOf(index)
    if (villain === undefined) {
      if (index !== this.observer) return options
      return { ...options, application: this.#listenIn(options.application) }
    }
    const keys = { files: new NodeFiles(), crypto: nativeCrypto }
    const { seed, address } = await loadValidatorKey({ ...keys, keyPath })
    this.#villains.set(index, address)
    const [altered] = corrupt(options, {
      name: roleOf(villain.villain).name,
      keySeed: seed,
      fromHeight: BigInt(villain.fromHeight ?? 1),
      // Asked for one twin at a time: each has a home of its own.
      copy: () => options,
    })
    return altered ?? options
  }

  beforeStart(index: number, replica: Replica): void {
    if (this.#villainOf(index) !== undefined) return
    if (index === this.observer) this.#watched = replica
    const query = Query.parse("tm.event='Fault'")
    assert(query.ok, 'the query for faults is a query')
    const subscription = replica.eventBus.subscribe({
      query: query.value,
      overflow: 'drop-oldest',
      onReady: () => {
        for (let next = subscription.take(); next !== null; next = subscription.take()) {
          if (next.event.kind === 'Fault') this.#onFault(index, next.event)
        }
      },
    })
    this.#subscriptions.push(subscription)
  }

  /** Says who lies, and what the network bears. Called once, when all run. */
  introduce(): void {
    const { villains, validators } = this.#options
    for (const { index, villain, fromHeight = 1 } of villains) {
      const { name, vice } = roleOf(villain)
      this.#print(`validator ${index} is a villain (${name}) from height ${fromHeight} on: ${vice}`)
    }
    if (villains.length * 3 >= validators) {
      const share = `${villains.length} of ${validators} validators lie`
      this.#print(`${share}, a third or more: the chain may halt, or fork; nothing is promised`)
    }
    for (const [index, power] of this.#powersIn(this.#watched?.engine.state.validatorSet ?? null)) {
      this.#powers.set(index, power)
      if (power > 0n) continue
      const words = 'has no power in this chain any more; --fresh begins a new one'
      this.#print(`validator ${index} ${words}`)
    }
  }

  /** Tells what this block did to liars; to be called behind the line of the block. */
  onBlock({ height, evidence }: DevBlock): void {
    for (const piece of evidence) {
      const accused = accusedOf(piece)
      // What it signed before it lost its power is still proved, block by block.
      const isOut = accused.length > 0 && accused.every((each) => this.#out.has(bytesKey(each)))
      const words = isOut
        ? `more evidence against validator ${accused.map((each) => this.#cast.nameOf(each)).join()}`
        : `evidence: ${this.#cast.evidenceWords(piece)}`
      this.#print(`block ${height} carries ${words}`)
    }
    this.#tellHanded(height)
    // The store is closed when the node stops meanwhile.
    this.#tellPowers(height + 1n).catch(() => undefined)
  }

  /** Nothing is told any more. */
  close(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.cancel()
  }

  #villainOf(index: number): DevVillain | undefined {
    return this.#options.villains.find((villain) => villain.index === index)
  }

  #print(line: string): void {
    this.#options.print(line)
  }

  #onFault(index: number, { height, text, validators, isProved }: FaultEvent): void {
    // The others see the same, and a liar lies several times a height.
    const place = [...validators.map((address) => bytesKey(address)), height].join('/')
    if (this.#toldPlaces.has(place)) return
    this.#toldPlaces.add(place)
    const [oldest] = this.#toldPlaces
    if (this.#toldPlaces.size > KEPT_PLACES && oldest !== undefined) this.#toldPlaces.delete(oldest)
    const doubt = isProved ? '' : ' (a suspicion, no proof)'
    this.#print(`node${index}: ${this.#cast.numbered(text)}${doubt}`)
  }

  // The one place where what the application was told can be seen: between it and the node.
  #listenIn(application: Application): Application {
    const inner = serializeApplication(application)
    return {
      ...inner,
      finalizeBlock: async (request) => {
        const response = await inner.finalizeBlock(request)
        const { height, misbehavior } = request
        if (misbehavior.length > 0) this.#handed.set(height, { misbehavior, response })
        return response
      },
    }
  }

  #tellHanded(upTo: bigint): void {
    for (const [height, { misbehavior, response }] of this.#handed) {
      if (height > upTo) continue
      this.#handed.delete(height)
      for (const offence of misbehavior) this.#tellOffence(offence, response)
    }
  }

  #tellOffence(offence: Misbehavior, { validatorUpdates }: FinalizeBlockResponse): void {
    const { address } = offence.validator
    const key = bytesKey(address)
    if (this.#out.has(key)) return
    const update = validatorUpdates.find(
      ({ pubKey }) => bytesKey(addressOf(nativeCrypto, pubKey)) === key,
    )
    const answer = update === undefined ? 'changes no power' : `gives it power ${update.power}`
    if (update?.power === 0n) this.#out.add(key)
    this.#print(`application: is told that ${this.#cast.misbehaviorWords(offence)}, and ${answer}`)
  }

  // With the block before: the set of the next height is stored with it.
  async #tellPowers(height: bigint): Promise<void> {
    const set = await this.#watched?.stateStore.loadValidators(height)
    for (const [index, power] of this.#powersIn(set ?? null)) {
      const before = this.#powers.get(index)
      if (set === null || power === before) continue
      this.#powers.set(index, power)
      const was = before === undefined ? '' : `, before it was ${before}`
      this.#print(`validator ${index}: power ${power} from height ${height} on${was}`)
    }
  }

  #powersIn(set: ValidatorSet | null): [index: number, power: bigint][] {
    return [...this.#villains].map(([index, address]) => [
      index,
      set?.find(address)?.votingPower ?? 0n,
    ])
  }
}

function roleOf(name: string): (typeof VILLAINS)[number] {
  const role = VILLAINS.find((each) => each.name === name)
  assert(role !== undefined, `there is no villain ${name}`)
  return role
}

function accusedOf(evidence: Evidence): readonly Uint8Array[] {
  if (evidence.kind === 'duplicate-vote') return [evidence.voteA.validatorAddress]
  if (evidence.kind !== 'light-client-attack') return [evidence.validatorAddress]
  return evidence.byzantineValidators.map(({ address }) => address)
}
