// What the pool answers to a message, and whom it blames.

import type { Proposal, Vote } from '../types/index.ts'

/**
 * The pool's answer. Blame for `refused` goes to the peer that sent the message; the proofs in
 * `conflict` and `double-proposal` are about the validator that signed, whoever relayed them.
 *
 * - `admitted`: verified, new, and to be given to consensus.
 * - `kept`: verified and new, but too late for consensus. It may be half of a proof.
 * - `duplicate`: the same signed content was admitted before. A good peer may do this.
 * - `conflict`: admitted too. The validator signed another vote for this height, round and type;
 *   `first` is the earlier one. Both are verified.
 * - `double-proposal`: as `conflict` for proposals, but the second is not admitted.
 * - `ignored`: too old, too far ahead, or beyond a bound. Not stored; the peer is not to blame.
 * - `refused`: no honest peer sends this. Not stored; disconnect.
 */
export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict'; readonly first: Vote; readonly second: Vote }
  | { readonly kind: 'double-proposal'; readonly first: Proposal; readonly second: Proposal }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** The answer to a peer's claim of a two-thirds majority. */
export type ClaimAnswer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
