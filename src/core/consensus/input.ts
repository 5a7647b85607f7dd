// Everything the algorithm can be told, as data: verified before, and logged before it is applied.

import type {
  BlockId,
  Part,
  PartSet,
  Proposal,
  ValidatorSet,
  Vote,
  VoteSet,
} from '../types/index.ts'
import type { Timeout } from './timeout.ts'

/** A block the host built in answer to `build-block`: its complete parts and their identity. */
export interface BuiltBlock {
  readonly blockId: BlockId
  readonly partSet: PartSet
}

/**
 * One event for `transition`. Late, early and repeated inputs are never an error: they change
 * nothing when no rule waits for them.
 *
 * - `start-height`: the chain is ready for `height` (above the height so far). `validatorSet` is
 *   the set of round 0, `lastPrecommits` the precommits that decided `height - 1` (null at the
 *   initial height). `waitForTxs`: round 0 waits for `txs-available`, a proposal or other
 *   validators before it proposes. `immediately`: round 0 starts without the commit timeout.
 * - `proposal`: signature verified against the proposer of (height, round).
 * - `block-part`: its proof is checked here, against the part set that is being collected.
 * - `vote`: verified and bounded by the message pool; may be a precommit of `height - 1`.
 * - `block-built`, `block-validity`, `signed-proposal`, `signed-vote`, `sign-refused`: answers to
 *   the effects `build-block`, `validate-block`, `sign-proposal` and `sign-vote`.
 */
export type Input =
  | {
      readonly kind: 'start-height'
      readonly height: bigint
      readonly validatorSet: ValidatorSet
      readonly lastPrecommits: VoteSet | null
      readonly waitForTxs: boolean
      readonly immediately: boolean
    }
  | { readonly kind: 'txs-available'; readonly height: bigint }
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | {
      readonly kind: 'block-part'
      readonly height: bigint
      readonly round: number
      readonly part: Part
    }
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'timeout'; readonly timeout: Timeout }
  | {
      readonly kind: 'block-built'
      readonly height: bigint
      readonly round: number
      readonly block: BuiltBlock | null
    }
  | {
      readonly kind: 'block-validity'
      readonly height: bigint
      readonly blockId: BlockId
      readonly valid: boolean
    }
  | { readonly kind: 'signed-proposal'; readonly proposal: Proposal }
  | { readonly kind: 'signed-vote'; readonly vote: Vote }
  | {
      readonly kind: 'sign-refused'
      readonly height: bigint
      readonly round: number
      readonly what: 'proposal' | 'prevote' | 'precommit'
    }
