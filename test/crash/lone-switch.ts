// The peers of a validator that has one: the rest of its network, reached without bytes or time.

import { ok } from '../../src/core/bytes/index.ts'
import type { Result } from '../../src/core/bytes/index.ts'
import type { ConsensusWireMessage, NodeInfo } from '../../src/core/proto/index.ts'
import { encodeConsensusMessage } from '../../src/core/proto/index.ts'
import type {
  Peer,
  PeerSwitch,
  PersistentPeerStatus,
  Reactor,
  SwitchOptions,
} from '../../src/host/p2p/index.ts'

const STATE = 0x20
const DATA = 0x21
const VOTE = 0x22

/** Messages arrive at the end of the turn in which they were sent, in order. */
export class LoneSwitch implements PeerSwitch {
  readonly id = '00'.repeat(20)
  readonly listenAddress = ''
  readonly #options: SwitchOptions
  readonly #reactors: Reactor[] = []
  readonly #peer: Peer
  #isUp = false
  #waiting: (() => void)[] = []

  constructor(options: SwitchOptions, receive: (bytes: Uint8Array) => void) {
    this.#options = options
    this.#peer = {
      id: '11'.repeat(20),
      nodeInfo: this.nodeInfo(),
      outbound: true,
      remoteAddress: 'rest:26656',
      remoteIp: 'rest',
      send: (channelId, message) => {
        if (channelId >= STATE && channelId <= VOTE) this.#later(() => receive(message))
        return true
      },
      canSend: () => true,
      stats: () => {
        throw new Error('nobody asks for the counters of an invented peer')
      },
    }
  }

  /** A message of the rest to the validator. */
  deliver(message: ConsensusWireMessage): void {
    const isData = message.kind === 'proposal' || message.kind === 'block-part'
    const channel = isData ? DATA : message.kind === 'vote' ? VOTE : STATE
    const bytes = encodeConsensusMessage(message)
    this.#later(() => {
      for (const reactor of this.#reactors) {
        if (!reactor.channels.some(({ id }) => id === channel)) continue
        reactor.receive(this.#peer, channel, bytes)
      }
    })
  }

  addReactor(reactor: Reactor): void {
    this.#reactors.push(reactor)
  }

  async start(): Promise<void> {
    this.#isUp = true
    for (const reactor of this.#reactors) reactor.addPeer(this.#peer)
  }

  async stop(): Promise<void> {
    this.#isUp = false
  }

  peers(): Peer[] {
    return this.#isUp ? [this.#peer] : []
  }

  peer(): Peer | null {
    return this.#isUp ? this.#peer : null
  }

  persistentPeers(): PersistentPeerStatus[] {
    return []
  }

  dialPersistent(): Result<null, string> {
    return ok(null)
  }

  stopPeer(_peer: Peer, reason: string): void {
    throw new Error(`the rest of the network is honest, but: ${reason}`)
  }

  nodeInfo(): NodeInfo {
    const facts = { id: this.id, listenAddress: this.listenAddress, channels: Uint8Array.of(DATA) }
    return this.#options.makeNodeInfo(facts)
  }

  #later(deed: () => void): void {
    this.#waiting.push(deed)
    if (this.#waiting.length > 1) return
    this.#options.clock.defer(() => {
      const deeds = this.#waiting
      this.#waiting = []
      if (this.#isUp) for (const each of deeds) each()
    })
  }
}
