// Whether validators signed a second header of a height, and whether that is to their blame.

import { bytesKey, equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { verifyLightClientAttackEvidence } from '../faults/index.ts'
import { BlockIdFlag, hashHeader, verifyCommitLightTrusting } from '../types/index.ts'
import type { Commit, LightClientAttackEvidence } from '../types/index.ts'
import type { AttackAccusation } from './accusation.ts'
import { refusal, refusalOf, refusalOfDecision } from './trust.ts'
import type { Ground, Refusal } from './trust.ts'

/** Why it is certain that the named ones are to blame. */
export type Certainty =
  /** Every one of them signed both headers in one round: whichever is the chain's. */
  | 'signed-both'
  /** The trusted hash is that of the chain's header. */
  | 'header-hash'

const ONE_THIRD = { numerator: 1n, denominator: 3n } as const

const signersOf = ({ signatures }: Commit): ReadonlySet<string> =>
  new Set(
    signatures.flatMap(({ blockIdFlag, validatorAddress }) =>
      blockIdFlag === BlockIdFlag.commit ? [bytesKey(validatorAddress)] : [],
    ),
  )

const haveAllSignedBoth = (evidence: LightClientAttackEvidence, own: Commit): boolean => {
  const other = evidence.conflictingBlock.signedHeader?.commit ?? null
  if (other === null || other.round !== own.round) return false
  const signers = signersOf(own)
  return evidence.byzantineValidators.every(({ address }) => signers.has(bytesKey(address)))
}

/**
 * Why the named ones are to blame, null when the proof leaves it open: two headers of the same
 * signers look alike, and who calls the true one the second would blame those who signed it. Nor do
 * their validators tell: who has left may sign a header of the old ones, long after.
 */
export const certaintyOf = (
  { evidence, own }: AttackAccusation,
  { headerHash }: Ground,
): Certainty | null => {
  if (headerHash !== null) return 'header-hash'
  return haveAllSignedBoth(evidence, own.commit) ? 'signed-both' : null
}

/** Whether the chain's decision follows from the common one, as for a light client. */
const follows = (
  crypto: Crypto,
  { chainId, common, own }: AttackAccusation,
  { validatorSet }: Ground,
): boolean => {
  if (own === common) return true
  const { validatorsHash, height } = own.header
  if (height === common.header.height + 1n) {
    return equalBytes(validatorsHash, common.header.nextValidatorsHash)
  }
  const third = { chainId, validatorSet, commit: own.commit, trustLevel: ONE_THIRD }
  return verifyCommitLightTrusting(crypto, third) === null
}

const checkDecisions = (
  crypto: Crypto,
  accusation: AttackAccusation,
  ground: Ground,
): Refusal | null => {
  const { chainId, evidence, common, own } = accusation
  const height = evidence.conflictingBlock.signedHeader?.header?.height
  if (common.header.height !== evidence.commonHeight || own.header.height !== height) {
    return refusal('inconsistent', 'the decisions are not of the common height and the conflict')
  }
  if (common.header.chainId !== chainId || own.header.chainId !== chainId) {
    return refusal('inconsistent', 'a decision is of another chain')
  }
  if (common.header.time !== evidence.timestamp) {
    const reason = `it names another time than that of block ${evidence.commonHeight}`
    return refusal('inconsistent', reason)
  }
  if (!equalBytes(common.header.validatorsHash, ground.validatorSet.hash(crypto))) {
    const reason = `the validators of height ${evidence.commonHeight} are not the trusted ones`
    return refusal('not-trusted', reason)
  }
  for (const decision of new Set([common, own])) {
    const refused = refusalOfDecision(crypto, decision)
    if (refused !== null) return refused
  }
  if (follows(crypto, accusation, ground)) return null
  const reason = `the decision of height ${height} does not follow from that of the common height`
  return refusal('not-trusted', reason)
}

const checkHeader = (
  crypto: Crypto,
  { own }: AttackAccusation,
  { headerHash }: Ground,
): string | null => {
  if (headerHash === null) return null
  const hash = hashHeader(crypto, own.header)
  if (equalBytes(hash, headerHash)) return null
  return `the chain's header is ${toHexUpper(hash)} there, trusted is ${toHexUpper(headerHash)}`
}

/**
 * Whether a second header of a height of the chain is signed, by just those who are named, and
 * whether what is trusted tells which of the headers is the chain's where that matters.
 */
export const checkAttack = (
  crypto: Crypto,
  accusation: AttackAccusation,
  ground: Ground,
): Refusal | null => {
  const { chainId, evidence, own } = accusation
  const decisions = checkDecisions(crypto, accusation, ground)
  if (decisions !== null) return decisions
  const header = checkHeader(crypto, accusation, ground)
  if (header !== null) return refusal('not-trusted', header)
  const reason = verifyLightClientAttackEvidence(crypto, evidence, {
    chainId,
    trusted: { header: own.header, commit: own.commit },
    commonValidators: ground.validatorSet,
  })
  if (reason !== null) return refusalOf('inconsistent', reason)
  if (certaintyOf(accusation, ground) !== null) return null
  const open = `which of the two headers of height ${own.header.height} is the chain's does not`
  return refusal('not-trusted', `${open} follow from signatures: its hash must be trusted`)
}
