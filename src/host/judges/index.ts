// Judges: look at a run from outside and know only what the protocol promises.
//
// Promises: a verdict depends on the facts told and their order only; a lawful run is acquitted; each
// broken promise is reported once.
// Must never: use the rules of core/chain or of consensus to judge them, change anything it is told,
// read a clock, or know how a run is made.
// Counterpart in CometBFT: none; spec/ivy-proofs and spec/light-client/accountability state what is
// judged here.

export { Court } from './court.ts'
export type {
  Committed,
  Crashed,
  DeliveredProposal,
  DeliveredVote,
  Ended,
  Healed,
  Held,
  Observation,
  SignedProposal,
  SignedVote,
  Skewed,
  Started,
  Stopped,
} from './observation.ts'
export type { ChainStart, Setting } from './setting.ts'
export type { RuleName, Violation } from './violation.ts'
