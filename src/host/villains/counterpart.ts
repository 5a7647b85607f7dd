// A peer of a villain: what the honest part says to it passes the vice, what the villain says does
// not.

import { decodeConsensusMessage, encodeConsensusMessage } from '../../core/proto/index.ts'
import { tryDecode } from '../../core/proto/index.ts'
import type { ConsensusWireMessage, NodeInfo } from '../../core/proto/index.ts'
import { CHANNEL_OF, CONSENSUS_CHANNELS } from '../gossip/index.ts'
import type { Peer, PeerStats } from '../p2p/index.ts'

/** Messages that wait for a full queue; what comes beyond is lost. */
const MAX_WAITING = 4096

const CONSENSUS_IDS: ReadonlySet<number> = new Set(CONSENSUS_CHANNELS.map(({ id }) => id))

/** A message on its way in or out. */
export interface Word {
  readonly channelId: number
  readonly bytes: Uint8Array
  /** The message of consensus that it is; null for anything else. */
  readonly message: ConsensusWireMessage | null
}

/** Reads a message as far as it is one of consensus. */
export function wordOf(channelId: number, bytes: Uint8Array): Word {
  if (!CONSENSUS_IDS.has(channelId)) return { channelId, bytes, message: null }
  const decoded = tryDecode(decodeConsensusMessage, bytes)
  return { channelId, bytes, message: decoded.ok ? decoded.value : null }
}

/** Stands for a peer before the honest part of a villain. */
export class Counterpart implements Peer {
  readonly real: Peer
  readonly #onSay: (to: Counterpart, word: Word) => boolean | null
  readonly #waiting: { readonly channelId: number; readonly bytes: Uint8Array }[] = []

  constructor(real: Peer, onSay: (to: Counterpart, word: Word) => boolean | null) {
    this.real = real
    this.#onSay = onSay
  }

  get id(): string {
    return this.real.id
  }

  get nodeInfo(): NodeInfo {
    return this.real.nodeInfo
  }

  get outbound(): boolean {
    return this.real.outbound
  }

  get remoteAddress(): string {
    return this.real.remoteAddress
  }

  get remoteIp(): string {
    return this.real.remoteIp
  }

  send(channelId: number, message: Uint8Array): boolean {
    const answer = this.#onSay(this, wordOf(channelId, message))
    return answer ?? this.real.send(channelId, message)
  }

  canSend(channelId: number): boolean {
    return this.real.canSend(channelId)
  }

  stats(): PeerStats {
    return this.real.stats()
  }

  /** The villain itself says something, as soon as the peer's queue has room. */
  tell(message: ConsensusWireMessage): void {
    this.tellRaw(CHANNEL_OF[message.kind], encodeConsensusMessage(message))
  }

  /** The same with any bytes on any channel. */
  tellRaw(channelId: number, bytes: Uint8Array): void {
    const mustWait = this.#waiting.length > 0 || !this.real.send(channelId, bytes)
    if (mustWait && this.#waiting.length < MAX_WAITING) this.#waiting.push({ channelId, bytes })
  }

  /** There is room again. */
  drain(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.real.send(next.channelId, next.bytes)) return
      this.#waiting.shift()
    }
  }
}
