// Door of core/chain: the chain state, which blocks may follow it, and what follows a block.
//
// Promises: verdicts and next states depend on their arguments only, and are CometBFT 0.38's.
// Must never: read a clock, store anything, or call the application.
// Counterpart in CometBFT: state/state.go, state/validation.go, updateState of state/execution.go.

export { applyInitialAnswer, makeGenesisState, nextHeight } from './chain-state.ts'
export type { ChainState, InitialAnswer } from './chain-state.ts'
export { decodeChainState, encodeChainState } from './chain-state-codec.ts'
export { blockTimeAfter, makeProposalBlock, maxBlockBytes, maxDataBytes } from './proposal-block.ts'
export type { BlockProposal } from './proposal-block.ts'
export { validateBlockRules } from './block-validation.ts'
export type { BlockRules } from './block-validation.ts'
export { applyResults } from './apply-results.ts'
export type { BlockResults } from './apply-results.ts'
