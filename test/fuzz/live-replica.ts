// A validator that runs, with three others of which the test has the keys: two are honest.

import { EMPTY_BYTES } from '../../src/core/bytes/index.ts'
import { encodeConsensusMessage } from '../../src/core/proto/index.ts'
import type { NodeInfo } from '../../src/core/proto/index.ts'
import { NIL_BLOCK_ID, VoteType, voteSignBytes } from '../../src/core/types/index.ts'
import type { BlockId, Vote } from '../../src/core/types/index.ts'
import type { Peer, PeerSwitch, Reactor } from '../../src/host/p2p/index.ts'
import { idOf, makeNodeInfo } from '../../src/host/p2p/world.fixture.ts'
import { Cluster, signingSeedOf } from '../../src/host/replica/cluster.fixture.ts'
import type { Running } from '../../src/host/replica/cluster.fixture.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'
import { promise } from './target.ts'

/** The replica has 60 of 120, so it needs two of the others, of whom two are honest. */
const POWERS = [60n, 20n, 20n, 20n]
const HONEST = [1, 2] as const
/** Its votes are the attackers'. */
export const TRAITOR = 3

const turn = (): Promise<void> => new Promise(setImmediate)

/** A peer that takes everything and remembers nothing. */
class TestPeer implements Peer {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly outbound = false
  readonly remoteAddress = '10.0.0.9:26656'
  readonly remoteIp = '10.0.0.9'

  constructor(id: string) {
    this.id = id
    this.nodeInfo = makeNodeInfo({ id, listenAddress: '10.0.0.9:1', channels: EMPTY_BYTES })
  }

  send(): boolean {
    return true
  }

  canSend(): boolean {
    return true
  }

  stats(): never {
    throw new Error('nobody asks')
  }
}

/** Gives messages straight to the reactors of their channels. */
export class Gate implements PeerSwitch {
  readonly id: string = idOf(1)
  readonly listenAddress = 'tcp://10.0.0.1:26656'
  readonly #reactors: Reactor[] = []
  readonly #peers = new Map<string, Peer>()
  /** Why the last peer was stopped. */
  lastReason = ''

  addReactor(reactor: Reactor): void {
    this.#reactors.push(reactor)
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    for (const peer of this.peers()) this.stopPeer(peer, 'the node stops')
  }

  peers(): Peer[] {
    return [...this.#peers.values()]
  }

  peer(id: string): Peer | null {
    return this.#peers.get(id) ?? null
  }

  persistentPeers(): [] {
    return []
  }

  dialPersistent(): { ok: true; value: null } {
    return { ok: true, value: null }
  }

  nodeInfo(): NodeInfo {
    const channels = Uint8Array.from(this.channelIds())
    return makeNodeInfo({ id: this.id, listenAddress: this.listenAddress, channels })
  }

  stopPeer(peer: Peer, reason: string): void {
    promise(reason !== '', 'a refusal says why')
    if (!this.#peers.delete(peer.id)) return
    this.lastReason = reason
    for (const reactor of this.#reactors) reactor.removePeer(peer, reason)
  }

  /** The channels that reactors have. */
  channelIds(): number[] {
    return this.#reactors.flatMap(({ channels }) => channels.map(({ id }) => id))
  }

  join(number: number): Peer {
    const peer = new TestPeer(number.toString(16).padStart(40, '0'))
    this.#peers.set(peer.id, peer)
    for (const reactor of this.#reactors) reactor.addPeer(peer)
    return peer
  }

  /** A message of a peer; false when the peer was stopped for it. */
  deliver(peer: Peer, channelId: number, message: Uint8Array): boolean {
    const reactor = this.#reactors.find(({ channels }) =>
      channels.some(({ id }) => id === channelId),
    )
    reactor?.receive(peer, channelId, message)
    return this.#peers.has(peer.id)
  }
}

/** One validator among four. */
export class LiveReplica {
  readonly cluster: Cluster
  readonly gate: Gate
  readonly node: Running
  readonly #honest: Peer
  readonly #said = new Set<string>()
  haltedBy: Error | null = null

  private constructor(cluster: Cluster, gate: Gate, node: Running) {
    this.cluster = cluster
    this.gate = gate
    this.node = node
    this.#honest = gate.join(1)
    void node.replica.halted.then((error) => (this.haltedBy = error))
  }

  static async start(): Promise<LiveReplica> {
    const gate = new Gate()
    const cluster = new Cluster({
      size: POWERS.length,
      powers: POWERS,
      alter: (_, options) => ({ ...options, makeSwitch: () => gate, persistentPeers: [] }),
    })
    const node = await cluster.start(0, await Cluster.freshDisk())
    return new LiveReplica(cluster, gate, node)
  }

  async stop(): Promise<void> {
    await this.cluster.stopAll()
  }

  /** Attackers are gone, nobody else is, and the node goes on. */
  check(): void {
    promise(this.haltedBy === null, `the node goes on: ${String(this.haltedBy)}`)
    promise(this.gate.peer(this.#honest.id) !== null, `nobody else ends: ${this.gate.lastReason}`)
    const { replica, logger } = this.node
    promise(replica.gossip.links().length === this.gate.peers().length, 'peers are forgotten')
    const wrong = logger.lines.find(({ level }) => level === 'error')
    promise(wrong === undefined, `nothing goes wrong inside: ${wrong?.message}`)
  }

  /** Lets the loop turn and `ms` milliseconds pass. */
  async pass(ms: number): Promise<void> {
    for (let i = 0; i < 3; i++) await turn()
    this.cluster.clock.advance(ms)
    await turn()
    this.check()
  }

  /** The honest validators vote until another block is decided. */
  async decide(): Promise<void> {
    const { engine, blockStore } = this.node.replica
    const before = blockStore.height
    for (let steps = 0; steps < 400 && blockStore.height === before; steps++) {
      const { height, round, step, proposal, proposalParts } = engine.state
      const isWhole = proposal !== null && proposalParts?.isComplete === true
      const isOver = step === 'prevote' || step === 'precommit'
      const blockId = isWhole ? proposal.blockId : NIL_BLOCK_ID
      if (isOver) this.#voteAll({ height, round, blockId })
      await this.pass(this.cluster.clock.nextTimerMs() ?? 10)
    }
    promise(blockStore.height > before, `block ${before + 1n} is decided in spite of everything`)
  }

  #voteAll(place: { height: bigint; round: number; blockId: BlockId }): void {
    for (const type of [VoteType.prevote, VoteType.precommit]) {
      for (const member of HONEST) {
        const key = `${place.height}/${place.round}/${type}/${member}`
        if (this.#said.has(key)) continue
        this.#said.add(key)
        const vote = this.voteOf(member, { ...place, type })
        const isKept = this.gate.deliver(
          this.#honest,
          0x22,
          encodeConsensusMessage({ kind: 'vote', vote }),
        )
        promise(isKept, `an honest vote is taken: ${this.gate.lastReason}`)
      }
    }
  }

  /** A signed vote of another validator. */
  voteOf(
    member: number,
    place: { type: number; height: bigint; round: number; blockId: BlockId },
  ): Vote {
    const { validatorSet } = this.node.replica.engine.state
    const address = this.cluster.genesis.validators[member]?.address ?? EMPTY_BYTES
    const vote: Vote = {
      ...place,
      timestamp: this.cluster.clock.now() + 1_000_000n,
      validatorAddress: address,
      validatorIndex: validatorSet.indexOf(address),
      signature: EMPTY_BYTES,
      extension: EMPTY_BYTES,
      extensionSignature: EMPTY_BYTES,
    }
    const signBytes = voteSignBytes(this.cluster.genesis.chainId, vote)
    return { ...vote, signature: nativeCrypto.signEd25519(signingSeedOf(member), signBytes) }
  }
}
