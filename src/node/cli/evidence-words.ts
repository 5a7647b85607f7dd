// Evidence of every kind in words, as `quadrille evidence` prints it.

import { formatTime, toHexUpper } from '../../core/bytes/index.ts'
import { deedOf, placeOf } from '../../core/fault-proof/index.ts'
import { evidenceHash, evidenceHeight } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { PlacedEvidence } from '../evidence-source/index.ts'
import { nativeCrypto } from '../platform/index.ts'

/** Where the id of a piece that waits for a block names no block. */
export const PENDING = 'pending'

/** Kind, culprits and place, separated by two spaces. */
function summaryOf(evidence: Evidence): readonly string[] {
  const { kind, validator, height, round } = placeOf(evidence)
  if (evidence.kind === 'downtime') {
    return [kind, validator, `heights ${evidence.windowStart} to ${evidence.windowEnd}`]
  }
  return [kind, validator, `height ${height}, round ${round ?? 0}`]
}

/** One line of `ls`. */
export function listLine({ block, index, evidence }: PlacedEvidence): string {
  const state = block === null ? 'pending' : 'committed'
  return [`${block ?? PENDING}/${index}`, ...summaryOf(evidence), state].join('  ')
}

/** The lines of `show`. */
export function shownLines(
  { block, index, evidence }: PlacedEvidence,
  chainId: string,
): readonly string[] {
  const where =
    block === null ? 'not yet, it waits for a block' : `in block ${block}, place ${index}`
  const power =
    evidence.kind === 'light-client-attack'
      ? evidence.byzantineValidators.reduce((sum, { votingPower }) => sum + votingPower, 0n)
      : evidence.validatorPower
  return [
    deedOf(evidence),
    `chain:    ${chainId}`,
    `recorded: ${where}`,
    `power:    ${power} of ${evidence.totalVotingPower}`,
    `time:     ${formatTime(evidence.timestamp)}, of block ${evidenceHeight(evidence)}`,
    `hash:     ${toHexUpper(evidenceHash(nativeCrypto, evidence))}`,
  ]
}
