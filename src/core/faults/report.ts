// What the detector says about a fault.

import type {
  DoubleProposalEvidence,
  DowntimeEvidence,
  DuplicateVoteEvidence,
  Evidence,
  LightClientAttackEvidence,
} from '../types/index.ts'
import type { AmnesiaReport } from './amnesia-proof.ts'
import type { AttackKind } from './light-client-attack.ts'

/**
 * A fault, reported once. The evidence of all kinds but amnesia is verified and ready for a block,
 * where the chain takes its kind; that of a light client attack by amnesia names nobody and no
 * block takes it.
 */
export type FaultReport =
  | { readonly kind: 'equivocation'; readonly evidence: DuplicateVoteEvidence }
  | { readonly kind: 'double-proposal'; readonly evidence: DoubleProposalEvidence }
  | { readonly kind: 'downtime'; readonly evidence: DowntimeEvidence }
  | {
      readonly kind: 'light-client-attack'
      readonly attack: AttackKind
      readonly evidence: LightClientAttackEvidence
    }
  | AmnesiaReport

/** What evidence of one validator says; whether an attack is one depends on our own headers. */
export function reportOfEvidence(
  evidence: Exclude<Evidence, LightClientAttackEvidence>,
): FaultReport {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return { kind: 'equivocation', evidence }
    case 'double-proposal':
      return { kind: 'double-proposal', evidence }
    case 'downtime':
      return { kind: 'downtime', evidence }
  }
}
