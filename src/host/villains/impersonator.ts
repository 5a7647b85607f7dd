// Impersonator: speaks in the name of others, with forged signatures, borrowed addresses and
// numbers, and old votes that it has kept.

import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { EMPTY_BYTES, toUtf8 } from '../../core/bytes/index.ts'
import type { BlockId, Vote } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

/** What it makes of a vote of somebody else; `late` is an older vote, of whomever. */
type Forgery = (stage: Stage, vote: Vote, late: Vote) => ConsensusWireMessage

/** The forgeries by name, in the order in which they are tried. */
const FORGERIES: readonly { readonly name: string; readonly forge: Forgery }[] = [
  {
    name: 'changed-block',
    forge: (stage, vote) => ({ kind: 'vote', vote: { ...vote, blockId: inventedId(stage, vote) } }),
  },
  {
    name: 'own-signature',
    forge: (stage, vote) => {
      const changed = { ...vote, blockId: inventedId(stage, vote), signature: EMPTY_BYTES }
      return { kind: 'vote', vote: stage.signVote(changed) }
    },
  },
  {
    name: 'own-number',
    forge: (stage, vote) => ({ kind: 'vote', vote: { ...vote, validatorIndex: stage.index ?? 0 } }),
  },
  {
    name: 'number-beyond-all',
    forge: (_, vote) => ({ kind: 'vote', vote: { ...vote, validatorIndex: 9_999 } }),
  },
  {
    name: 'own-address',
    forge: (stage, vote) => {
      const changed = { ...vote, validatorAddress: stage.address, signature: EMPTY_BYTES }
      return { kind: 'vote', vote: stage.signVote(changed) }
    },
  },
  {
    name: 'old-signature-at-new-place',
    forge: (stage, vote, late) => {
      const changed = { ...vote, blockId: inventedId(stage, vote), signature: late.signature }
      return { kind: 'vote', vote: changed }
    },
  },
  {
    name: 'proposal-of-another',
    forge: (stage, vote) => {
      const { height, round, timestamp } = vote
      const blockId = inventedId(stage, vote)
      const place = { type: 32, height, round, polRound: -1 } as const
      const unsigned = { ...place, blockId, timestamp, signature: EMPTY_BYTES }
      return { kind: 'proposal', proposal: stage.signProposal(unsigned) }
    },
  },
]

/** The names of its forgeries. */
export const FORGERY_NAMES: readonly string[] = FORGERIES.map(({ name }) => name)

/** Old votes that are kept for later. */
const MAX_KEPT = 64
/** A forgery ends the connection with its victim; between two of them it only repeats old votes. */
const PAUSE_MS = 3000

/** Answers every new vote that it hears with an old one, and now and then with a forgery. */
export class Impersonator implements Vice {
  readonly #stage: Stage
  readonly #kept: Vote[] = []
  #forgeries: number
  #forgedAtMs = -PAUSE_MS
  #turn = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#forgeries = stage.draw(FORGERIES.length)
  }

  hear(_from: Counterpart, { message }: Word): boolean {
    if (message?.kind === 'vote' && !this.#stage.isOwn(message.vote)) this.#answer(message.vote)
    return true
  }

  #answer(vote: Vote): void {
    const { peers, height, clock } = this.#stage
    const late = this.#kept[0] ?? vote
    this.#kept.push(vote)
    if (this.#kept.length > MAX_KEPT) this.#kept.shift()
    const victim = peers[this.#turn++ % Math.max(1, peers.length)]
    if (victim === undefined) return
    const nowMs = clock.monotonicMs()
    if (vote.height !== height || nowMs < this.#forgedAtMs + PAUSE_MS) {
      return victim.tell({ kind: 'vote', vote: late })
    }
    this.#forgedAtMs = nowMs
    const forgery = FORGERIES[this.#forgeries++ % FORGERIES.length]
    if (forgery !== undefined) victim.tell(forgery.forge(this.#stage, vote, late))
  }
}

function inventedId({ crypto }: Stage, { height, round }: Vote): BlockId {
  const hash = crypto.sha256(toUtf8(`forged ${height}/${round}`))
  return { hash, partSetHeader: { total: 1, hash: crypto.sha256(hash) } }
}
