// One line for a round that failed: what was missing, and who.
import { toHexUpper } from '../../core/bytes/index.ts'
import type { RoundFailure } from '../../core/consensus/index.ts'
import type { ValidatorSet } from '../../core/types/index.ts'

/** Validators named before the line says only how many more there are. */
const NAMED = 8

/** The reason of a failed round in words, from the first step that did not get through. */
export function explainFailure(failure: RoundFailure, validatorSet: ValidatorSet): string {
  const need = (failure.totalPower * 2n) / 3n + 1n
  const total = failure.totalPower
  if (failure.prevotePower < need) {
    const missing = namesOf(failure.missingPrevotes, validatorSet)
    return `prevotes of ${failure.prevotePower} of ${total} power, need ${need}; missing ${missing}`
  }
  if (!failure.proposalSeen) return `no proposal from proposer ${shortName(failure.proposer)}`
  if (!failure.blockComplete) {
    return `the block of proposer ${shortName(failure.proposer)} did not arrive whole`
  }
  if (!failure.blockValid) return `invalid block from proposer ${shortName(failure.proposer)}`
  if (failure.precommitPower < need) {
    const missing = namesOf(failure.missingPrecommits, validatorSet)
    const have = failure.precommitPower
    return `precommits of ${have} of ${total} power, need ${need}; missing ${missing}`
  }
  return 'votes were split between values'
}

function namesOf(indexes: readonly number[], validatorSet: ValidatorSet): string {
  const names = indexes.slice(0, NAMED).map((index) => {
    const validator = validatorSet.get(index)
    return validator === null ? `#${index}` : nameOf(validator.address, validator.votingPower)
  })
  const more = indexes.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function nameOf(address: Uint8Array, votingPower: bigint): string {
  return `${shortName(address)} (power ${votingPower})`
}

function shortName(address: Uint8Array): string {
  return toHexUpper(address).slice(0, 12)
}
