// What execution needs of the evidence pool, and a pool that never has any.

import type { ChainState } from '../../core/chain/index.ts'
import type { Block, Evidence } from '../../core/types/index.ts'
import type { Awaitable } from '../abci/index.ts'
import type { KeyValueOperation } from '../ports/index.ts'

/** Evidence for a block, and the bytes it takes there. */
export interface PendingEvidence {
  readonly evidence: readonly Evidence[]
  readonly byteSize: bigint
}

/** The evidence pool as execution sees it. */
export interface EvidenceSource {
  /** Evidence worth a block, at most `maxBytes` of it encoded. */
  pending(maxBytes: bigint): PendingEvidence
  /**
   * Why a block with this piece of evidence is invalid, or null. Must follow from the chain alone.
   */
  check(chainState: ChainState, evidence: Evidence): Awaitable<string | null>
  /**
   * Changes that go into the batch of a block with this evidence, so that it is never accepted
   * twice.
   */
  operations?(evidence: readonly Evidence[]): readonly KeyValueOperation[]
  /**
   * A block was committed; the chain state is the one after it. Called for every block, in order,
   * before the next height begins.
   */
  update(chainState: ChainState, block: Block): Awaitable<void>
}

/**
 * A pool without evidence, for replay and for nodes that keep none; it accepts no evidence in
 * blocks.
 */
export const NO_EVIDENCE: EvidenceSource = {
  pending: () => ({ evidence: [], byteSize: 0n }),
  check: () => 'this node has no evidence pool to judge evidence with',
  update: () => undefined,
}
