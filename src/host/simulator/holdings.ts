// What a node holds of all that must stay bounded, and the bounds that its rooms promise.

import { MAX_CATCH_UP_ROUNDS_PER_VALIDATOR, maxMessages } from '../../core/message-pool/index.ts'
import { MAX_PENDING_BYTES, MAX_PENDING_PER_VALIDATOR } from '../evidence/index.ts'
import type { Held } from '../judges/index.ts'

/** Largest message of a peer: a part of a block with its proof. */
const LARGEST_MESSAGE = 68_000

/** One thing that is held. */
export type Holding = Pick<Held, 'what' | 'count' | 'bound'>

/** What the bounds depend on besides the node. */
export interface HoldingFacts {
  /** The highest round that the node was in at its present height or the one before. */
  readonly round: number
  /** As many as can have power at once. */
  readonly validators: number
  /** Of the network to one peer. */
  readonly queueBytes: number
}

/** A node, as far as it can be weighed. */
export interface Weighable {
  readonly engine: {
    readonly messages: { readonly size: number }
    readonly state: { readonly votes: { readonly size: number } }
  }
  readonly evidence: { readonly size: number; readonly byteSize: number }
  readonly gossip: {
    links(): readonly {
      readonly known: { readonly places: number }
      readonly peer: { stats(): { readonly heldBytes: number } }
    }[]
  }
  readonly mempool: {
    readonly size: number
    readonly sizeBytes: number
    readonly config: { readonly size: number; readonly maxTxsBytes: number }
  }
}

/** Weighs a node that runs. */
export function holdingsOf(node: Weighable, facts: HoldingFacts): Holding[] {
  const { engine, evidence, gossip, mempool } = node
  const { round, validators, queueBytes } = facts
  const links = gossip.links()
  // Rounds that the node is in or has left, the next one, and those that others are ahead.
  const rounds = round + 2 + MAX_CATCH_UP_ROUNDS_PER_VALIDATOR * validators
  const places = Math.max(0, ...links.map(({ known }) => known.places))
  const queued = Math.max(0, ...links.map(({ peer }) => peer.stats().heldBytes))
  const weigh = (what: string, count: number, bound: number): Holding => ({ what, count, bound })
  return [
    weigh('pool messages', engine.messages.size, maxMessages(validators, round + 1, links.length)),
    weigh('rounds of votes', engine.state.votes.size, rounds),
    weigh('places of votes of one peer', places, 2 * rounds),
    weigh('transactions', mempool.size, mempool.config.size),
    weigh('bytes of transactions', mempool.sizeBytes, mempool.config.maxTxsBytes),
    weigh('pieces of evidence', evidence.size, MAX_PENDING_PER_VALIDATOR * validators),
    weigh('bytes of evidence', evidence.byteSize, MAX_PENDING_BYTES),
    // A message goes into an empty queue whatever its size, and the network may double it.
    weigh('bytes queued for one peer', queued, 2 * (queueBytes + LARGEST_MESSAGE)),
  ]
}
