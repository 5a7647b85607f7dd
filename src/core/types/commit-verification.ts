// Is a commit signed by enough of a validator set? The full check of blocks and the two light ones.

import { bytesKey, equalBytes, toHexUpper } from '../bytes/index.ts'
import { verifySignature } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { BlockIdFlag } from '../proto/index.ts'
import type { BlockId, Commit, CommitSig, PublicKey } from '../proto/index.ts'
import { equalBlockId } from './block-id.ts'
import { commitVote, validateCommitSig } from './commit.ts'
import { voteSignBytes } from './sign-bytes.ts'
import type { Validator } from './validator.ts'
import type { ValidatorSet } from './validator-set.ts'

/** Tells whether exactly this signature was verified before; see {@link verifiedSignatureKey}. */
export type IsVerified = (key: string) => boolean

/** What a commit is checked against. */
export interface CommitExpectation {
  readonly chainId: string
  /** The validators of the commit's height. */
  readonly validatorSet: ValidatorSet
  readonly blockId: BlockId
  readonly height: bigint
  readonly commit: Commit
  /** Signatures known to be good are not verified again (performance.md P6c). */
  readonly isVerified?: IsVerified | undefined
}

/** What a commit is checked against when its own validator set is not known. */
export interface TrustingExpectation {
  readonly chainId: string
  /** Validators that are trusted, of some earlier height. */
  readonly validatorSet: ValidatorSet
  readonly commit: Commit
  /** More than this fraction of the trusted power must have signed. */
  readonly trustLevel: { readonly numerator: bigint; readonly denominator: bigint }
  readonly isVerified?: IsVerified
}

/** How the entries of a commit are walked. */
interface Walk {
  readonly chainId: string
  readonly commit: Commit
  readonly isVerified: IsVerified | undefined
  /** The validator of an entry, a reason to refuse the commit, or null to pass over the entry. */
  readonly signerOf: (entry: CommitSig, index: number) => Validator | string | null
  readonly skipsNil: boolean
  readonly isEnough: (power: bigint) => boolean
  /** False: every entry is verified, also after enough power was seen. */
  readonly stopsEarly: boolean
}

/** A map key over key, message and signature: equal only for the very same verification. */
export const verifiedSignatureKey = (
  pubKey: PublicKey,
  signBytes: Uint8Array,
  signature: Uint8Array,
): string =>
  // Key types have fixed lengths and sign bytes begin with theirs, so the parts cannot be confused.
  `${pubKey.type}${bytesKey(pubKey.bytes)}${bytesKey(signBytes)}${bytesKey(signature)}`

const verifyEntry = (
  crypto: Crypto,
  walk: Walk,
  index: number,
  { pubKey }: Validator,
): string | null => {
  const { signature } = walk.commit.signatures[index] as CommitSig
  const signBytes = voteSignBytes(walk.chainId, commitVote(walk.commit, index))
  const { isVerified } = walk
  const isKnown = isVerified?.(verifiedSignatureKey(pubKey, signBytes, signature)) ?? false
  if (isKnown || verifySignature(crypto, pubKey, signBytes, signature)) return null
  return `wrong signature of entry ${index}: ${toHexUpper(signature)}`
}

const walkCommit = (crypto: Crypto, walk: Walk): string | null => {
  let power = 0n
  for (const [index, entry] of walk.commit.signatures.entries()) {
    const isForBlock = entry.blockIdFlag === BlockIdFlag.commit
    if (entry.blockIdFlag === BlockIdFlag.absent) continue
    if (walk.skipsNil && !isForBlock) continue
    const structure = validateCommitSig(entry)
    if (structure !== null) return `entry ${index}: ${structure}`
    const signer = walk.signerOf(entry, index)
    if (signer === null) continue
    if (typeof signer === 'string') return signer
    const reason = verifyEntry(crypto, walk, index, signer)
    if (reason !== null) return reason
    if (isForBlock) power += signer.votingPower
    if (walk.stopsEarly && walk.isEnough(power)) return null
  }
  return walk.isEnough(power) ? null : `not enough voting power signed: ${power}`
}

const checkFit = (expectation: CommitExpectation): string | null => {
  const { validatorSet, blockId, height, commit } = expectation
  if (validatorSet.size !== commit.signatures.length) {
    return `${commit.signatures.length} entries for ${validatorSet.size} validators`
  }
  if (height !== commit.height) return `commit of height ${commit.height}, expected ${height}`
  return equalBlockId(blockId, commit.blockId) ? null : 'commit of another block'
}

/** Entries and validators stand in the same order. */
const signerByIndex =
  (validatorSet: ValidatorSet) =>
  (entry: CommitSig, index: number): Validator | string => {
    const validator = validatorSet.get(index)
    if (validator === null) return `no validator ${index}`
    if (equalBytes(validator.address, entry.validatorAddress)) return validator
    return `entry ${index} is not of validator ${toHexUpper(validator.address)}`
  }

/** Entries are looked up by address; strangers are passed over, nobody may stand there twice. */
const signerByAddress = (
  validatorSet: ValidatorSet,
): ((entry: CommitSig, index: number) => Validator | string | null) => {
  const seen = new Map<number, number>()
  return (entry, index) => {
    const at = validatorSet.indexOf(entry.validatorAddress)
    if (at === -1) return null
    const first = seen.get(at)
    if (first !== undefined) return `entries ${first} and ${index} are of one validator`
    seen.set(at, index)
    return validatorSet.get(at)
  }
}

/**
 * Verifies every signature, those for nil too; more than two thirds must be for the block. Null
 * when the commit is good. This is the check of a block's last commit: all signatures are passed on
 * to the application, so all must be true.
 */
export const verifyCommit = (crypto: Crypto, expectation: CommitExpectation): string | null =>
  verifyByIndex(crypto, expectation, { skipsNil: false, stopsEarly: false })

/**
 * Verifies signatures for the block until more than two thirds are seen. Null when the commit is
 * good.
 */
export const verifyCommitLight = (crypto: Crypto, expectation: CommitExpectation): string | null =>
  verifyByIndex(crypto, expectation, { skipsNil: true, stopsEarly: true })

/**
 * Verifies all signatures for the block, for commits that serve as evidence. Null when the commit
 * is good.
 */
export const verifyCommitLightAll = (
  crypto: Crypto,
  expectation: CommitExpectation,
): string | null => verifyByIndex(crypto, expectation, { skipsNil: true, stopsEarly: false })

const verifyByIndex = (
  crypto: Crypto,
  expectation: CommitExpectation,
  options: { readonly skipsNil: boolean; readonly stopsEarly: boolean },
): string | null => {
  const { chainId, validatorSet, commit, isVerified } = expectation
  return (
    checkFit(expectation) ??
    walkCommit(crypto, {
      chainId,
      commit,
      isVerified,
      signerOf: signerByIndex(validatorSet),
      isEnough: (power) => validatorSet.hasTwoThirds(power),
      ...options,
    })
  )
}

const INT64_MAX = 2n ** 63n - 1n

const verifyTrusting = (
  crypto: Crypto,
  expectation: TrustingExpectation,
  stopsEarly: boolean,
): string | null => {
  const { chainId, validatorSet, commit, trustLevel, isVerified } = expectation
  if (trustLevel.denominator === 0n) return 'trust level with denominator zero'
  const product = validatorSet.totalVotingPower * trustLevel.numerator
  if (product > INT64_MAX) return 'trust level with a numerator out of range'
  const needed = product / trustLevel.denominator
  return walkCommit(crypto, {
    chainId,
    commit,
    isVerified,
    signerOf: signerByAddress(validatorSet),
    skipsNil: true,
    isEnough: (power) => power > needed,
    stopsEarly,
  })
}

/**
 * Verifies signatures of trusted validators until more than the trust level is seen. Null when
 * good.
 */
export const verifyCommitLightTrusting = (
  crypto: Crypto,
  expectation: TrustingExpectation,
): string | null => verifyTrusting(crypto, expectation, true)

/** As {@link verifyCommitLightTrusting}, but verifies all signatures of trusted validators. */
export const verifyCommitLightTrustingAll = (
  crypto: Crypto,
  expectation: TrustingExpectation,
): string | null => verifyTrusting(crypto, expectation, false)
