// Equivocator: signs two prevotes, two precommits and two proposals, and shows each half of the
// network one.

import { EMPTY_BYTES, toUtf8 } from '../../core/bytes/index.ts'
import { NIL_BLOCK_ID, equalBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { BlockId, Vote } from '../../core/types/index.ts'
import type { Timer } from '../ports/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import { DoubleProposer } from './double-proposer.ts'
import type { Place } from './notes.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** How long the second vote waits for somebody else to come up with another block. */
const PATIENCE_MS = 200
/** Places of one height of which votes are kept. */
const MAX_PLACES = 256

interface Ballot {
  readonly first: Vote
  second: Vote | null
  readonly waiting: Set<Counterpart>
  timer: Timer | null
}

/**
 * Its own half gets the vote of the honest part. The other half gets a vote for the other block of
 * the round when there is one, else for nil or for a block that nobody has: so two equivocators on
 * two halves push each half to a value of its own.
 */
export class Equivocator implements Vice {
  readonly #stage: Stage
  readonly #proposer: DoubleProposer
  readonly #ballots = new Map<string, Ballot>()
  #height = 0n

  constructor(stage: Stage) {
    this.#stage = stage
    this.#proposer = new DoubleProposer(stage)
  }

  say(to: Counterpart, word: Word): boolean | null {
    const { message } = word
    if (message?.kind !== 'vote' || !this.#stage.isOwn(message.vote)) {
      return this.#proposer.say(to, word)
    }
    // Peers may still ask for its last precommit of before.
    if (!this.#stage.liesAt(message.vote.height)) return null
    this.#vote(to, message.vote)
    return true
  }

  hear(_from: Counterpart, { message }: Word): boolean {
    if (message?.kind === 'vote' || message?.kind === 'proposal') {
      for (const ballot of this.#ballots.values()) this.#complete(ballot)
    }
    return true
  }

  stop(): void {
    for (const { timer } of this.#ballots.values()) timer?.cancel()
    this.#ballots.clear()
  }

  #vote(to: Counterpart, vote: Vote): void {
    const ballot = this.#ballotOf(vote)
    if (this.#stage.isOnOurSide(to, vote)) return to.tell({ kind: 'vote', vote: ballot.first })
    if (ballot.second !== null) return to.tell({ kind: 'vote', vote: ballot.second })
    ballot.waiting.add(to)
    this.#complete(ballot)
  }

  #ballotOf(vote: Vote): Ballot {
    this.#forgetBefore(vote.height)
    const key = `${vote.height}/${vote.round}/${vote.type}`
    const known = this.#ballots.get(key)
    if (known !== undefined) return known
    const ballot: Ballot = { first: vote, second: null, waiting: new Set(), timer: null }
    ballot.timer = this.#stage.clock.setTimer(PATIENCE_MS, () => {
      this.#settle(ballot, this.#fallback(vote))
    })
    if (this.#ballots.size < MAX_PLACES) this.#ballots.set(key, ballot)
    return ballot
  }

  // The precommits of the height before are still asked for.
  #forgetBefore(height: bigint): void {
    if (height <= this.#height) return
    this.#height = height
    for (const [key, { first, timer }] of this.#ballots) {
      if (first.height + 1n >= height) continue
      timer?.cancel()
      this.#ballots.delete(key)
    }
  }

  #complete(ballot: Ballot): void {
    if (ballot.second !== null) return
    const { first } = ballot
    const others = this.#stage.notes.blockIdsAt(first)
    const other = others.find((blockId) => !equalBlockId(blockId, first.blockId))
    if (other !== undefined) this.#settle(ballot, other)
  }

  #settle(ballot: Ballot, blockId: BlockId): void {
    if (ballot.second !== null) return
    ballot.timer?.cancel()
    const unsigned = { ...ballot.first, blockId, signature: EMPTY_BYTES }
    const second = this.#stage.signVote(unsigned)
    ballot.second = second
    for (const peer of ballot.waiting) peer.tell({ kind: 'vote', vote: second })
    ballot.waiting.clear()
  }

  #fallback(vote: Vote): BlockId {
    const isForNil = (vote.height + BigInt(vote.round)) % 2n === 0n
    if (!isNilBlockId(vote.blockId) && isForNil) return NIL_BLOCK_ID
    return this.#inventedBlockId(vote)
  }

  // The same one on every equivocator.
  #inventedBlockId({ height, round }: Place): BlockId {
    const { crypto, genesis } = this.#stage
    const hash = crypto.sha256(toUtf8(`${genesis.chainId}/${height}/${round}`))
    return { hash, partSetHeader: { total: 1, hash: crypto.sha256(hash) } }
  }
}
