// From a piece of evidence to its proof, or the reason why it has none.

import { err, ok, toHexUpper } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { validateEvidence } from '../types/index.ts'
import type { Evidence, ValidatorSet } from '../types/index.ts'
import { checkDeed, checkMembership } from './accusation-check.ts'
import { accusedOf } from './deed.ts'
import { encodeAccusation, isProvable, provablePart } from './evidence-proof.ts'
import type { EvidenceProof } from './evidence-proof.ts'

/** Of which chain a piece is, and the validators of the height of the fault. */
export interface Ground {
  readonly chainId: string
  readonly validatorSet: ValidatorSet
}

/**
 * Proves one offence, wherever its evidence comes from: the proof verifies for whoever trusts the
 * validators of its height. The error says why no such proof can be made.
 */
export const proveEvidence = (
  evidence: Evidence,
  { chainId, validatorSet }: Ground,
  crypto: Crypto = nobleCrypto,
): Result<EvidenceProof, string> => {
  if (!isProvable(evidence)) {
    return err(`${evidence.kind} shows against the chain only, so no file proves it`)
  }
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return err(structure)
  const address = accusedOf(evidence)
  const validator = validatorSet.find(address)
  if (validator === null) return err(`${toHexUpper(address)} was no validator`)
  const accusation = { chainId, pubKey: validator.pubKey, evidence: provablePart(evidence) }
  const reason =
    checkMembership(accusation, validatorSet) ?? checkDeed(crypto, accusation, validatorSet)
  if (reason !== null) return err(reason)
  return ok({ ...accusation, bytes: encodeAccusation(accusation) })
}
