// Evidence from its proof to its block: pending, committed or expired, and never twice.

import { assert } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { isEvidenceExpired, offenceKey } from '../../core/faults/index.ts'
import type { Block, Evidence } from '../../core/types/index.ts'
import type { EvidenceSource, PendingEvidence } from '../execution/index.ts'
import type { Clock, KeyValueOperation, Logger } from '../ports/index.ts'
import type { EvidenceAnswer, EvidenceOrigin } from './answer.ts'
import { ChainJudge } from './chain-judge.ts'
import type { ChainRecords } from './chain-judge.ts'
import { Intake } from './intake.ts'
import {
  committedMark,
  offenceMark,
  openPending,
  pendingKey,
  pendingRange,
  pendingValue,
} from './marks.ts'
import { PendingPieces, pieceOf } from './pending-pieces.ts'
import type { PendingPiece } from './pending-pieces.ts'
import { RefusedPieces } from './refused.ts'

/** What a store is made of. */
export interface EvidenceStoreOptions extends ChainRecords {
  readonly clock: Clock
  readonly logger: Logger
}

/** Who is told what happens to evidence. */
export interface EvidenceListener {
  /** A piece is pending from now on; `from` is where it came from. */
  onPending(piece: PendingPiece, from: EvidenceOrigin): void
  /** A piece is not taken for what it is; its sender is answered when this resolves. */
  onRefused?(evidence: Evidence): Promise<void>
  /** A block was committed: what it carried, and what has expired, is pending no more. */
  onBlock(): void
}

const NOTHING = new Uint8Array(0)

/** Pieces that one store can have left behind; what is above it expires unread. */
const MAX_LOADED = 65_536

/** Offences of recent blocks that are remembered for evidence that is being judged meanwhile. */
const MAX_RECENT = 8192

/**
 * The evidence of a node. A piece is durable in two phases: pending under the name of its offence,
 * written as soon as it is proved; then, in the synced batch of the block that carries it, the
 * marks of the committed offence and the removal of what was pending. So after a crash at any
 * moment a piece is pending or committed, and what is committed is never proposed again.
 *
 * An offence is known by what was signed. Copies with other bytes that no signature covers are
 * nothing new here; a block with one is judged by the chain's rule all the same.
 */
export class EvidenceStore implements EvidenceSource {
  readonly #options: EvidenceStoreOptions
  readonly #judge: ChainJudge
  readonly #pieces = new PendingPieces()
  readonly #intake: Intake
  readonly #refused: RefusedPieces
  readonly #recent = new Set<string>()
  readonly #listeners = new Set<EvidenceListener>()
  #chainState: ChainState | null = null

  private constructor(options: EvidenceStoreOptions) {
    this.#options = options
    this.#judge = new ChainJudge(options)
    this.#refused = new RefusedPieces(options.crypto)
    this.#intake = new Intake(options.clock, (evidence, from) => this.#take(evidence, from))
  }

  /** Reads what was pending; {@link EvidenceStore.resume} must follow before evidence is added. */
  static async open(options: EvidenceStoreOptions): Promise<EvidenceStore> {
    const store = new EvidenceStore(options)
    await store.#load()
    return store
  }

  /** Pieces that wait for a block. */
  get size(): number {
    return this.#pieces.size
  }

  /** Bytes of the pieces that wait for a block. */
  get byteSize(): number {
    return this.#pieces.byteSize
  }

  /** What waits for a block, in the order in which it came. */
  pieces(): IterableIterator<PendingPiece> {
    return this.#pieces.all()
  }

  /** The piece for an offence, null when none waits. */
  piece(offence: string): PendingPiece | null {
    return this.#pieces.get(offence)
  }

  /** The chain state that evidence is judged by now; null before `resume`. */
  get chainState(): ChainState | null {
    return this.#chainState
  }

  /** Tells `listener` from now on; answers how to stop that. */
  listen(listener: EvidenceListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Says where the chain stands, at the start. */
  async resume(chainState: ChainState): Promise<void> {
    this.#chainState = chainState
    this.#refused.clear()
    await this.#dropExpired(chainState)
  }

  /**
   * Offers a piece. What the detector brings is judged at once; everything else waits its turn, a
   * bounded number of pieces for each sender.
   */
  add(evidence: Evidence, from: EvidenceOrigin): Promise<EvidenceAnswer> {
    assert(this.#chainState !== null, 'evidence comes after the start')
    return from === 'detector'
      ? this.#take(evidence, from)
      : this.#intake.offer(evidence, pieceOf(evidence).bytes.length, from)
  }

  pending(maxBytes: bigint): PendingEvidence {
    return this.#pieces.select(maxBytes)
  }

  check(chainState: ChainState, evidence: Evidence): Promise<string | null> {
    return this.#judge.check(chainState, evidence)
  }

  operations(evidence: readonly Evidence[]): readonly KeyValueOperation[] {
    const { crypto } = this.#options
    for (const piece of evidence) this.#remember(offenceKey(piece))
    return evidence.flatMap((piece) => [
      { put: [committedMark(crypto, piece), NOTHING] },
      { put: [offenceMark(piece), NOTHING] },
      { del: pendingKey(piece) },
    ])
  }

  async update(chainState: ChainState, { header, evidence }: Block): Promise<void> {
    this.#chainState = chainState
    this.#refused.clear()
    for (const piece of evidence) {
      const offence = offenceKey(piece)
      this.#pieces.remove(offence)
      this.#options.logger.info('evidence committed', { offence, height: header.height })
    }
    await this.#dropExpired(chainState)
    for (const listener of this.#listeners) listener.onBlock()
  }

  async #load(): Promise<void> {
    const { crypto, logger, store } = this.#options
    const spoilt: KeyValueOperation[] = []
    for await (const [key, value] of store.iterate(pendingRange(MAX_LOADED))) {
      const evidence = openPending(crypto, value)
      const piece = evidence === null ? null : pieceOf(evidence)
      const isGood = piece !== null && this.#pieces.crowded(piece) === null
      if (isGood && !(await this.#judge.isCommitted(piece.evidence))) this.#pieces.add(piece)
      else spoilt.push({ del: key })
      if (evidence === null) logger.warn('pending evidence was damaged on disk and is dropped', {})
    }
    if (spoilt.length > 0) await store.batch(spoilt, { sync: false })
  }

  async #take(evidence: Evidence, from: EvidenceOrigin): Promise<EvidenceAnswer> {
    const chainState = this.#chainState
    assert(chainState !== null, 'evidence comes after the start')
    const piece = pieceOf(evidence)
    const known = this.#known(piece) ?? this.#refused.get(piece.bytes)
    if (known !== null) return known
    if (await this.#judge.isCommitted(evidence)) return { kind: 'committed' }
    const refusal = await this.#judge.judge(chainState, evidence)
    if (refusal !== null) {
      if (this.#chainState === chainState) this.#refused.note(piece.bytes, refusal)
      if (refusal.kind !== 'early') {
        for (const listener of this.#listeners) await listener.onRefused?.(evidence)
      }
      return refusal
    }
    // Blocks may have come while the past was loaded.
    const knownNow = this.#known(piece) ?? this.#expiredNow(piece)
    if (knownNow !== null) return knownNow
    await this.#keep(piece, from)
    return { kind: 'added' }
  }

  /** What needs neither a signature nor a read. */
  #known(piece: PendingPiece): EvidenceAnswer | null {
    if (this.#pieces.has(piece.offence)) return { kind: 'pending' }
    if (this.#recent.has(piece.offence)) return { kind: 'committed' }
    const reason = this.#pieces.crowded(piece)
    return reason === null ? null : { kind: 'full', reason }
  }

  #expiredNow(piece: PendingPiece): EvidenceAnswer | null {
    if (this.#chainState === null || !isExpired(piece, this.#chainState)) return null
    return { kind: 'expired', reason: `evidence of height ${piece.height} is too old` }
  }

  // The batch is handed over in this turn: a block that commits the offence comes later, and its
  // batch removes what this one writes.
  async #keep(piece: PendingPiece, from: EvidenceOrigin): Promise<void> {
    const { crypto, logger, store } = this.#options
    this.#pieces.add(piece)
    const value = pendingValue(crypto, piece.bytes)
    const written = store.batch([{ put: [pendingKey(piece.evidence), value] }], { sync: false })
    logger.info('evidence waits for a block', { offence: piece.offence, from })
    for (const listener of this.#listeners) listener.onPending(piece, from)
    await written
  }

  async #dropExpired(chainState: ChainState): Promise<void> {
    const expired = [...this.#pieces.all()].filter((piece) => isExpired(piece, chainState))
    if (expired.length === 0) return
    for (const { offence } of expired) {
      this.#pieces.remove(offence)
      this.#options.logger.info('evidence expired before a block took it', { offence })
    }
    const removals = expired.map(({ evidence }) => ({ del: pendingKey(evidence) }))
    await this.#options.store.batch(removals, { sync: false })
  }

  #remember(offence: string): void {
    const [oldest] = this.#recent
    if (oldest !== undefined && this.#recent.size >= MAX_RECENT) this.#recent.delete(oldest)
    this.#recent.add(offence)
  }
}

function isExpired(
  { height, evidence: { timestamp: time } }: PendingPiece,
  { lastBlockHeight, lastBlockTime, consensusParams }: ChainState,
): boolean {
  const now = { height: lastBlockHeight, time: lastBlockTime }
  return isEvidenceExpired({ height, time }, now, consensusParams.evidence)
}
