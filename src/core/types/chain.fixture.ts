// Validators with known keys that sign votes and commits, for tests of all rooms that know this
// one.

import { EMPTY_BYTES } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import { addressOf, nobleCrypto } from '../crypto/index.ts'
import {
  ABSENT_COMMIT_SIG,
  NIL_BLOCK_ID,
  SignedMsgType,
  ValidatorSet,
  commitSigOf,
  voteSignBytes,
} from './index.ts'
import type { BlockId, Commit, PublicKey, Vote } from './index.ts'

export const CHAIN_ID = 'test-chain'
/** 2026-11-22T00:00:00Z. */
export const START: Time = 1_795_305_600_000_000_000n

/** A key pair. */
export interface Key {
  readonly seed: Uint8Array
  readonly pubKey: PublicKey
  readonly address: Uint8Array
}

/** The key of a number below 256; the same at every call. */
export const keyOf = (number: number): Key => {
  const seed = new Uint8Array(32).fill(number)
  const pubKey: PublicKey = { type: 'ed25519', bytes: nobleCrypto.publicKeyEd25519(seed) }
  return { seed, pubKey, address: addressOf(nobleCrypto, pubKey) }
}

/** A validator set with its keys in the order of the set. */
export interface KeyedSet {
  readonly validatorSet: ValidatorSet
  readonly keys: readonly Key[]
}

/** Validators with the given powers. */
export const setOfPowers = (...powers: readonly bigint[]): KeyedSet => {
  const keys = powers.map((_, i) => keyOf(i + 1))
  const list = keys.map(({ pubKey }, i) => ({ pubKey, votingPower: powers[i] ?? 0n }))
  const validatorSet = ValidatorSet.make(nobleCrypto, list)
  const ordered = keys.toSorted(
    (a, b) => validatorSet.indexOf(a.address) - validatorSet.indexOf(b.address),
  )
  return { validatorSet, keys: ordered }
}

/** A complete block id named by a number. */
export const blockIdOfNumber = (number: number): BlockId => ({
  hash: new Uint8Array(32).fill(number),
  partSetHeader: { total: 1, hash: new Uint8Array(32).fill(number + 100) },
})

/** Which vote is signed; what is not given is a precommit for nil in round 0 of height 1. */
export type VoteFields = Partial<Omit<Vote, 'validatorAddress' | 'signature'>>

/** A signed vote. */
export const signVote = (key: Key, fields: VoteFields, chainId: string = CHAIN_ID): Vote => {
  const vote: Vote = {
    type: SignedMsgType.precommit,
    height: 1n,
    round: 0,
    blockId: NIL_BLOCK_ID,
    timestamp: START,
    validatorIndex: 0,
    extension: EMPTY_BYTES,
    extensionSignature: EMPTY_BYTES,
    ...fields,
    validatorAddress: key.address,
    signature: EMPTY_BYTES,
  }
  const signature = nobleCrypto.signEd25519(key.seed, voteSignBytes(chainId, vote))
  return { ...vote, signature }
}

/** What each validator did: precommitted the block or nil, or is absent. */
export type Ballot = 'block' | 'nil' | 'absent'

/** A signed commit; validator i signs at `START` plus the height in seconds plus i milliseconds. */
export const signCommit = (
  { keys }: KeyedSet,
  height: bigint,
  blockId: BlockId,
  ballots: readonly Ballot[] = [],
): Commit => {
  const signatures = keys.map((key, validatorIndex) => {
    const ballot = ballots[validatorIndex] ?? 'block'
    if (ballot === 'absent') return ABSENT_COMMIT_SIG
    const timestamp = START + height * 1_000_000_000n + BigInt(validatorIndex) * 1_000_000n
    const value = ballot === 'block' ? blockId : NIL_BLOCK_ID
    return commitSigOf(signVote(key, { height, blockId: value, timestamp, validatorIndex }))
  })
  return { height, round: 0, blockId, signatures }
}
