// Verifies the proof that one validator signed two different values in one step.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import { addressOf, verifySignature } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { equalBlockId, validateDuplicateVoteEvidence, voteSignBytes } from '../types/index.ts'
import type { DuplicateVoteEvidence, PublicKey, ValidatorSet, Vote } from '../types/index.ts'

/** The votes must be for one height, round and type, by one validator, and for two values. */
const validatePair = (a: Vote, b: Vote): string | null => {
  if (a.height !== b.height || a.round !== b.round || a.type !== b.type) {
    return 'the votes are not of one height, round and type'
  }
  if (!equalBytes(a.validatorAddress, b.validatorAddress)) return 'the votes are of two validators'
  // The index is in no signature, so it may differ: CometBFT accepts that too.
  return equalBlockId(a.blockId, b.blockId) ? 'the votes are for one value' : null
}

/**
 * Stateless verification: structure, the pair, the validator's membership and powers in the set of
 * the fault's height, and both signatures. Whether the proof is too old or was committed before is
 * not looked at.
 *
 * @param validatorSet the validators of the height of the votes
 * @returns null when the proof holds, else the reason
 */
export const verifyDuplicateVoteEvidence = (
  crypto: Crypto,
  chainId: string,
  evidence: DuplicateVoteEvidence,
  validatorSet: ValidatorSet,
): string | null => {
  const { voteA, voteB } = evidence
  const reason = validateDuplicateVoteEvidence(evidence) ?? validatePair(voteA, voteB)
  if (reason !== null) return reason
  const validator = validatorSet.find(voteA.validatorAddress)
  if (validator === null) {
    return `${toHexUpper(voteA.validatorAddress)} was no validator at height ${voteA.height}`
  }
  if (!equalBytes(addressOf(crypto, validator.pubKey), validator.address)) {
    return 'the address of the validator is not that of its key'
  }
  if (validator.votingPower !== evidence.validatorPower) {
    return `validator power ${evidence.validatorPower}, in the set ${validator.votingPower}`
  }
  if (validatorSet.totalVotingPower !== evidence.totalVotingPower) {
    return `total power ${evidence.totalVotingPower}, in the set ${validatorSet.totalVotingPower}`
  }
  const isSigned = (vote: Vote): boolean => isSignedBy(crypto, chainId, vote, validator.pubKey)
  if (!isSigned(voteA)) return 'the signature of vote A is wrong'
  return isSigned(voteB) ? null : 'the signature of vote B is wrong'
}

const isSignedBy = (crypto: Crypto, chainId: string, vote: Vote, pubKey: PublicKey): boolean =>
  verifySignature(crypto, pubKey, voteSignBytes(chainId, vote), vote.signature)
