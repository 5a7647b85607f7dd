// Offences under the names that applications and policies have for them.

import type { FaultKind } from '../../core/types/index.ts'
import type { Misbehavior } from './application.ts'

/** ABCI's name for two votes is that of their proof. */
export function faultKindOf(kind: Misbehavior['kind']): FaultKind {
  return kind === 'duplicate-vote' ? 'equivocation' : kind
}
