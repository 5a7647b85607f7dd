// Everything the algorithm asks of its host, as data, and what must be on disk before what leaves.

import type { BlockId, PartSet, Vote, VoteSet, VoteType } from '../types/index.ts'
import type { RoundFailure } from './round-failure.ts'
import type { Timeout } from './timeout.ts'

/**
 * One thing for the host to do. The host performs the effects of a transition in the order given,
 * and keeps these duties:
 *
 * 1. Log first. An input that changed the state is appended to the log before its effects are
 *    performed. That alone needs no sync.
 * 2. Sign last. A signature is used only once two things are durable, the second never before the
 *    first: the log up to the input that asked for it, and the signer's own state with the
 *    signature in it, so that the log asks for the same message again after a crash. Then it leaves
 *    the machine, and it returns here as `signed-proposal` or `signed-vote`. A signer that declines
 *    is answered with `sign-refused`.
 * 3. Announcements (`announce-*`) need nothing on disk: they tell what this node has, not what it
 *    promises.
 * 4. `decide`: the block and its precommits are in the store before the application commits, that
 *    before the log's end of the height, and all of it before `start-height` for the next height.
 *
 * | effect | answered by |
 * |---|---|
 * | `schedule-timeout` | `timeout`, unless it was stale by then (a late one is ignored) |
 * | `wait-for-txs` | `txs-available` |
 * | `build-block` | `block-built`, always; null when no block could be built |
 * | `validate-block` | `block-validity`, always; at most once asked per BlockId and height |
 * | `sign-proposal` | `signed-proposal` or `sign-refused` |
 * | `sign-vote` | `signed-vote` or `sign-refused` |
 * | `decide` | `start-height` for the next height |
 */
export type Effect =
  | {
      readonly kind: 'schedule-timeout'
      readonly timeout: Timeout
      readonly durationMs: number
    }
  | { readonly kind: 'wait-for-txs'; readonly height: bigint }
  | { readonly kind: 'build-block'; readonly height: bigint; readonly round: number }
  /**
   * The host checks that the parts decode to a block with `blockId.hash`, the chain's rules and the
   * application.
   */
  | {
      readonly kind: 'validate-block'
      readonly height: bigint
      readonly round: number
      readonly blockId: BlockId
      readonly partSet: PartSet
    }
  | {
      readonly kind: 'sign-proposal'
      readonly height: bigint
      readonly round: number
      readonly polRound: number
      readonly blockId: BlockId
    }
  /** `blockId` is `NIL_BLOCK_ID` for a vote for nil. */
  | {
      readonly kind: 'sign-vote'
      readonly type: VoteType
      readonly height: bigint
      readonly round: number
      readonly blockId: BlockId
    }
  /** Broadcast NewRoundStep, made from the new state; at most once per transition. */
  | { readonly kind: 'announce-step' }
  /**
   * Broadcast NewValidBlock for `proposalParts` of the new state, with the bits that are really
   * there.
   */
  | { readonly kind: 'announce-valid-block' }
  /** A vote was counted: HasVote to all, the vote to who lacks it. Comes for own votes too. */
  | { readonly kind: 'announce-vote'; readonly vote: Vote }
  /** Once for each round this node entered and left without a decision. */
  | {
      readonly kind: 'round-failed'
      readonly height: bigint
      readonly round: number
      readonly reason: RoundFailure
    }
  /**
   * Exactly once per height: `partSet` is complete and `precommits` hold more than two thirds for
   * `blockId`. Later precommits of that round still arrive; `votesOf(state, round)` has them all.
   */
  | {
      readonly kind: 'decide'
      readonly height: bigint
      readonly round: number
      readonly blockId: BlockId
      readonly partSet: PartSet
      readonly precommits: VoteSet
    }
