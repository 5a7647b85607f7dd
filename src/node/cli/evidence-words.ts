// Evidence of every kind in words, as `quadrille evidence` prints it.

import { formatTime, toHexUpper } from '../../core/bytes/index.ts'
import { deedOf, placeOf } from '../../core/fault-proof/index.ts'
import { evidenceHash } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { CommittedEvidence } from '../evidence-source/index.ts'
import { nativeCrypto } from '../platform/index.ts'

function conflictOf(evidence: Extract<Evidence, { kind: 'light-client-attack' }>): bigint {
  return evidence.conflictingBlock.signedHeader?.header?.height ?? evidence.commonHeight
}

/** Kind, culprits and place, separated by two spaces. */
function summaryOf(evidence: Evidence): readonly string[] {
  switch (evidence.kind) {
    case 'duplicate-vote':
    case 'double-proposal': {
      const { kind, validator, height, round } = placeOf(evidence)
      return [kind, validator, `height ${height}, round ${round}`]
    }
    case 'downtime': {
      const { validatorAddress, windowStart, windowEnd } = evidence
      return ['Downtime', toHexUpper(validatorAddress), `heights ${windowStart} to ${windowEnd}`]
    }
    case 'light-client-attack': {
      const culprits = evidence.byzantineValidators.map(({ address }) => toHexUpper(address))
      return ['LightClientAttack', culprits.join(','), `height ${conflictOf(evidence)}`]
    }
  }
}

/** Who did what: one sentence. */
function sentenceOf(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'duplicate-vote':
    case 'double-proposal':
      return deedOf(evidence)
    case 'downtime': {
      const { validatorAddress, missed, windowStart, windowEnd } = evidence
      const blocks = `${missed} of the blocks ${windowStart} to ${windowEnd}`
      return `validator ${toHexUpper(validatorAddress)} did not sign ${blocks}`
    }
    case 'light-client-attack': {
      const culprits = evidence.byzantineValidators.map(({ address }) => toHexUpper(address))
      const names = culprits.length === 0 ? 'nobody in particular' : culprits.join(', ')
      return `validators ${names} signed a second header of height ${conflictOf(evidence)}`
    }
  }
}

/** One line of `ls`. */
export function listLine({ block, index, evidence }: CommittedEvidence): string {
  return [`${block}/${index}`, ...summaryOf(evidence)].join('  ')
}

/** The lines of `show`. */
export function shownLines(
  { block, index, evidence }: CommittedEvidence,
  chainId: string,
): readonly string[] {
  const power =
    evidence.kind === 'light-client-attack'
      ? evidence.byzantineValidators.reduce((sum, { votingPower }) => sum + votingPower, 0n)
      : evidence.validatorPower
  return [
    sentenceOf(evidence),
    `chain:    ${chainId}`,
    `recorded: in block ${block}, place ${index}`,
    `power:    ${power} of ${evidence.totalVotingPower}`,
    `time:     ${formatTime(evidence.timestamp)}, of the block of that height`,
    `hash:     ${toHexUpper(evidenceHash(nativeCrypto, evidence))}`,
  ]
}
