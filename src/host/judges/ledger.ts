// What all judges look up: who is who, what the chain is after each block, and whose turn it is.

import { bytesKey } from '../../core/bytes/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type { Block, BlockId, ConsensusParams } from '../../core/types/index.ts'
import { isMoreThanOneThird } from './naive-values.ts'
import { nextRound } from './naive-rotation.ts'
import type { Bench } from './naive-rotation.ts'
import { naiveNext, naiveStart } from './naive-state.ts'
import type { NaiveState } from './naive-state.ts'
import { Notary } from './notary.ts'
import type { Setting } from './setting.ts'

/** How many rounds of a height are looked ahead for their proposers. */
const MAX_ROUNDS = 10_000

/** A map key that names a value. */
export function keyOf({ hash, partSetHeader }: BlockId): string {
  return `${bytesKey(hash)}${partSetHeader.total}:${bytesKey(partSetHeader.hash)}`
}

/** What is known of a run, for all judges. */
export class Ledger {
  readonly setting: Setting
  readonly notary: Notary
  readonly #indexes = new Map<string, number>()
  readonly #villains: ReadonlySet<number>
  /** The chain after each block, by the block's id. */
  readonly #states = new Map<string, NaiveState>()
  /** The chain before each height, in the branch that was seen first. */
  readonly #before = new Map<bigint, NaiveState>()
  #rounds: { readonly height: bigint; readonly benches: Bench[] } = { height: -1n, benches: [] }
  #topHeight: bigint
  #wereVillainsFew: boolean
  #areVillainsFew: { readonly bench: Bench; readonly answer: boolean } | null = null

  constructor(setting: Setting) {
    this.setting = setting
    this.notary = new Notary(setting.crypto, setting.genesis.chainId)
    for (const [index, address] of setting.addresses.entries()) {
      const key = address === null ? '' : bytesKey(address)
      if (key !== '' && !this.#indexes.has(key)) this.#indexes.set(key, index)
    }
    this.#villains = new Set(setting.villains)
    const start = naiveStart(setting.crypto, setting.genesis, setting.chainStart)
    this.#before.set(start.nextHeight, start)
    this.#topHeight = start.nextHeight
    this.#wereVillainsFew = this.areVillainsFew(start.bench) && this.areVillainsFew(start.nextBench)
  }

  /** The highest height whose validators are known. */
  get topHeight(): bigint {
    return this.#topHeight
  }

  /** The index of a validator, -1 for an address of nobody. */
  indexOf(address: Uint8Array): number {
    return this.#indexes.get(bytesKey(address)) ?? -1
  }

  /** True for a node, or the validator of a node, that lies. */
  isVillain(index: number): boolean {
    return this.#villains.has(index)
  }

  /** True for the address of a node that is known not to lie. */
  isHonest(address: Uint8Array): boolean {
    const index = this.indexOf(address)
    return index !== -1 && !this.isVillain(index)
  }

  /** The chain that a block claims to follow; that of its height when it follows nothing known. */
  stateBefore({ header }: Block): NaiveState | null {
    return this.#states.get(keyOf(header.lastBlockId)) ?? this.#before.get(header.height) ?? null
  }

  /** The validators of a height, null while the block before is not known. */
  benchAt(height: bigint): Bench | null {
    return this.#before.get(height)?.bench ?? null
  }

  /** The parameters of a height, null while the block before is not known. */
  paramsAt(height: bigint): ConsensusParams | null {
    return this.#before.get(height)?.params ?? null
  }

  /** Whose turn a round is, null while the height's validators are not known. */
  proposerAt(height: bigint, round: number): Uint8Array | null {
    const bench = this.benchAt(height)
    if (bench === null || round < 0 || round > MAX_ROUNDS) return null
    if (this.#rounds.height !== height) this.#rounds = { height, benches: [bench] }
    const { benches } = this.#rounds
    for (let last = benches.at(-1) ?? bench; benches.length <= round;) {
      last = nextRound(last)
      benches.push(last)
    }
    return benches[round]?.proposer ?? null
  }

  /** True while the validators that lie have less than a third of the power. */
  areVillainsFew(bench: Bench): boolean {
    if (this.#areVillainsFew?.bench === bench) return this.#areVillainsFew.answer
    const power = this.powerOfVillains(bench)
    const answer = 3n * power < bench.total
    this.#areVillainsFew = { bench, answer }
    return answer
  }

  /** True while they had less than that at every height up to the next one. */
  get wereVillainsFew(): boolean {
    return this.#wereVillainsFew
  }

  /** The power of the validators that lie. */
  powerOfVillains(bench: Bench): bigint {
    return this.powerOf(bench, (index) => this.isVillain(index))
  }

  /** The power of the validators with such an index. */
  powerOf(bench: Bench, isMeant: (index: number) => boolean): bigint {
    const meant = bench.seats.filter(({ address }) => isMeant(this.indexOf(address)))
    return meant.reduce((sum, { power }) => sum + power, 0n)
  }

  /** True when such validators are too many to be all faulty. */
  areTooMany(bench: Bench, isMeant: (index: number) => boolean): boolean {
    return isMoreThanOneThird(this.powerOf(bench, isMeant), bench.total)
  }

  /** Notes a block that somebody committed, and what the first application answered to it. */
  extend(
    before: NaiveState,
    decided: { readonly block: Block; readonly blockId: BlockId },
    response: FinalizeBlockResponse,
  ): void {
    const key = keyOf(decided.blockId)
    if (this.#states.has(key)) return
    const next = naiveNext(this.setting.crypto, before, decided, response)
    this.#states.set(key, next)
    if (!this.areVillainsFew(next.nextBench)) this.#wereVillainsFew = false
    if (this.#before.has(next.nextHeight)) return
    this.#before.set(next.nextHeight, next)
    if (next.nextHeight > this.#topHeight) this.#topHeight = next.nextHeight
  }
}
