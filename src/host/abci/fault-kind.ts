// Offences under the names that applications and policies have for them.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { FaultKind } from '../../core/types/index.ts'
import type { Fault } from './app-definition.ts'
import type { Misbehavior } from './application.ts'

/** ABCI's name for two votes is that of their proof. */
export function faultKindOf(kind: Misbehavior['kind']): FaultKind {
  return kind === 'duplicate-vote' ? 'equivocation' : kind
}

/** An offence as a defined application sees it. */
export function faultOf({ kind, validator, height }: Misbehavior): Fault {
  return {
    kind: faultKindOf(kind),
    validator: toHexUpper(validator.address),
    height,
    votingPower: validator.power,
  }
}
