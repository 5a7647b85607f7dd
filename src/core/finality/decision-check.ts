// Whether header, commit and validators belong together, and more than two thirds signed.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { BlockIdFlag } from '../proto/index.ts'
import { hashHeader, validateCommit, validateHeader, verifyCommit } from '../types/index.ts'
import type { Decision } from './finality-proof.ts'

/** Whether header, commit and validators are of one block; no signature is verified. */
export const checkParts = (crypto: Crypto, decision: Decision): string | null => {
  const { header, commit, validatorSet } = decision
  const structure = validateHeader(header)
  if (structure !== null) return `the header is malformed: ${structure}`
  const entries = validateCommit(commit)
  if (entries !== null) return `the commit is malformed: ${entries}`
  if (commit.height !== header.height) {
    return `the commit is of height ${commit.height}, the header of height ${header.height}`
  }
  if (!equalBytes(validatorSet.hash(crypto), header.validatorsHash)) {
    const named = toHexUpper(header.validatorsHash)
    return `the validators are not those that the header names (${named})`
  }
  const hash = hashHeader(crypto, header)
  if (equalBytes(hash, commit.blockId.hash)) return null
  const signed = toHexUpper(commit.blockId.hash)
  return `the commit is for block ${signed}, the header is ${toHexUpper(hash)}`
}

/**
 * Verifies every signature of the commit, those for nil too: nothing in a proof goes unchecked.
 * More than two thirds of the power must be for the block.
 */
export const checkSignatures = (
  crypto: Crypto,
  { header, commit, validatorSet }: Decision,
): string | null =>
  verifyCommit(crypto, {
    chainId: header.chainId,
    validatorSet,
    blockId: commit.blockId,
    height: header.height,
    commit,
  })

/** Why a decision is none, whoever trusts its validators. */
export interface DecisionRefusal {
  readonly kind: 'inconsistent' | 'bad-commit'
  readonly reason: string
}

/**
 * Whether header, commit and validators are of one block, and the validators have decided it.
 * Whether they are those of its height is for trust to say. Null when all is good.
 */
export const checkDecision = (crypto: Crypto, decision: Decision): DecisionRefusal | null => {
  const parts = checkParts(crypto, decision)
  if (parts !== null) return { kind: 'inconsistent', reason: parts }
  const signatures = checkSignatures(crypto, decision)
  return signatures === null ? null : { kind: 'bad-commit', reason: signatures }
}

/** Who signed for a block. */
export interface Signers {
  readonly validators: number
  readonly votingPower: bigint
}

/** Counts the entries for the block; in a commit that was verified each is a validator's. */
export const signersOf = ({ commit, validatorSet }: Decision): Signers => {
  let validators = 0
  let votingPower = 0n
  for (const [index, entry] of commit.signatures.entries()) {
    if (entry.blockIdFlag !== BlockIdFlag.commit) continue
    validators += 1
    votingPower += validatorSet.get(index)?.votingPower ?? 0n
  }
  return { validators, votingPower }
}
