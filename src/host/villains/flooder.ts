// Flooder: never stops talking: votes of far rounds and heights, duplicates, empty claims, garbage.

import { BitArray } from '../../core/bytes/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { Timer } from '../ports/index.ts'
import type { Counterpart } from './counterpart.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

const TICK_MS = 250
/** Messages to each peer with every tick: the whole rate is bounded. */
const MESSAGES_A_TICK = 8
/** What nobody may keep much of: votes of far rounds and has-votes, in turn. */
const BURST_KINDS = [0, 4] as const
/** More than may be kept of them, all at once. */
const MESSAGES_A_BURST = 80
/** The tick of each period that is a burst. */
const BURST_TICK = 7
/** The tick of each period at which one peer gets garbage, which ends the connection with it. */
const GARBAGE_TICK = 15
const PERIOD_TICKS = 16
const GARBAGE_CHANNELS = [0x20, 0x21, 0x22, 0x23, 0x30, 0x40] as const
const GARBAGE_BYTES = 512
const FAR = 1 << 20

/** Takes part honestly beside it. */
export class Flooder implements Vice {
  readonly #stage: Stage
  #timer: Timer | null = null
  #ticks = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  addPeer(): void {
    this.#timer ??= this.#stage.clock.setTimer(TICK_MS, () => this.#tick())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #tick(): void {
    this.#timer = this.#stage.clock.setTimer(TICK_MS, () => this.#tick())
    if (!this.#stage.isActive) return
    const tick = this.#ticks % PERIOD_TICKS
    const turn = Math.floor(this.#ticks / PERIOD_TICKS)
    this.#ticks++
    const { peers } = this.#stage
    const burst = BURST_KINDS[turn % BURST_KINDS.length]
    for (const peer of peers) {
      for (let i = 0; i < MESSAGES_A_TICK; i++) this.#babble(peer, i)
      if (tick !== BURST_TICK || burst === undefined) continue
      for (let i = 0; i < MESSAGES_A_BURST; i++) this.#babble(peer, burst)
    }
    if (tick !== GARBAGE_TICK) return
    const channelId = GARBAGE_CHANNELS[turn % GARBAGE_CHANNELS.length]
    const victim = peers[turn % Math.max(1, peers.length)]
    if (channelId === undefined || victim === undefined) return
    victim.tellRaw(channelId, this.#stage.noise(1 + this.#stage.draw(GARBAGE_BYTES)))
  }

  #babble(to: Counterpart, kind: number): void {
    const message = this.#messageOf(kind)
    if (message !== null) to.tell(message)
  }

  #messageOf(kind: number): ConsensusWireMessage | null {
    const { height, notes } = this.#stage
    const type = this.#stage.draw(2) === 0 ? VoteType.prevote : VoteType.precommit
    const round = 2 + this.#stage.draw(FAR)
    const ahead = BigInt(2 + this.#stage.draw(FAR))
    const votes = notes.votes()
    switch (kind) {
      case 0:
        return this.#voteAt({ height, round, type })
      case 1:
        return this.#voteAt({ height: height + ahead, round: 0, type })
      case 2:
      case 3: {
        const vote = votes[this.#stage.draw(Math.max(1, votes.length))]
        return vote === undefined ? null : { kind: 'vote', vote }
      }
      case 4:
        return { kind: 'has-vote', height, round, type, index: this.#stage.draw(FAR) }
      case 5:
        return { kind: 'vote-set-maj23', height, round, type, blockId: NIL_BLOCK_ID }
      case 6: {
        const votesHad = new BitArray(1 + (this.#stage.draw(FAR) % 10_000))
        const place = { height, round: 0, type, blockId: NIL_BLOCK_ID }
        return { kind: 'vote-set-bits', ...place, votes: votesHad }
      }
      default:
        return this.#part(height)
    }
  }

  #voteAt(place: { height: bigint; round: number; type: number }): ConsensusWireMessage | null {
    const vote = this.#stage.makeVote(place)
    return vote === null ? null : { kind: 'vote', vote }
  }

  // A part of no block, with a proof that proves nothing.
  #part(height: bigint): ConsensusWireMessage {
    const bytes = this.#stage.noise(1 + this.#stage.draw(GARBAGE_BYTES))
    const index = this.#stage.draw(4)
    const leafHash = this.#stage.noise(32)
    const proof = { total: BigInt(index + 1), index: BigInt(index), leafHash, aunts: [] }
    return { kind: 'block-part', height, round: 0, part: { index, bytes, proof } }
  }
}
