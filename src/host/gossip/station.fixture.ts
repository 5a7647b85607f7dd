// One validator of a network whose other members are a test: it hears and says what they want.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { decodeConsensusMessage, encodeConsensusMessage } from '../../core/proto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { NIL_BLOCK_ID, VoteType, voteSignBytes } from '../../core/types/index.ts'
import type { BlockId, Vote } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { Peer } from '../p2p/index.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'
import type { Disk, Running } from '../replica/cluster.fixture.ts'
import { CHANNEL } from './index.ts'

type MessageOf<K extends ConsensusWireMessage['kind']> = Extract<ConsensusWireMessage, { kind: K }>

const CHANNEL_OF: Partial<Record<ConsensusWireMessage['kind'], number>> = {
  proposal: CHANNEL.data,
  'proposal-pol': CHANNEL.data,
  'block-part': CHANNEL.data,
  vote: CHANNEL.vote,
  'vote-set-bits': CHANNEL.voteSetBits,
}

/** A peer that keeps what it is sent. */
export class FakePeer implements Peer {
  readonly id: string
  readonly outbound = false
  readonly remoteAddress = '10.0.0.9:26656'
  readonly remoteIp = '10.0.0.9'
  readonly sent: { readonly channelId: number; readonly message: ConsensusWireMessage }[] = []
  /** Channels whose queue is full. */
  readonly full = new Set<number>()

  constructor(name: string) {
    this.id = name.padStart(40, '0')
  }

  get nodeInfo(): never {
    throw new Error('nobody asks')
  }

  send(channelId: number, message: Uint8Array): boolean {
    if (this.full.has(channelId)) return false
    this.sent.push({ channelId, message: decodeConsensusMessage(message) })
    return true
  }

  canSend(channelId: number): boolean {
    return !this.full.has(channelId)
  }

  stats(): never {
    throw new Error('nobody asks')
  }

  /** The messages of a kind that were sent, oldest first. */
  got<K extends ConsensusWireMessage['kind']>(kind: K): MessageOf<K>[] {
    return this.sent.flatMap(({ message }) =>
      message.kind === kind ? [message as MessageOf<K>] : [],
    )
  }
}

/** Node 0 of `size` validators, the first proposer; the others are only keys. */
export class Station {
  readonly cluster: Cluster
  readonly node: Running

  private constructor(cluster: Cluster, node: Running) {
    this.cluster = cluster
    this.node = node
  }

  static async start(size: number): Promise<Station> {
    const cluster = new Cluster({ size, powers: [11n] })
    return new Station(cluster, await cluster.start(0, await Cluster.freshDisk()))
  }

  /** Node 0 once more, on what is on a disk. */
  static async startOn(cluster: Cluster, disk: Disk): Promise<Station> {
    return new Station(cluster, await cluster.start(0, disk))
  }

  /** A new peer, known to the node. */
  join(name: string): FakePeer {
    const peer = new FakePeer(name)
    this.node.replica.gossip.addPeer(peer)
    return peer
  }

  /** The peer says something. */
  hear(peer: Peer, message: ConsensusWireMessage): void {
    const channelId = CHANNEL_OF[message.kind] ?? CHANNEL.state
    this.node.replica.gossip.receive(peer, channelId, encodeConsensusMessage(message))
  }

  /** The peer says where it is. */
  step(peer: Peer, place: { height: bigint; round?: number; step: number }): void {
    const lastCommitRound = place.height === 1n ? -1 : 0
    const { height, round = 0, step } = place
    const rest = { secondsSinceStartTime: 0n, lastCommitRound }
    this.hear(peer, { kind: 'new-round-step', height, round, step, ...rest })
  }

  /** A vote of another validator, by its number as a member. */
  voteOf(
    member: number,
    {
      aheadNs = 0n,
      ...place
    }: { type: VoteType; height: bigint; round: number; blockId?: BlockId; aheadNs?: bigint },
  ): Vote {
    const { validatorSet } = this.node.replica.engine.state
    const address = this.cluster.genesis.validators[member]?.address ?? EMPTY_BYTES
    const vote: Vote = {
      blockId: NIL_BLOCK_ID,
      ...place,
      timestamp: this.cluster.clock.now() + 1_000_000n + aheadNs,
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
