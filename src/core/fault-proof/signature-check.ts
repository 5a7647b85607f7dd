// Whether two signatures of a validator of that height contradict each other.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { verifyDuplicateVoteEvidence } from '../faults/index.ts'
import { verifyProposal } from '../types/index.ts'
import type { DoubleProposalEvidence, DowntimeEvidence, ValidatorSet } from '../types/index.ts'
import type { SignedAccusation } from './accusation.ts'
import { accusedOf, placeOf } from './deed.ts'
import type { SignedTwice } from './deed.ts'
import { refusal, refusalOf } from './trust.ts'
import type { Refusal } from './trust.ts'

/** Whether the accused has these powers among the validators; no signature is looked at. */
export const checkPowers = (
  evidence: SignedTwice | DowntimeEvidence,
  validatorSet: ValidatorSet,
): string | null => {
  const address = accusedOf(evidence)
  const { height } = placeOf(evidence)
  const validator = validatorSet.find(address)
  if (validator === null) {
    return `${toHexUpper(address)} is none of the validators that are trusted for height ${height}`
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
export const checkSignatures = (
  crypto: Crypto,
  accusation: SignedAccusation,
  validatorSet: ValidatorSet,
): Refusal | null => {
  const { chainId, pubKey, evidence } = accusation
  const powers = checkPowers(evidence, validatorSet)
  if (powers !== null) return refusal('not-trusted', powers)
  const trusted = validatorSet.find(accusedOf(evidence))?.pubKey
  if (trusted?.type !== pubKey.type || !equalBytes(trusted.bytes, pubKey.bytes)) {
    const reason = 'the trusted validators have another key for the address of the accused'
    return refusal('not-trusted', reason)
  }
  const reason =
    evidence.kind === 'duplicate-vote'
      ? verifyDuplicateVoteEvidence(crypto, chainId, evidence, validatorSet)
      : checkProposals(crypto, accusation, evidence)
  return refusalOf('bad-signature', reason)
}

const checkProposals = (
  crypto: Crypto,
  { chainId, pubKey }: SignedAccusation,
  { proposalA, proposalB }: DoubleProposalEvidence,
): string | null => {
  if (!verifyProposal(crypto, chainId, proposalA, pubKey)) {
    return 'the signature of proposal A is wrong'
  }
  return verifyProposal(crypto, chainId, proposalB, pubKey)
    ? null
    : 'the signature of proposal B is wrong'
}
