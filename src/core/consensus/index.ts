// Consensus: Algorithm 1 of arXiv:1807.04938 as one pure function.
//
// Promises: `transition` is deterministic, changes nothing it is given, handles every `upon` rule,
// never asks for two votes of one type in one round, keeps its locks by the configured rule, and
// decides once per height.
// Must never: read a clock, draw a random number, keep a promise, send or store anything, verify a
// signature, or look into a block. It trusts its inputs to be verified (message-pool) and logged
// (engine).
// Counterpart in CometBFT: consensus/state.go and consensus/types/height_vote_set.go.

export type { ConsensusContext, TimeoutConfig } from './config.ts'
export type { BuiltBlock, Input } from './input.ts'
export type { Effect } from './effect.ts'
export { roundFailureOf } from './round-failure.ts'
export type { RoundFailure } from './round-failure.ts'
export { timeoutMs } from './timeout.ts'
export type { Timeout, TimeoutStep } from './timeout.ts'
export { knownBlock, makeConsensus, proposerOf, validatorsOf, votesOf } from './state.ts'
export type {
  ConsensusState,
  ConsensusStep,
  Decision,
  EarlyPart,
  HeightVotes,
  KnownBlock,
  RoundState,
  RoundVotes,
  Validity,
} from './state.ts'
export { transition } from './transition.ts'
export type { Transition } from './transition.ts'
