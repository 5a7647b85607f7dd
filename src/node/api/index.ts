// The package `quadrille`. Promises: a replicated application in a few lines, in the application's
// own types; errors with stable codes. Must never show protobuf, ABCI or a file to who did not ask.
// Counterpart in CometBFT: none; it is embedded as a Go library or run beside the application.
export { defineApp } from '../../host/abci/index.ts'
export type { App, AppDef, Ctx, Fault, StandardSchema } from '../../host/abci/index.ts'
export type { FaultKind, SlashingPolicyText } from '../../core/types/index.ts'
export type { FinalityProof } from '../../core/finality/index.ts'
export { devnet } from './devnet.ts'
export type { Devnet, DevnetOptions } from './devnet.ts'
export { QuadrilleError, TxRejectedError } from './errors.ts'
export type { Block, NodeHandle, Receipt, StreamOptions } from './node-handle.ts'
