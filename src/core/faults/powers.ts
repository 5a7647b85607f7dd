// The powers that evidence names must be those of the height of the fault.

import { toHexUpper } from '../bytes/index.ts'
import type { DoubleProposalEvidence, DowntimeEvidence, ValidatorSet } from '../types/index.ts'

/** Null when the accused is in the set and both powers are those of the set. */
export const checkPowers = (
  evidence: DoubleProposalEvidence | DowntimeEvidence,
  validatorSet: ValidatorSet,
): string | null => {
  const { validatorAddress, validatorPower, totalVotingPower } = evidence
  const validator = validatorSet.find(validatorAddress)
  if (validator === null) return `${toHexUpper(validatorAddress)} was no validator`
  if (validator.votingPower !== validatorPower) {
    return `validator power ${validatorPower}, in the set ${validator.votingPower}`
  }
  if (validatorSet.totalVotingPower === totalVotingPower) return null
  return `total power ${totalVotingPower}, in the set ${validatorSet.totalVotingPower}`
}
