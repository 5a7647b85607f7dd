// No honest double sign: for one height, round and step an honest key signs one message, ever, and
// never goes back to sign for an earlier one.

import { SignedMsgType } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

/** Heights below the newest one of a node of which every signature is remembered. */
const REMEMBERED_HEIGHTS = 2n

/** The steps in which something is signed, in their order. */
const STEPS = ['proposal', 'prevote', 'precommit'] as const

/** What was signed, and where. */
interface Signed {
  readonly height: bigint
  readonly round: number
  readonly step: (typeof STEPS)[number]
  readonly what: string
}

interface Signatures {
  newest: Signed
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
    const step = type === SignedMsgType.prevote ? 'prevote' : 'precommit'
    const what = `${keyOf(blockId)} ${timestamp}`
    this.#judge({ node, atMs }, { height, round, step, what })
  }

  /** Looks at a proposal of an honest node. */
  onSignedProposal({ node, atMs, proposal }: SignedProposal): void {
    const { height, round, polRound, blockId, timestamp } = proposal
    const what = `${keyOf(blockId)} ${polRound} ${timestamp}`
    this.#judge({ node, atMs }, { height, round, step: 'proposal', what })
  }

  #judge({ node, atMs }: { readonly node: number; readonly atMs: number }, signed: Signed): void {
    const known = this.#nodes.get(node) ?? { newest: signed, signed: new Map<string, Signed>() }
    this.#nodes.set(node, known)
    const place = placeOf(signed)
    const before = known.signed.get(place)
    // What is given out already may be given out again.
    if (before !== undefined && before.what === signed.what) return
    if (before !== undefined) this.#blame(node, atMs, `signs twice: ${place}`)
    else if (isEarlier(signed, known.newest)) {
      this.#blame(node, atMs, `signs ${place} after ${placeOf(known.newest)}`)
    } else this.#remember(known, place, signed)
  }

  #remember(known: Signatures, place: string, signed: Signed): void {
    known.signed.set(place, signed)
    const isHigher = signed.height > known.newest.height
    known.newest = signed
    if (!isHigher) return
    for (const [key, { height }] of known.signed) {
      if (height < signed.height - REMEMBERED_HEIGHTS) known.signed.delete(key)
    }
  }

  #blame(node: number, atMs: number, how: string): void {
    this.#report({ rule: 'double-sign', detail: `node ${node}: ${how}`, culprits: [node], atMs })
  }
}

function placeOf({ step, height, round }: Signed): string {
  return `${step} ${height}/${round}`
}

function isEarlier(a: Signed, b: Signed): boolean {
  if (a.height !== b.height) return a.height < b.height
  if (a.round !== b.round) return a.round < b.round
  return STEPS.indexOf(a.step) < STEPS.indexOf(b.step)
}
