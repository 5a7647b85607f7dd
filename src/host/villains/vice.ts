// What a villain does differently from the honest replica around which it is built.

import type { Vote } from '../../core/types/index.ts'
import type { Counterpart, Word } from './counterpart.ts'

/** Every method left out does what an honest validator would. */
export interface Vice {
  /**
   * The honest part says something to a peer. True when it is to believe that it was sent; null to
   * have it sent as it is.
   */
  say?(to: Counterpart, word: Word): boolean | null
  /** A peer says something. False keeps it from the honest part. */
  hear?(from: Counterpart, word: Word): boolean
  /** The vote that is signed when the honest part wants to sign this one. */
  castVote?(wanted: Vote): Vote
  /** A peer is there. */
  addPeer?(peer: Counterpart): void
  /** The node stops: no timer may be left. */
  stop?(): void
}
