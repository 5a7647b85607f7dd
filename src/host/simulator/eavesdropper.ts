// Listens in on the network: what villains say to whom, and for a trace everything that is said.

import { bytesKey } from '../../core/bytes/index.ts'
import { decodeConsensusMessage, tryDecode } from '../../core/proto/index.ts'
import { CHANNEL } from '../gossip/index.ts'
import type { Letter, LinkEnd } from './link-end.ts'
import type { NetworkWatch } from './network.ts'
import { signerOfVote } from './vote-signer.ts'
import type { WitnessOptions } from './witness.ts'

/** What it is made of. */
export interface EavesdropperOptions extends WitnessOptions {
  readonly isHonest: (node: number) => boolean
  /** The addresses of the validators that lie. */
  readonly villains: readonly Uint8Array[]
}

/** First byte of an encoded proposal. */
const PROPOSAL = 0x1a

/** One for the network. */
export class Eavesdropper implements NetworkWatch {
  readonly #options: EavesdropperOptions
  readonly #villains: ReadonlySet<string>

  constructor(options: EavesdropperOptions) {
    this.#options = options
    this.#villains = new Set(options.villains.map(bytesKey))
  }

  onSend(end: LinkEnd, letter: Letter): void {
    this.#tell(end.owner.node, 'send', `to ${end.remote.node}`, letter)
  }

  onDrop(end: LinkEnd, letter: Letter): void {
    this.#tell(end.owner.node, 'drop', `to ${end.remote.node}`, letter)
  }

  onDeliver(end: LinkEnd, letter: Letter): void {
    this.#tell(end.remote.node, 'deliver', `from ${end.owner.node}`, letter)
    const { isHonest, court, timeline } = this.#options
    const { channelId, message } = letter
    const [from, to] = [end.owner.node, end.remote.node]
    if (this.#villains.size === 0 || !isHonest(to)) return
    if (channelId !== CHANNEL.data && channelId !== CHANNEL.vote) return
    if (isHonest(from) && !this.#isOfVillain(letter)) return
    const decoded = tryDecode(decodeConsensusMessage, message)
    if (!decoded.ok) return
    const said = { atMs: timeline.nowMs, from, to }
    if (decoded.value.kind === 'vote') {
      court.see({ kind: 'delivered-vote', ...said, vote: decoded.value.vote })
    } else if (decoded.value.kind === 'proposal') {
      court.see({ kind: 'delivered-proposal', ...said, proposal: decoded.value.proposal })
    }
  }

  // What honest nodes pass on is of interest when a villain may have signed it.
  #isOfVillain({ channelId, message }: Letter): boolean {
    if (channelId === CHANNEL.data) return message[0] === PROPOSAL
    const signer = signerOfVote(message)
    return signer === null || this.#villains.has(bytesKey(signer))
  }

  onBlame(end: LinkEnd, reason: string): void {
    const [node, blamed] = [end.owner.node, end.remote.node]
    const { isHonest, narrator, accuse } = this.#options
    narrator.tell({ node, kind: 'peer-dropped', detail: `${blamed}: ${reason}` })
    if (isHonest(node) && isHonest(blamed)) {
      accuse('blame', `node ${node} dropped node ${blamed}, which is honest: ${reason}`, [node])
    }
  }

  #tell(node: number, kind: 'send' | 'drop' | 'deliver', whom: string, letter: Letter): void {
    const { narrator } = this.#options
    if (!narrator.isHeard) return
    narrator.tell({ node, kind, detail: `${whom} ${nameOf(letter)}` })
  }
}

function nameOf({ channelId, message }: Letter): string {
  if (channelId >= CHANNEL.state && channelId <= CHANNEL.voteSetBits) {
    const decoded = tryDecode(decodeConsensusMessage, message)
    return decoded.ok ? decoded.value.kind : 'garbage'
  }
  return `channel 0x${channelId.toString(16)} ${message.length} bytes`
}
