// Shows the detector what the node sees, and takes its reports to store, log and events.

import type { ChainState } from '../../core/chain/index.ts'
import type { Conflict, FaultDetector, FaultReport } from '../../core/faults/index.ts'
import { evidenceHeight, isAllowedEvidence } from '../../core/types/index.ts'
import type { Block, Evidence, Proposal, ValidatorSet, Vote } from '../../core/types/index.ts'
import type { EventBus } from '../events/index.ts'
import type { EvidenceSource, PendingEvidence } from '../execution/index.ts'
import type { KeyValueOperation, Logger } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { FaultNotes } from './fault-notes.ts'
import { faultWords, placeOfFault } from './fault-words.ts'

/** What a watch is made of. */
export interface FaultWatchOptions {
  readonly detector: FaultDetector
  readonly store: EvidenceStore
  readonly notes: FaultNotes
  readonly eventBus: EventBus
  readonly logger: Logger
  readonly blockStore: Pick<BlockStore, 'base' | 'loadBlockMeta' | 'loadCommit'>
  readonly stateStore: Pick<StateStore, 'loadValidators'>
}

/**
 * Stands between the engine, the executor and the evidence. Every fault is told to the operator and
 * published as `Fault`; its evidence goes to the store where blocks of the chain carry its kind.
 * Execution sees the store through it, and every committed block passes here on its way.
 */
export class FaultWatch implements EvidenceSource {
  readonly #options: FaultWatchOptions
  #isResumed = false
  /** Resolves when every report so far is in the store. */
  #told: Promise<void> = Promise.resolve()

  constructor(options: FaultWatchOptions) {
    this.#options = options
  }

  /**
   * Counts again what a restart made the detector forget, the blocks of the present window, and
   * shows it the conflicts that waited.
   */
  async resume(chainState: ChainState): Promise<void> {
    const { detector, store, blockStore, stateStore } = this.#options
    await store.resume(chainState)
    const last = chainState.lastBlockHeight
    const start = detector.replayStart(last)
    for (let height = max(start, blockStore.base, 1n); height <= last; height++) {
      const meta = await blockStore.loadBlockMeta(height)
      const validatorSet = await stateStore.loadValidators(height)
      if (meta === null || validatorSet === null) continue
      const lastCommit = await blockStore.loadCommit(height - 1n)
      const { time } = meta.header
      await this.#tell(detector.onCommit({ height, time, validatorSet, lastCommit }), chainState)
    }
    await this.#recall(chainState)
    this.#isResumed = true
  }

  /** The engine enters a height. */
  enterHeight(height: bigint, validatorSet: ValidatorSet): void {
    this.#options.detector.enterHeight(height, validatorSet)
  }

  /** A verified vote was taken in. */
  onVote(vote: Vote): void {
    this.#options.detector.onVote(vote)
  }

  /** Two votes of one validator for one step contradict each other. */
  onConflictingVotes(first: Vote, second: Vote): void {
    this.#tellSoon(this.#options.detector.onConflictingVotes(first, second))
    this.#noteSoon(first.height)
  }

  /** Two proposals for one round contradict each other. */
  onTwoProposals(first: Proposal, second: Proposal): void {
    this.#tellSoon(this.#options.detector.onTwoProposals(first, second))
    this.#noteSoon(first.height)
  }

  /** Waits for the store to have what was found so far; before the store is closed. */
  settle(): Promise<void> {
    return this.#told
  }

  pending(maxBytes: bigint): PendingEvidence {
    return this.#options.store.pending(maxBytes)
  }

  check(chainState: ChainState, evidence: Evidence): Promise<string | null> {
    return this.#options.store.check(chainState, evidence)
  }

  operations(evidence: readonly Evidence[]): readonly KeyValueOperation[] {
    return this.#options.store.operations(evidence)
  }

  /** What the block completes is pending when this resolves, so the next proposal may carry it. */
  async update(chainState: ChainState, block: Block): Promise<void> {
    const { detector, store, notes } = this.#options
    await store.update(chainState, block)
    const { lastValidators: validatorSet } = chainState
    if (!this.#isResumed || validatorSet === null) return
    const { height, time } = block.header
    const { lastCommit } = block
    await this.#tell(detector.onCommit({ height, time, validatorSet, lastCommit }), chainState)
    await notes.dropUpTo(height)
  }

  async #recall(chainState: ChainState): Promise<void> {
    const { detector, notes } = this.#options
    const last = chainState.lastBlockHeight
    for (const conflict of await notes.load()) {
      const height = evidenceHeight(conflict)
      if (height > last) detector.enterHeight(height, chainState.validators)
      await this.#tell(show(detector, conflict), chainState)
    }
    await notes.dropUpTo(last)
  }

  #noteSoon(height: bigint): void {
    const waiting = this.#options.detector.waitingAt(height)
    if (waiting.length > 0) this.#settleLater(this.#options.notes.keep(waiting))
  }

  /** A late vote completes evidence of a committed height: no block waits for it. */
  #tellSoon(reports: readonly FaultReport[]): void {
    const { chainState } = this.#options.store
    if (reports.length === 0 || chainState === null) return
    this.#settleLater(this.#tell(reports, chainState))
  }

  #settleLater(work: Promise<void>): void {
    const told = work.catch((error: unknown) =>
      this.#options.logger.error('evidence was not kept', { error }),
    )
    this.#told = Promise.all([this.#told, told]).then(() => undefined)
  }

  async #tell(reports: readonly FaultReport[], { evidenceRule }: ChainState): Promise<void> {
    for (const report of reports) {
      const evidence = report.kind === 'amnesia' ? null : report.evidence
      const isForBlocks =
        evidence !== null &&
        isAllowedEvidence(evidenceRule, evidence) &&
        !(report.kind === 'light-client-attack' && report.attack === 'amnesia')
      const answer = isForBlocks ? await this.#options.store.add(evidence, 'detector') : null
      // After a restart the same is found again.
      if (answer?.kind === 'pending' || answer?.kind === 'committed') continue
      this.#publish(report, evidence)
    }
  }

  #publish(report: FaultReport, evidence: Evidence | null): void {
    const { eventBus, logger } = this.#options
    const { height, validators } = placeOfFault(report)
    const text = faultWords(report)
    const isProved = report.kind !== 'amnesia' || report.proof !== null
    logger.warn(isProved ? 'fault detected' : 'fault suspected', { height, fault: text })
    const fault = report.kind
    eventBus.publish({ kind: 'Fault', height, fault, validators, text, isProved, evidence })
  }
}

function show(detector: FaultDetector, conflict: Conflict): readonly FaultReport[] {
  return conflict.kind === 'duplicate-vote'
    ? detector.onConflictingVotes(conflict.voteA, conflict.voteB)
    : detector.onTwoProposals(conflict.proposalA, conflict.proposalB)
}

function max(first: bigint, ...rest: readonly bigint[]): bigint {
  return rest.reduce((largest, each) => (each > largest ? each : largest), first)
}
