// A network with villains on a clock of its own, watched from the honest nodes' side.

import { decodeConsensusMessage, tryDecode } from '../../core/proto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { equalBlockId } from '../../core/types/index.ts'
import type { Genesis, Proposal, Vote } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { Switch } from '../p2p/index.ts'
import type { Peer, PeerSwitch, Reactor, SwitchOptions } from '../p2p/index.ts'
import { nodeKeyOf } from '../privval/index.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { corrupt } from './index.ts'
import type { VillainName } from './index.ts'

/** A message as an honest node got it. */
export interface Arrival {
  readonly from: number
  readonly to: number
  readonly channelId: number
  readonly atMs: number
  readonly message: ConsensusWireMessage | null
}

/** Who plays. */
export interface Bill {
  readonly size?: number
  readonly powers?: readonly bigint[]
  readonly genesis?: Partial<Genesis>
  /** Villains by the number of their node. */
  readonly villains: Readonly<Record<number, VillainName>>
  readonly fromHeight?: bigint
  /** The two nodes that share the key of the first. */
  readonly twins?: readonly [number, number]
  /** The first number that villains draw. */
  readonly drawn?: number
  /** False when a message is to be lost at its receiver's door. */
  readonly isHeard?: (arrival: Arrival) => boolean
}

/** Runs until `close`. */
export class Theatre {
  readonly cluster: Cluster
  readonly arrivals: Arrival[] = []
  readonly #bill: Bill
  readonly #numbers = new Map<string, number>()

  private constructor(bill: Bill) {
    this.#bill = bill
    const { size = 4, powers, genesis } = bill
    const parts = { ...(powers && { powers }), ...(genesis && { genesis }) }
    this.cluster = new Cluster({
      size,
      ...parts,
      alter: (index, options) => this.#alter(index, options),
    })
  }

  static async open(bill: Bill): Promise<Theatre> {
    const theatre = new Theatre(bill)
    for (let index = 0; index < (bill.size ?? 4); index++) {
      await theatre.cluster.start(index, await Cluster.freshDisk())
    }
    return theatre
  }

  get honest(): number[] {
    const all = this.cluster.running.map((_, index) => index)
    return all.filter(
      (index) => !(index in this.#bill.villains) && !this.#bill.twins?.includes(index),
    )
  }

  /** Plays until the honest nodes have decided so many heights. */
  async play(height: bigint, limitMs = 120_000): Promise<void> {
    const isThere = (): boolean => this.honest.every((i) => this.cluster.heightOf(i) >= height)
    await this.cluster.until(isThere, limitMs)
  }

  async close(): Promise<void> {
    await this.cluster.stopAll()
  }

  /** The different blocks that honest nodes decided at a height, as hex. */
  async decided(height: bigint): Promise<string[]> {
    const metas = await Promise.all(
      this.honest.map((i) => this.cluster.at(i).replica.blockStore.loadBlockMeta(height)),
    )
    const hashes = metas.flatMap((meta) =>
      meta === null ? [] : [Buffer.from(meta.blockId.hash).toString('hex')],
    )
    return [...new Set(hashes)]
  }

  /** Heights at which honest nodes decided different blocks. */
  async forks(): Promise<bigint[]> {
    const top = this.honest.map((i) => this.cluster.heightOf(i)).toSorted((a, b) => Number(b - a))
    const forked: bigint[] = []
    for (let height = 1n; height <= (top[0] ?? 0n); height++) {
      if ((await this.decided(height)).length > 1) forked.push(height)
    }
    return forked
  }

  /** The votes signed by a node that reached honest ones, from whomever. */
  votesOf(node: number): (Vote & { readonly to: number })[] {
    const { address } = this.cluster.genesis.validators[node] ?? {}
    if (address === undefined) return []
    return this.arrivals.flatMap(({ message, to }) =>
      message?.kind === 'vote' && Buffer.compare(message.vote.validatorAddress, address) === 0
        ? [{ ...message.vote, to }]
        : [],
    )
  }

  /** The proposals that came from a node itself. */
  proposalsFrom(node: number): (Proposal & { readonly to: number })[] {
    return this.arrivals.flatMap(({ message, from, to }) =>
      message?.kind === 'proposal' && from === node ? [{ ...message.proposal, to }] : [],
    )
  }

  /** Places at which two values of one signer reached the honest nodes. */
  equivocations(node: number): string[] {
    const firsts = new Map<string, Vote>()
    const places = new Set<string>()
    for (const vote of this.votesOf(node)) {
      const place = `${vote.height}/${vote.round}/${vote.type}`
      const first = firsts.get(place) ?? vote
      firsts.set(place, first)
      if (!equalBlockId(first.blockId, vote.blockId)) places.add(place)
    }
    return [...places]
  }

  /** Why honest nodes ended connections with a node. */
  expulsions(node: number): string[] {
    const id = this.#idOf(node)
    return this.#logOf('peer down').flatMap(({ peer, code, reason }) =>
      peer === id && code !== 'P2P_CLOSED' ? [`${String(code)}: ${String(reason)}`] : [],
    )
  }

  /** Why honest nodes refused proposed blocks. */
  refusals(): string[] {
    return this.#logOf('proposed block refused').map(({ reason }) => String(reason))
  }

  #logOf(message: string): Readonly<Record<string, unknown>>[] {
    return this.honest
      .flatMap((i) => this.cluster.at(i).logger.lines)
      .flatMap((entry) => (entry.message === message ? [entry.fields ?? {}] : []))
  }

  #idOf(node: number): string {
    for (const [id, number] of this.#numbers) if (number === node) return id
    return ''
  }

  #alter(index: number, options: ReplicaOptions): ReplicaOptions {
    this.#numbers.set(nodeKeyOf(nativeCrypto, options.nodeKeySeed).id, index)
    const makeSwitch = (parts: SwitchOptions): PeerSwitch => this.#watched(index, parts)
    const watched = { ...options, makeSwitch }
    const { villains, twins, fromHeight } = this.#bill
    if (twins?.includes(index) === true) {
      const keySeed = signingSeedOf(twins[0])
      const copy = (): ReplicaOptions => watched
      const [, second] = corrupt(watched, { name: 'twins', keySeed, copy })
      return second ?? watched
    }
    const name = villains[index]
    if (name === undefined) return watched
    const keySeed = signingSeedOf(index)
    const from = fromHeight === undefined ? {} : { fromHeight }
    const ports = { ...options.ports, random: this.#randomOf(options) }
    const [villain] = corrupt({ ...watched, ports }, { name, keySeed, ...from })
    return villain === undefined ? watched : { ...villain, ports: options.ports }
  }

  #randomOf({ ports }: ReplicaOptions): ReplicaOptions['ports']['random'] {
    const { drawn } = this.#bill
    let isFirst = drawn !== undefined
    return {
      bytes: (size) => {
        if (!isFirst) return ports.random.bytes(size)
        isFirst = false
        return Uint8Array.from({ length: size }, (_, i) => (i === size - 1 ? (drawn ?? 0) : 0))
      },
    }
  }

  #watched(to: number, parts: SwitchOptions): PeerSwitch {
    const real = new Switch(parts)
    const add = real.addReactor.bind(real)
    real.addReactor = (reactor) => add(this.#watchedReactor(to, reactor))
    return real
  }

  #watchedReactor(to: number, reactor: Reactor): Reactor {
    const receive = (peer: Peer, channelId: number, bytes: Uint8Array): void => {
      const decoded = tryDecode(decodeConsensusMessage, bytes)
      const isOne = decoded.ok && channelId >= 0x20 && channelId <= 0x23
      const message = isOne ? decoded.value : null
      const from = this.#numbers.get(peer.id) ?? -1
      const atMs = this.cluster.clock.monotonicMs()
      const arrival = { from, to, channelId, atMs, message }
      if (this.honest.includes(to)) this.arrivals.push(arrival)
      if (this.#bill.isHeard?.(arrival) === false) return
      reactor.receive(peer, channelId, bytes)
    }
    return {
      channels: reactor.channels,
      addPeer: (peer) => reactor.addPeer(peer),
      removePeer: (peer, reason) => reactor.removePeer(peer, reason),
      onDrain: (peer) => reactor.onDrain?.(peer),
      receive,
    }
  }
}
