// No honest double sign: for one height, round and step an honest key signs one message, ever.

import { VoteType } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

/** Heights below the newest one of a node of which every signature is remembered. */
const REMEMBERED_HEIGHTS = 2n

interface Signed {
  readonly height: bigint
  readonly what: string
}

interface Signatures {
  newest: bigint
  /** By place: what was signed there. */
  readonly signed: Map<string, Signed>
}

/** Remembers across crashes what every honest node signed. */
export class DoubleSignJudge {
  readonly #report: Report
  readonly #nodes = new Map<number, Signatures>()

  constructor(report: Report) {
    this.#report = report
  }

  /** Looks at a vote of an honest node. */
  onSignedVote({ node, atMs, vote }: SignedVote): void {
    const { type, height, round, blockId, timestamp } = vote
    const step = type === VoteType.prevote ? 'prevote' : 'precommit'
    const what = `${keyOf(blockId)} ${timestamp}`
    this.#judge({ node, atMs }, { height, place: `${step} ${height}/${round}`, what })
  }

  /** Looks at a proposal of an honest node. */
  onSignedProposal({ node, atMs, proposal }: SignedProposal): void {
    const { height, round, polRound, blockId, timestamp } = proposal
    const what = `${keyOf(blockId)} ${polRound} ${timestamp}`
    this.#judge({ node, atMs }, { height, place: `proposal ${height}/${round}`, what })
  }

  #judge(
    { node, atMs }: { readonly node: number; readonly atMs: number },
    { place, ...signed }: Signed & { readonly place: string },
  ): void {
    const fresh: Signatures = { newest: signed.height, signed: new Map() }
    const known = this.#nodes.get(node) ?? fresh
    this.#nodes.set(node, known)
    const before = known.signed.get(place)
    if (before !== undefined && before.what === signed.what) return
    if (before !== undefined) this.#blame(node, atMs, `signs twice: ${place}`)
    // What was signed so long ago is forgotten here, and must never be asked for again.
    else if (signed.height < known.newest - REMEMBERED_HEIGHTS) {
      this.#blame(node, atMs, `signs ${place} after height ${known.newest}`)
    } else this.#remember(known, place, signed)
  }

  #remember(known: Signatures, place: string, signed: Signed): void {
    known.signed.set(place, signed)
    if (signed.height <= known.newest) return
    known.newest = signed.height
    for (const [key, { height }] of known.signed) {
      if (height < known.newest - REMEMBERED_HEIGHTS) known.signed.delete(key)
    }
  }

  #blame(node: number, atMs: number, how: string): void {
    this.#report({ rule: 'double-sign', detail: `node ${node}: ${how}`, culprits: [node], atMs })
  }
}
