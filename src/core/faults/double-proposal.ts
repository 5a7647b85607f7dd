// Verifies the proof that the proposer of a round signed two different proposals for it.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import { addressOf } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { proposerAfterRounds, validateEvidence, verifyProposal } from '../types/index.ts'
import type { DoubleProposalEvidence, ValidatorSet } from '../types/index.ts'
import { checkPowers } from './powers.ts'

/**
 * Rounds of a height in which a double proposal can be proved. The proposer of a round is found by
 * counting up to it, so a validator that signs for round two thousand million must not make others
 * count that far.
 */
export const MAX_PROVABLE_ROUND = 1000

/**
 * Stateless verification: structure, two proposals that differ in block or proof-of-lock round (a
 * time signed anew is no second proposal), powers, both signatures, and that it was the validator's
 * turn. Signatures first, so that only a validator can make others count rounds.
 *
 * @param validatorSet the validators of the height of the proposals, as they stand in round 0
 * @returns null when the proof holds, else the reason
 */
export const verifyDoubleProposalEvidence = (
  crypto: Crypto,
  chainId: string,
  evidence: DoubleProposalEvidence,
  validatorSet: ValidatorSet,
): string | null => {
  const { validatorAddress, proposalA, proposalB } = evidence
  const { height, round } = proposalA
  const reason = validateEvidence(crypto, evidence) ?? checkPowers(evidence, validatorSet)
  if (reason !== null) return reason
  const validator = validatorSet.find(validatorAddress)
  if (validator === null || !equalBytes(addressOf(crypto, validator.pubKey), validatorAddress)) {
    return `${toHexUpper(validatorAddress)} was no validator at height ${height}`
  }
  if (round > MAX_PROVABLE_ROUND) return `round ${round} is above ${MAX_PROVABLE_ROUND}`
  const { pubKey } = validator
  if (!verifyProposal(crypto, chainId, proposalA, pubKey)) return 'the signature of A is wrong'
  if (!verifyProposal(crypto, chainId, proposalB, pubKey)) return 'the signature of B is wrong'
  const { address } = proposerAfterRounds(validatorSet, round)
  if (equalBytes(address, validatorAddress)) return null
  return `${toHexUpper(validatorAddress)} was not the proposer of round ${round}`
}
