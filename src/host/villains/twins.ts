// Twins: two honest validators with one key, neither of which knows of the other.

import type { ReplicaOptions } from '../replica/index.ts'
import { LaxSigner } from './lax-signer.ts'
import { Stage } from './stage.ts'
import type { Villain } from './villain.ts'

/** The same replica twice; each signs what it thinks right, and what the other has signed too. */
export function twinsOf(options: ReplicaOptions, villain: Villain): ReplicaOptions[] {
  const { copy } = villain
  if (copy === undefined) throw new Error('twins need the options of a second copy')
  return [options, copy(1)].map((each) => ({
    ...each,
    signer: new LaxSigner(new Stage(each, villain), {}),
  }))
}
