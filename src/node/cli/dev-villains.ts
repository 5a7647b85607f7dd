// Who lies in a devnet, read from `--byzantine` as `quadrille sim` reads it.

import type { DevVillain } from '../dev-faults/index.ts'
import { BadInput } from './bad-input.ts'
import { readVillains } from './sim-plan.ts'

/**
 * `3:equivocator`, `3:equivocator@10` from height 10, `none`.
 * @throws BadInput with one line
 */
export function readDevVillains(
  texts: readonly string[],
  validators: number,
): readonly DevVillain[] {
  const villains = readVillains(texts, validators)
  const late = villains.find(
    ({ villain, fromHeight }) => villain === 'twins' && fromHeight !== undefined,
  )
  if (late === undefined) return villains
  const right = `${late.index}:twins`
  throw new BadInput(`--byzantine: twins share a key from the start: expected ${right}`)
}
