// Door of host/evidence: proofs of faults on their way into blocks.
//
// Promises: evidence in a proposed block is judged as CometBFT judges it, from the chain alone;
// what is proved waits, bounded, until a block carries it or it expires; an offence that a block
// carried is never proposed again, also across a crash at any moment; who sends evidence that
// proves nothing is told so and dropped. Must never: accuse on anything but verified signatures and
// committed blocks, read a clock, or let evidence keep the rest of the node from its turn.
// Counterpart in CometBFT: evidence/pool.go, evidence/verify.go, evidence/reactor.go.

export type { EvidenceAnswer, EvidenceOrigin } from './answer.ts'
export type { ChainRecords } from './chain-judge.ts'
export { EvidenceStore } from './evidence-store.ts'
export type { EvidenceListener, EvidenceStoreOptions } from './evidence-store.ts'
export { FaultNotes } from './fault-notes.ts'
export { FaultWatch } from './fault-watch.ts'
export type { FaultWatchOptions } from './fault-watch.ts'
export { faultWords } from './fault-words.ts'
export { MAX_WAITING, MAX_WAITING_PER_SENDER } from './intake.ts'
export {
  MAX_PENDING_BYTES,
  MAX_PENDING_BYTES_PER_VALIDATOR,
  MAX_PENDING_PER_VALIDATOR,
} from './pending-pieces.ts'
export type { PendingPiece } from './pending-pieces.ts'
export { loadPendingEvidence } from './stored-evidence.ts'
export { EVIDENCE_CHANNEL, EvidenceReactor } from './reactor.ts'
export type { EvidenceReactorOptions } from './reactor.ts'
