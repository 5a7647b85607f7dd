// Judges: look at a run from outside and know only what the protocol promises.
//
// Promises: a verdict depends on the facts told and their order only; a lawful run is acquitted.
// Must never: judge by the rules of core/chain or of consensus, change anything it is told, read a
// clock, or know how a run is made.
// Counterpart in CometBFT: none; what is judged is stated by the paper and by spec/ivy-proofs and
// spec/light-client/accountability.
//
// | rule | a violation means |
// |---|---|
// | agreement | two honest nodes committed different blocks at one height; the culprits are those |
// |           | whom accountability names, else the nodes that disagree |
// | validity | an honest node proposed, prevoted or committed a block, or committed by a commit, |
// |          | that the naive validator refuses |
// | double-sign | an honest key signed two messages for one height, round and step, or something |
// |             | new for an earlier one |
// | lock | an honest node signed against its lock or its polkas, in a state that the algorithm |
// |      | cannot reach, or with forged votes in hand; `detail` has the name in the published |
// |      | TLA+ specification |
// | proposer | an honest node proposed out of turn, took such a proposal, or has other |
// |          | validators, powers or priorities for a height than the reference rotation |
// | block-time | block time stood still, or lies outside what honest signers and clocks said |
// | app-hash | two honest nodes got different results, changes or hashes from one block, or an |
// |          | application was told of other signers or offenders than the block has |
// | memory | an honest node held more of something than its bound |
// | progress | after healing the core did not decide within 2(f+1)+1 fair rounds, or signed |
// |          | nothing for the time of two rounds, or a member of it got no block within the time |
// |          | that the fair rounds can take |
// | accountability | villains beyond f forked the chain and signed messages name too few of them, |
// |                | or somebody honest; or a block, or what an honest node calls proved, accuses |
// |                | somebody honest |
// | evidence | an honest proposer left out evidence that the core could give for five blocks, or
// |          | gave it twice; see evidence.ts
// | halted | an honest node stopped itself, nothing having been done to it, villains being few |

export { Court } from './court.ts'
export type {
  Committed,
  Crashed,
  DeliveredProposal,
  DeliveredVote,
  Ended,
  Executed,
  Healed,
  Held,
  Observation,
  SignedProposal,
  SignedVote,
  Skewed,
  Started,
  Stopped,
  ToldFault,
} from './observation.ts'
export type { ChainStart, Setting } from './setting.ts'
export type { RuleName, Violation } from './violation.ts'
