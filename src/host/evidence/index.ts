// Evidence, as far as blocks carry it. Promises: evidence in a proposed block is judged as CometBFT
// judges it, from the chain alone, and the same piece is never accepted twice, also across a
// restart. Must never accuse on anything but two verified signatures, and never read a clock.
// Counterpart in CometBFT: evidence/pool.go and evidence/verify.go.
export { EvidenceJudge } from './evidence-judge.ts'
export type { EvidenceJudgeOptions } from './evidence-judge.ts'
