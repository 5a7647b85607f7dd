// Door of node/finality-source: the proof of a height from a node or from a home, and how both are
// asked.
//
// Promises: a proof that verifies, or a typed error with one line; every page of the validators;
// bounded time and memory, whoever answers.
// Must never: believe an answer beyond its signatures, write to a chain, or disturb a node that
// runs.
// Counterpart in CometBFT: light/provider/http.

export { FinalitySourceError } from './errors.ts'
export type { FinalitySourceErrorCode } from './errors.ts'
export { AnswerFields } from './answer-fields.ts'
export { openUnlessRunning, proveFromHome, rpcUrlOf } from './home-source.ts'
export { askNode, askSignedHeader, askValidators, proveFromNode } from './node-source.ts'
export type { AskedHeight } from './node-source.ts'
