// The signatures this node has verified as votes, so that they are not verified again inside a
// commit.

import { verifiedSignatureKey, voteSignBytes } from '../../core/types/index.ts'
import type { IsVerified, ValidatorSet, VoteSet } from '../../core/types/index.ts'

/**
 * Recognises exactly the signatures of `votes`. Every vote of a vote set was verified before it was
 * added; anything else, also the same vote with another time, is not recognised. Keys are made when
 * they are first asked for.
 */
export function verifiedSignatures(
  chainId: string,
  validatorSet: ValidatorSet,
  votes: VoteSet,
): IsVerified {
  let keys: ReadonlySet<string> | null = null
  return (key) => {
    keys ??= signatureKeys(chainId, validatorSet, votes)
    return keys.has(key)
  }
}

function signatureKeys(
  chainId: string,
  validatorSet: ValidatorSet,
  votes: VoteSet,
): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const [index, { pubKey }] of validatorSet.validators.entries()) {
    const vote = votes.get(index)
    if (vote === null) continue
    keys.add(verifiedSignatureKey(pubKey, voteSignBytes(chainId, vote), vote.signature))
  }
  return keys
}
