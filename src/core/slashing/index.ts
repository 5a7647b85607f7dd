// Door of core/slashing: what faults cost, executed through committed blocks only.
//
// Promises: integers throughout; equal blocks give equal states and updates on every node, in
// whatever order a block lists its offences; an offence is punished once; no power falls below
// zero; the validator set is never emptied.
// Must never: judge evidence (a committed block has proven it), read a clock, or know a node's own
// settings.
// Counterpart in CometBFT: none; in the Cosmos SDK x/slashing and x/evidence.
//
// The policy, a row per fault; what is left out has the default:
//
// | fault               | fraction | jailBlocks | tombstone | window | minSigned |
// | ------------------- | -------- | ---------- | --------- | ------ | --------- |
// | equivocation        | [1, 1]   | 0          | true      |        |           |
// | double-proposal     | [1, 1]   | 0          | true      |        |           |
// | light-client-attack | [1, 1]   | 0          | true      |        |           |
// | downtime            | [1, 100] | 100        | false     | 100    | 5         |
//
// - fraction: the part of the power at the fault that is cut from the power of now; each cut is
//   rounded down to a whole power, and the cuts of a block are added before they are taken off.
// - jailBlocks: a block at height H removes the offender from H + 2 on; the block at H + jailBlocks
//   brings it back with what it has left. A later offence may prolong it, never shorten it.
// - tombstone: it never returns, whatever the application asks for.
// - window, minSigned: how absence is counted (core/faults); the same on all nodes.
//
// An offence is known by validator, kind and height. It is remembered until evidence of it has
// expired by both limits. Who has left the set is punished all the same, and finds it on return.
//
// Removals never cost the quorum, which is a part of the power that is left. When a block would
// leave nobody, one validator stays, with its reduced power and at least 1, until somebody else is
// there: of those present one that is not tombstoned, then the most powerful.

export { DEFAULT_SLASHING_POLICY, downtimeRuleOf, parseSlashingPolicy } from '../types/index.ts'
export type {
  DowntimePenalty,
  FaultKind,
  Penalty,
  SlashingPolicy,
  SlashingPolicyText,
} from '../types/index.ts'
export { SlashingModule } from './slashing-module.ts'
export type { SlashingStart } from './slashing-module.ts'
export type {
  Offence,
  Punishment,
  SlashingBlock,
  SlashingOutcome,
  ValidatorChange,
} from './block.ts'
export type { EvidenceAge, PunishedOffence, SlashingState, ValidatorRecord } from './state.ts'
