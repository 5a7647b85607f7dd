// Validators that sign votes and proposals with a cheap scheme which counts how often it verifies.

import { createHash } from 'node:crypto'
import type { Crypto } from '../crypto/index.ts'
import { NIL_BLOCK_ID, SignedMsgType, ValidatorSet, VoteSet, VoteType } from '../types/index.ts'
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from '../types/index.ts'
import type { BlockId, Proposal, Vote } from '../types/index.ts'

export const CHAIN_ID = 'pool'

/** Not a signature scheme: whoever knows the public key can sign. */
export class CountingCrypto implements Crypto {
  verified = 0

  sha256(data: Uint8Array): Uint8Array {
    return new Uint8Array(createHash('sha256').update(data).digest())
  }
  publicKeyEd25519(seed: Uint8Array): Uint8Array {
    return this.sha256(seed)
  }
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
    return this.sign(this.publicKeyEd25519(seed), message)
  }
  verifyEd25519(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    this.verified += 1
    return Buffer.from(this.sign(pubKey, message)).equals(signature)
  }
  sign(pubKey: Uint8Array, message: Uint8Array): Uint8Array {
    const half = this.sha256(new Uint8Array([...pubKey, ...message]))
    return new Uint8Array([...half, ...half])
  }
}

export const crypto: CountingCrypto = new CountingCrypto()

/** Validators with keys that follow from `firstKey`. */
export function makeValidators(powers: readonly number[], firstKey = 0): ValidatorSet {
  const members = powers.map((power, index) => ({
    pubKey: {
      type: 'ed25519' as const,
      bytes: crypto.publicKeyEd25519(Uint8Array.of(firstKey + index)),
    },
    votingPower: BigInt(power),
  }))
  return ValidatorSet.make(crypto, members)
}

/** A block id that follows from a number; 0 is nil. */
export function blockIdOf(value: number): BlockId {
  if (value === 0) return NIL_BLOCK_ID
  const hash = crypto.sha256(Uint8Array.of(value))
  return { hash, partSetHeader: { total: 1, hash: crypto.sha256(hash) } }
}

/** What a vote may differ in. */
export interface VoteContent {
  readonly index: number
  readonly height?: bigint
  readonly round?: number
  readonly type?: VoteType
  readonly value?: number
  readonly timestamp?: bigint
  readonly extension?: Uint8Array
}

/** A signed vote of the validator at `index`. */
export function signVote(validatorSet: ValidatorSet, content: VoteContent): Vote {
  const validator = validatorSet.get(content.index)
  if (validator === null) throw new Error(`no validator ${content.index}`)
  const unsigned: Vote = {
    type: content.type ?? VoteType.prevote,
    height: content.height ?? 5n,
    round: content.round ?? 0,
    blockId: blockIdOf(content.value ?? 1),
    timestamp: content.timestamp ?? 1_700_000_000_000_000_000n,
    validatorAddress: validator.address,
    validatorIndex: content.index,
    signature: new Uint8Array(0),
    extension: content.extension ?? new Uint8Array(0),
    extensionSignature: new Uint8Array(0),
  }
  const key = validator.pubKey.bytes
  const signature = crypto.sign(key, voteSignBytes(CHAIN_ID, unsigned))
  if (content.extension === undefined) return { ...unsigned, signature }
  const extensionSignature = crypto.sign(key, voteExtensionSignBytes(CHAIN_ID, unsigned))
  return { ...unsigned, signature, extensionSignature }
}

/** The precommits that decided a height, none of which is known here. */
export function decidedAt(validatorSet: ValidatorSet, height: bigint, round = 0): VoteSet {
  return VoteSet.empty({ height, round, type: VoteType.precommit, validatorSet })
}

/** What a proposal may differ in; `signer` is the proposer of the round unless named. */
export interface ProposalContent {
  readonly height?: bigint
  readonly round?: number
  readonly polRound?: number
  readonly value?: number
  readonly total?: number
  readonly signer?: number
}

/** A signed proposal. */
export function signProposal(validatorSet: ValidatorSet, content: ProposalContent): Proposal {
  const round = content.round ?? 0
  const { proposer } = validatorSet.withPriorityIncremented(Math.max(0, round))
  const signer = validatorSet.get(content.signer ?? validatorSet.indexOf(proposer.address))
  const blockId = blockIdOf(content.value ?? 1)
  const total = content.total ?? 1
  const unsigned: Proposal = {
    type: SignedMsgType.proposal,
    height: content.height ?? 5n,
    round,
    polRound: content.polRound ?? -1,
    blockId: { ...blockId, partSetHeader: { ...blockId.partSetHeader, total } },
    timestamp: 1_700_000_000_000_000_000n,
    signature: new Uint8Array(0),
  }
  const key = signer?.pubKey.bytes ?? new Uint8Array(32)
  return { ...unsigned, signature: crypto.sign(key, proposalSignBytes(CHAIN_ID, unsigned)) }
}
