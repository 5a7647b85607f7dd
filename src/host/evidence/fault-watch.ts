// Shows the detector what the node sees, and takes its reports to store, log and events.

import type { ChainState } from '../../core/chain/index.ts'
import { offenceKey, reportOfEvidence } from '../../core/faults/index.ts'
import type { Conflict, FaultDetector, FaultReport } from '../../core/faults/index.ts'
import { evidenceHeight, isAllowedEvidence } from '../../core/types/index.ts'
import type {
  Block,
  Evidence,
  LightClientAttackEvidence,
  Proposal,
  ValidatorSet,
  Vote,
} from '../../core/types/index.ts'
import type { EventBus } from '../events/index.ts'
import type { EvidenceSource, PendingEvidence } from '../execution/index.ts'
import type { KeyValueOperation, Logger } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { FaultNotes } from './fault-notes.ts'
import { faultWords, placeOfFault } from './fault-words.ts'
import { loadOwnHeaders } from './own-headers.ts'

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

/** Offences that are remembered as told. */
const KEPT_TOLD = 4096

/**
 * Stands between the engine, the executor and the evidence. Every fault is told to the operator and
 * published as `Fault` once, when this node learns of it: from its own detector, by evidence that a
 * peer or a client proves it with, or from a block. What it detects goes to the store where blocks
 * of the chain carry its kind. What the last block before a restart showed may be told twice.
 * Execution sees the store through it, and every committed block passes here on its way.
 */
export class FaultWatch implements EvidenceSource {
  readonly #options: FaultWatchOptions
  #isResumed = false
  /** Resolves when every report so far is in the store. */
  #settled: Promise<void> = Promise.resolve()
  /** Offences that were told; bounded, oldest first. */
  readonly #told = new Set<string>()

  constructor(options: FaultWatchOptions) {
    this.#options = options
    options.store.listen({
      // Of what the detector brings there is a report.
      onPending: ({ evidence }, from) => (from === 'detector' ? undefined : this.#learn(evidence)),
      onRefused: (evidence) => this.#lookAtHeader(evidence),
      onBlock: () => undefined,
    })
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
      const reports = detector.onCommit({ height, time, validatorSet, lastCommit })
      const news = await this.#keep(reports, chainState)
      // What the blocks before showed was told; the node may have ended before it told the last.
      if (height === last) for (const report of news) this.#publish(report)
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
    return this.#settled
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
    const isNews = (evidence: Evidence): boolean => store.piece(offenceKey(evidence)) === null
    const news = block.evidence.filter(isNews)
    await store.update(chainState, block)
    const { lastValidators: validatorSet } = chainState
    if (!this.#isResumed || validatorSet === null) return
    for (const evidence of news) this.#learn(evidence)
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
    const kept = work.catch((error: unknown) =>
      this.#options.logger.error('evidence was not kept', { error }),
    )
    this.#settled = Promise.all([this.#settled, kept]).then(() => undefined)
  }

  async #tell(reports: readonly FaultReport[], chainState: ChainState): Promise<void> {
    for (const report of await this.#keep(reports, chainState)) this.#publish(report)
  }

  /** Offers evidence for blocks to the store; answers what was not known there. */
  async #keep(
    reports: readonly FaultReport[],
    { evidenceRule }: ChainState,
  ): Promise<readonly FaultReport[]> {
    const news: FaultReport[] = []
    for (const report of reports) {
      const evidence = report.kind === 'amnesia' ? null : report.evidence
      const isForBlocks =
        evidence !== null &&
        isAllowedEvidence(evidenceRule, evidence) &&
        !(report.kind === 'light-client-attack' && report.attack === 'amnesia')
      const answer = isForBlocks ? await this.#options.store.add(evidence, 'detector') : null
      // Told when it became so; after a restart the same is found again.
      if (answer?.kind !== 'pending' && answer?.kind !== 'committed') news.push(report)
    }
    return news
  }

  /** Verified evidence of a fault that this node did not know. */
  #learn(evidence: Evidence): void {
    if (evidence.kind !== 'light-client-attack') return this.#publish(reportOfEvidence(evidence))
    this.#settleLater(
      this.#attacksIn(evidence).then((all) => all.forEach((one) => this.#publish(one))),
    )
  }

  /**
   * Evidence that is refused may still hold a header that contradicts ours: whoever made it named
   * the wrong validators or height, or it names nobody.
   */
  async #lookAtHeader(evidence: Evidence): Promise<void> {
    const { chainState } = this.#options.store
    if (evidence.kind !== 'light-client-attack' || chainState === null) return
    await this.#tell(await this.#attacksIn(evidence), chainState)
  }

  async #attacksIn(evidence: LightClientAttackEvidence): Promise<readonly FaultReport[]> {
    const { conflictingBlock, commonHeight } = evidence
    // Whoever sent it may be wrong about the last height that both chains agree on.
    const below = (conflictingBlock.signedHeader?.header?.height ?? 0n) - 1n
    for (const height of new Set([commonHeight, below])) {
      const own = await loadOwnHeaders(this.#options, conflictingBlock, height)
      if (own === null) continue
      const reports = this.#options.detector.onConflictingBlock(conflictingBlock, own)
      if (reports.length > 0) return reports
    }
    return []
  }

  #publish(report: FaultReport): void {
    const { eventBus, logger } = this.#options
    const evidence = report.kind === 'amnesia' ? null : report.evidence
    const { height, validators } = placeOfFault(report)
    if (evidence !== null && this.#isTold(evidence, validators.length)) return
    const text = faultWords(report)
    const isProved = report.kind !== 'amnesia' || report.proof !== null
    logger.warn(isProved ? 'fault detected' : 'fault suspected', { height, fault: text })
    const fault = report.kind
    eventBus.publish({ kind: 'Fault', height, fault, validators, text, isProved, evidence })
  }

  /** Whether an offence was told before; from now on it was. */
  #isTold(evidence: Evidence, accused: number): boolean {
    // A fork that names nobody may be followed by a commit that does.
    const offence = `${offenceKey(evidence)}/${accused > 0}`
    if (this.#told.has(offence)) return true
    const [oldest] = this.#told
    if (oldest !== undefined && this.#told.size >= KEPT_TOLD) this.#told.delete(oldest)
    this.#told.add(offence)
    return false
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
