// Door of node/evidence-source: the evidence in blocks, from a node or from a home.
//
// Promises: what stands in blocks, in their order, with the validators that a proof of it needs; a
// typed error with one line when it cannot be had; one block in memory at a time.
// Must never: believe more of an answer than its proof will verify, write to a chain, or disturb a
// node that runs.
// Counterpart in CometBFT: none.

export type {
  CommittedHeader,
  EvidenceInBlocks,
  HeightRange,
  PlacedEvidence,
} from './evidence-in-blocks.ts'
export { evidenceOfHome } from './home-evidence.ts'
export { loadHistory } from './load-history.ts'
export { evidenceOfNode } from './node-evidence.ts'
