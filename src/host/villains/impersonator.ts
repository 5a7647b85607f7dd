// Impersonator: speaks in the name of others, with forged signatures, borrowed addresses and
// numbers, old votes that it has kept, and evidence that is false.

import { encodeEvidenceList } from '../../core/proto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { EMPTY_BYTES, toUtf8 } from '../../core/bytes/index.ts'
import type { BlockId, Evidence, Vote } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'
import { EVIDENCE_FLAWS } from './false-evidence.ts'
import type { EvidenceFlaw } from './false-evidence.ts'
import type { Stage } from './stage.ts'
import type { Vice } from './vice.ts'

type RoundPlace = Pick<Vote, 'height' | 'round'>

/**
 * What it makes of a vote of somebody else; `late` is an older vote, of whomever. Null when it can
 * make nothing now.
 */
type Forgery = (
  stage: Stage,
  vote: Vote,
  late: Vote,
) => ConsensusWireMessage | readonly Evidence[] | null

/**
 * The forgeries by name, in the order in which they are tried. Null is a proposal, for a peer that
 * has just begun a round: it is there before the true one.
 */
const FORGERIES: readonly { readonly name: string; readonly forge: Forgery | null }[] = [
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
  { name: 'proposal-of-another', forge: null },
  ...EVIDENCE_FLAWS.filter(({ name }) => name !== 'evidence-of-the-future').map(slander),
]

/** The names of its forgeries. */
export const FORGERY_NAMES: readonly string[] = FORGERIES.map(({ name }) => name)

/** On which evidence travels. */
const EVIDENCE_CHANNEL = 0x38
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

  hear(from: Counterpart, { message }: Word): boolean {
    if (message?.kind === 'vote' && !this.#stage.isOwn(message.vote)) this.#answer(message.vote)
    if (message?.kind === 'new-round-step') this.#propose(from, message)
    return true
  }

  #propose(to: Counterpart, { height, round }: RoundPlace): void {
    const { clock } = this.#stage
    if (this.#next()?.forge !== null || !this.#isTime()) return
    this.#forged()
    const blockId = inventedId(this.#stage, { height, round })
    const place = { type: 32, height, round, polRound: -1 } as const
    const unsigned = { ...place, blockId, timestamp: clock.now(), signature: EMPTY_BYTES }
    to.tell({ kind: 'proposal', proposal: this.#stage.signProposal(unsigned) })
  }

  #answer(vote: Vote): void {
    const { peers, height } = this.#stage
    const late = this.#kept[0] ?? vote
    this.#kept.push(vote)
    if (this.#kept.length > MAX_KEPT) this.#kept.shift()
    const victim = peers[this.#turn++ % Math.max(1, peers.length)]
    if (victim === undefined) return
    const forge = this.#next()?.forge ?? null
    if (forge === null || vote.height !== height || !this.#isTime()) {
      return victim.tell({ kind: 'vote', vote: late })
    }
    const forgery = forge(this.#stage, vote, late)
    if (forgery === null) return victim.tell({ kind: 'vote', vote: late })
    this.#forged()
    if ('kind' in forgery) victim.tell(forgery)
    else victim.tellRaw(EVIDENCE_CHANNEL, encodeEvidenceList(forgery))
  }

  #next(): (typeof FORGERIES)[number] | undefined {
    return FORGERIES[this.#forgeries % FORGERIES.length]
  }

  #isTime(): boolean {
    return this.#stage.clock.monotonicMs() >= this.#forgedAtMs + PAUSE_MS
  }

  #forged(): void {
    this.#forgedAtMs = this.#stage.clock.monotonicMs()
    this.#forgeries++
  }
}

// Of the height below, which the victim can judge.
function slander({ name, make }: EvidenceFlaw): (typeof FORGERIES)[number] {
  const forge: Forgery = (stage, vote) => {
    const height = vote.height - 1n
    const time = stage.notes.blockBelow(vote.height)?.header.time
    return time === undefined ? null : make(stage, { height, time })
  }
  return { name, forge }
}

function inventedId({ crypto }: Stage, { height, round }: RoundPlace): BlockId {
  const hash = crypto.sha256(toUtf8(`forged ${height}/${round}`))
  return { hash, partSetHeader: { total: 1, hash: crypto.sha256(hash) } }
}
