// The structure of light blocks: header, commit and validators that fit each other.

import { equalBytes } from '../bytes/index.ts'
import { merkleRoot } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeSimpleValidator } from '../proto/index.ts'
import type { Commit, Header, LightBlock, ValidatorSetProto } from '../proto/index.ts'
import { validateCommit } from './commit.ts'
import { hashHeader, validateHeader } from './header.ts'
import { MAX_TOTAL_VOTING_POWER } from './limits.ts'
import { validateValidator } from './validator.ts'

const validateSignedHeader = (crypto: Crypto, header: Header, commit: Commit): string | null => {
  const headerReason = validateHeader(header)
  if (headerReason !== null) return `header: ${headerReason}`
  const commitReason = validateCommit(commit)
  if (commitReason !== null) return `commit: ${commitReason}`
  if (commit.height !== header.height) return 'header and commit are of two heights'
  const isOfHeader = equalBytes(commit.blockId.hash, hashHeader(crypto, header))
  return isOfHeader ? null : 'the commit is for another header'
}

const validateValidators = (crypto: Crypto, set: ValidatorSetProto): string | null => {
  const { validators, proposer } = set
  if (validators.length === 0) return 'no validators'
  if (proposer === null) return 'no proposer'
  let total = 0n
  for (const [index, validator] of validators.entries()) {
    const reason = validateValidator(crypto, validator)
    if (reason !== null) return `validator ${index}: ${reason}`
    total += validator.votingPower
  }
  if (total > MAX_TOTAL_VOTING_POWER) return 'total voting power out of range'
  const reason = validateValidator(crypto, proposer)
  if (reason !== null) return `proposer: ${reason}`
  const isMember = validators.some(({ address }) => equalBytes(address, proposer.address))
  return isMember ? null : 'the proposer is no validator'
}

/**
 * Header, commit and validators are there, well formed and belong together; no signature is
 * verified. As in the reference a validator may stand twice and have no power: who made the block
 * up may have made up its validators too. Null when it is well formed.
 */
export const validateLightBlock = (crypto: Crypto, lightBlock: LightBlock): string | null => {
  const { signedHeader, validatorSet } = lightBlock
  const { header, commit } = signedHeader ?? { header: null, commit: null }
  if (header === null) return 'no header'
  if (commit === null) return 'no commit'
  if (validatorSet === null) return 'no validator set'
  const reason =
    validateSignedHeader(crypto, header, commit) ?? validateValidators(crypto, validatorSet)
  if (reason !== null) return reason
  const hash = merkleRoot(crypto, validatorSet.validators.map(encodeSimpleValidator))
  return equalBytes(hash, header.validatorsHash) ? null : 'validators of another header'
}
