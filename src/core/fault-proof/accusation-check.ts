// Whether two signatures of a validator of that height contradict each other.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { verifyDuplicateVoteEvidence } from '../faults/index.ts'
import { verifyProposal } from '../types/index.ts'
import type { DoubleProposalEvidence, ValidatorSet } from '../types/index.ts'
import type { Accusation } from './evidence-proof.ts'
import { accusedOf, placeOf } from './deed.ts'

/** Whether the accused has this key and power among the validators; no signature is looked at. */
export const checkMembership = (
  { pubKey, evidence }: Accusation,
  validatorSet: ValidatorSet,
): string | null => {
  const address = accusedOf(evidence)
  const { height } = placeOf(evidence)
  const validator = validatorSet.find(address)
  if (validator === null) {
    return `${toHexUpper(address)} is none of the validators that are trusted for height ${height}`
  }
  if (validator.pubKey.type !== pubKey.type || !equalBytes(validator.pubKey.bytes, pubKey.bytes)) {
    return 'the trusted validators have another key for the address of the accused'
  }
  const { validatorPower, totalVotingPower } = evidence
  if (validator.votingPower !== validatorPower) {
    const trusted = validator.votingPower
    return `validator power ${validatorPower}, trusted for height ${height} ${trusted}`
  }
  if (validatorSet.totalVotingPower === totalVotingPower) return null
  const trusted = validatorSet.totalVotingPower
  return `total power ${totalVotingPower}, trusted for height ${height} ${trusted}`
}

/**
 * Verifies both signatures. Of proposals it is not asked whose turn the round was, since that
 * follows from priorities, which no hash covers: who keeps the rules signs no two of them anyway.
 */
export const checkDeed = (
  crypto: Crypto,
  accusation: Accusation,
  validatorSet: ValidatorSet,
): string | null => {
  const { chainId, evidence } = accusation
  return evidence.kind === 'duplicate-vote'
    ? verifyDuplicateVoteEvidence(crypto, chainId, evidence, validatorSet)
    : checkProposals(crypto, accusation, evidence)
}

const checkProposals = (
  crypto: Crypto,
  { chainId, pubKey }: Accusation,
  { proposalA, proposalB }: DoubleProposalEvidence,
): string | null => {
  if (!verifyProposal(crypto, chainId, proposalA, pubKey)) {
    return 'the signature of proposal A is wrong'
  }
  return verifyProposal(crypto, chainId, proposalB, pubKey)
    ? null
    : 'the signature of proposal B is wrong'
}
