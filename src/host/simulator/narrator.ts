// Tells the story of a run: what consensus did on each node and by which lines of the paper.

import { toHex } from '../../core/bytes/index.ts'
import type { ConsensusState, ConsensusStep } from '../../core/consensus/index.ts'
import { SignedMsgType, isNilBlockId } from '../../core/types/index.ts'
import type { BlockId, Proposal, Vote } from '../../core/types/index.ts'
import { FOLD } from './digest.ts'
import type { Digest } from './digest.ts'
import type { SimEvent, SimEventKind } from './event.ts'
import type { Timeline } from './timeline.ts'

/** What set something off: a timer, a message, or an answer of the node's own rooms. */
export type Cause = 'timer' | 'message' | 'answer'

/** What a narrator is made of. */
export interface NarratorOptions {
  readonly timeline: Timeline
  readonly digest: Digest
  readonly stateOf: (node: number) => ConsensusState | null
  readonly onEvent: ((event: SimEvent) => void) | null
}

/** An event without what the narrator knows by itself. */
export interface Told {
  readonly node: number
  readonly kind: SimEventKind
  readonly line?: string
  readonly detail: string
}

const STEPS: readonly ConsensusStep[] = [
  'new-height',
  'new-round',
  'propose',
  'prevote',
  'precommit',
  'commit',
]

/** Sees each node's consensus after everything that happens to it. */
export class Narrator {
  readonly #options: NarratorOptions
  readonly #seen = new Map<number, ConsensusState>()
  /** By node: what made it leave the steps propose and prevote of the present round. */
  readonly #causes = new Map<number, { prevote: Cause; precommit: Cause }>()

  constructor(options: NarratorOptions) {
    this.#options = options
  }

  /** True when somebody reads the story; only then is anything formatted. */
  get isHeard(): boolean {
    return this.#options.onEvent !== null
  }

  tell(told: Told): void {
    const { onEvent, timeline, stateOf } = this.#options
    if (onEvent === null) return
    const state = told.node < 0 ? null : stateOf(told.node)
    const { height = 0n, round = 0, step = '' } = state ?? {}
    onEvent({ atMs: timeline.nowMs, height, round, step, ...told })
  }

  /** Forgets what it saw of a node that starts anew. */
  forget(node: number): void {
    this.#seen.delete(node)
  }

  /** Looks at a node after something happened to it. */
  lookAt(node: number, cause: Cause): void {
    const state = this.#options.stateOf(node)
    const before = this.#seen.get(node)
    if (state === null || state === before) return
    this.#seen.set(node, state)
    if (before === undefined || state.height === 0n) return
    const { height, round, step } = state
    if (this.isHeard) this.#tellWait(node, before, state)
    const isSameRound = before.height === height && before.round === round
    if (isSameRound && before.step === step) return
    const place = Number(height & 0xf_ffffn) * 2048 + (round & 0xff) * 8 + STEPS.indexOf(step)
    this.#options.digest.event(FOLD.step, node, place)
    this.#note(node, cause, before, state)
    if (this.isHeard) this.#tellMove(node, cause, before, state)
  }

  /** A signature is asked for: what led to it has just happened within the node. */
  noteAsked(node: number): void {
    this.lookAt(node, 'answer')
  }

  tellVote(node: number, vote: Vote, state: ConsensusState): void {
    if (!this.isHeard) return
    const isPrevote = vote.type === SignedMsgType.prevote
    const kind = isPrevote ? 'prevote' : 'precommit'
    const isNil = isNilBlockId(vote.blockId)
    const cause = this.#causes.get(node)?.[kind] ?? 'answer'
    const line = isPrevote ? prevoteLine(isNil, cause, state) : precommitLine(isNil, cause)
    const { height, round } = vote
    this.tell({ node, kind, line, detail: `${height}/${round} ${nameOf(vote.blockId)}` })
  }

  tellProposal(node: number, { height, round, polRound, blockId }: Proposal): void {
    if (!this.isHeard) return
    const pol = polRound < 0 ? '' : ` polka of round ${polRound}`
    const line = polRound < 0 ? 'L14-L19' : 'L15-L19'
    this.tell({
      node,
      kind: 'propose',
      line,
      detail: `${height}/${round} ${nameOf(blockId)}${pol}`,
    })
  }

  tellDecision(node: number, height: bigint, round: number, blockId: BlockId): void {
    if (!this.isHeard) return
    const detail = `${height}/${round} ${nameOf(blockId)}`
    this.tell({ node, kind: 'decide', line: 'L49-L54', detail })
  }

  #note(node: number, cause: Cause, before: ConsensusState, state: ConsensusState): void {
    const isNewRound = before.height !== state.height || before.round !== state.round
    const known = this.#causes.get(node)
    const causes = isNewRound || known === undefined ? { prevote: cause, precommit: cause } : known
    const wasBefore = (step: ConsensusStep): boolean =>
      isNewRound || STEPS.indexOf(before.step) < STEPS.indexOf(step)
    if (state.step === 'prevote' && wasBefore('prevote')) causes.prevote = cause
    if (state.step === 'precommit' && wasBefore('precommit')) causes.precommit = cause
    this.#causes.set(node, causes)
  }

  // A quorum of votes for anything: the wait for the others has begun.
  #tellWait(node: number, before: ConsensusState, state: ConsensusState): void {
    const { round, height, prevoteTimeoutRound, precommitTimeoutRound } = state
    const isNew = before.height !== height
    if (prevoteTimeoutRound === round && (isNew || before.prevoteTimeoutRound !== round)) {
      this.tell({ node, kind: 'wait', line: 'L34-L35', detail: 'timeout prevote scheduled' })
    }
    if (precommitTimeoutRound === round && (isNew || before.precommitTimeoutRound !== round)) {
      this.tell({ node, kind: 'wait', line: 'L47-L48', detail: 'timeout precommit scheduled' })
    }
  }

  #tellMove(node: number, cause: Cause, before: ConsensusState, state: ConsensusState): void {
    if (state.height !== before.height) {
      this.tell({ node, kind: 'height', line: 'L53-L54', detail: `height ${state.height}` })
    } else if (state.round !== before.round) {
      const line = cause === 'timer' ? 'L65-L67' : 'L55-L56'
      this.tell({ node, kind: 'round', line, detail: `round ${state.round}` })
    } else if (cause === 'timer' && before.step === 'propose' && state.step === 'prevote') {
      this.tell({ node, kind: 'timeout', line: 'L57-L60', detail: 'propose' })
    } else if (cause === 'timer' && before.step === 'prevote' && state.step === 'precommit') {
      this.tell({ node, kind: 'timeout', line: 'L61-L64', detail: 'prevote' })
    } else if (before.step === 'new-height' || before.step === 'new-round') {
      this.tell({ node, kind: 'round', line: 'L11', detail: `round ${state.round}` })
    }
  }
}

function prevoteLine(isNil: boolean, cause: Cause, { proposal }: ConsensusState): string {
  if (isNil && cause === 'timer') return 'L57-L60'
  return proposal !== null && proposal.polRound >= 0 ? 'L28-L33' : 'L22-L27'
}

function precommitLine(isNil: boolean, cause: Cause): string {
  if (!isNil) return 'L36-L43'
  return cause === 'timer' ? 'L61-L64' : 'L44-L46'
}

/** A value by the first digits of its hash. */
export function nameOf(blockId: BlockId): string {
  return isNilBlockId(blockId) ? 'nil' : toHex(blockId.hash.subarray(0, 4))
}
