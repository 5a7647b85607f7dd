// One line for a round that failed: what was missing, and who.
import { toHexUpper } from '../../core/bytes/index.ts'
import type { RoundFailure } from '../../core/consensus/index.ts'
import type { ValidatorSet } from '../../core/types/index.ts'

/** Validators named before the line says only how many more there are. */
const NAMED = 8

/**
 * The reason of a failed round in words, from the first step that did not get through: what was
 * wrong with the proposal, and who did not vote.
 */
export function explainFailure(failure: RoundFailure, validatorSet: ValidatorSet): string {
  const { prevotePower, precommitPower, totalPower } = failure
  const need = (totalPower * 2n) / 3n + 1n
  const votes = (kind: string, have: bigint, missing: readonly number[]): string | null => {
    if (missing.length === 0) return null
    const names = namesOf(missing, validatorSet)
    return `${kind} of ${have} of ${totalPower} power, need ${need}; missing ${names}`
  }
  const fault = proposalFault(failure)
  const parts =
    fault !== null || prevotePower < need
      ? [fault, votes('prevotes', prevotePower, failure.missingPrevotes)]
      : [
          precommitPower < need ? null : 'votes were split between values',
          votes('precommits', precommitPower, failure.missingPrecommits),
        ]
  return parts.filter((part) => part !== null).join('; ')
}

function proposalFault(failure: RoundFailure): string | null {
  const proposer = shortName(failure.proposer)
  if (!failure.proposalSeen) return `no proposal from proposer ${proposer}`
  if (!failure.blockComplete) return `the block of proposer ${proposer} did not arrive whole`
  // The round may also have ended before the block was judged.
  return failure.blockValid ? null : `no valid block from proposer ${proposer}`
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
