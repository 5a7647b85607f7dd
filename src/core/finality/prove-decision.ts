// From a decision to its proof, or the reason why it has none.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { checkParts, checkSignatures } from './decision-check.ts'
import { encodeDecision } from './finality-proof.ts'
import type { Decision, FinalityProof } from './finality-proof.ts'

/**
 * Proves one decision, wherever it comes from: the proof verifies for whoever trusts its validators
 * or its header. The error says why no such proof can be made.
 */
export const proveDecision = (
  decision: Decision,
  crypto: Crypto = nobleCrypto,
): Result<FinalityProof, string> => {
  const { header, commit, validatorSet } = decision
  const parts = checkParts(crypto, decision)
  if (parts !== null) return err(parts)
  if (validatorSet.indexOf(header.proposerAddress) < 0) return err('the proposer is no validator')
  const signatures = checkSignatures(crypto, decision)
  if (signatures !== null) return err(signatures)
  return ok({ header, commit, validatorSet, bytes: encodeDecision(decision) })
}
