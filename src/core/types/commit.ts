// Commits: the precommits that decided a block, as the next block carries them.

import { EMPTY_BYTES, ZERO_TIME, assert } from '../bytes/index.ts'
import { ADDRESS_SIZE, merkleRoot } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { BlockIdFlag, SignedMsgType, encodeCommitSig } from '../proto/index.ts'
import type { Commit, CommitSig, Vote } from '../proto/index.ts'
import { NIL_BLOCK_ID, isNilBlockId, validateBlockId } from './block-id.ts'
import { MAX_SIGNATURE_SIZE } from './limits.ts'

/** The entry of a validator whose precommit is not in the commit. */
export const ABSENT_COMMIT_SIG: CommitSig = {
  blockIdFlag: BlockIdFlag.absent,
  validatorAddress: EMPTY_BYTES,
  timestamp: ZERO_TIME,
  signature: EMPTY_BYTES,
}

/** The last commit of the first block of a chain: height 0, nil, no signatures. */
export const EMPTY_COMMIT: Commit = { height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: [] }

/** A precommit as an entry of a commit. */
export const commitSigOf = (vote: Vote): CommitSig => ({
  blockIdFlag: isNilBlockId(vote.blockId) ? BlockIdFlag.nil : BlockIdFlag.commit,
  validatorAddress: vote.validatorAddress,
  timestamp: vote.timestamp,
  signature: vote.signature,
})

/** The precommit behind an entry of a commit; the entry must not be absent. */
export const commitVote = (commit: Commit, index: number): Vote => {
  const entry = commit.signatures[index]
  assert(entry !== undefined && entry.blockIdFlag !== BlockIdFlag.absent, 'the entry holds a vote')
  return {
    type: SignedMsgType.precommit,
    height: commit.height,
    round: commit.round,
    blockId: entry.blockIdFlag === BlockIdFlag.commit ? commit.blockId : NIL_BLOCK_ID,
    timestamp: entry.timestamp,
    validatorAddress: entry.validatorAddress,
    validatorIndex: index,
    signature: entry.signature,
    extension: EMPTY_BYTES,
    extensionSignature: EMPTY_BYTES,
  }
}

/** Structure of one entry. Null when it is well formed. */
export const validateCommitSig = (entry: CommitSig): string | null => {
  const { blockIdFlag, validatorAddress, timestamp, signature } = entry
  if (blockIdFlag === BlockIdFlag.absent) {
    const isEmpty =
      validatorAddress.length === 0 && signature.length === 0 && timestamp === ZERO_TIME
    return isEmpty ? null : 'an absent entry with contents'
  }
  if (blockIdFlag !== BlockIdFlag.commit && blockIdFlag !== BlockIdFlag.nil) {
    return `block id flag ${blockIdFlag}`
  }
  if (validatorAddress.length !== ADDRESS_SIZE) return `address of ${validatorAddress.length} bytes`
  if (signature.length === 0) return 'signature is missing'
  return signature.length > MAX_SIGNATURE_SIZE ? `signature of ${signature.length} bytes` : null
}

/** Structure of a commit, signatures not verified. Null when it is well formed. */
export const validateCommit = (commit: Commit): string | null => {
  if (commit.height < 0n) return `height ${commit.height}`
  if (commit.round < 0) return `round ${commit.round}`
  const blockId = validateBlockId(commit.blockId)
  if (blockId !== null) return blockId
  if (commit.height > 0n) {
    if (isNilBlockId(commit.blockId)) return 'a commit for nil'
    if (commit.signatures.length === 0) return 'a commit without signatures'
  }
  // Every entry is checked even at height 0: the reference refuses them while decoding.
  for (const [index, entry] of commit.signatures.entries()) {
    const reason = validateCommitSig(entry)
    if (reason !== null) return `entry ${index}: ${reason}`
  }
  return null
}

const hashes = new WeakMap<Commit, Uint8Array>()

/** Merkle root over the entries: the `lastCommitHash` of the next header. Remembered per object. */
export const hashCommit = (crypto: Crypto, commit: Commit): Uint8Array => {
  const known = hashes.get(commit)
  if (known !== undefined) return known
  const hash = merkleRoot(crypto, commit.signatures.map(encodeCommitSig))
  hashes.set(commit, hash)
  return hash
}
