// A small world for tests of the algorithm: a cheap crypto object, validators by name, blocks by
// name.

import { createHash } from 'node:crypto'
import type { Crypto } from '../crypto/index.ts'
import {
  BLOCK_PART_SIZE,
  NIL_BLOCK_ID,
  PartSet,
  SignedMsgType,
  ValidatorSet,
  equalBlockId,
  isNilBlockId,
  proposalSignBytes,
  voteSignBytes,
} from '../types/index.ts'
import type { BlockId, Proposal, Vote, VoteType } from '../types/index.ts'
import type { BuiltBlock } from './input.ts'
import type { TimeoutConfig } from './config.ts'

export const CHAIN_ID = 'play'

const sha256 = (...chunks: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return new Uint8Array(hash.digest())
}

/** Not a signature scheme: whoever knows the public key can sign. Deterministic and fast. */
export const cheapCrypto: Crypto = {
  sha256: (data) => sha256(data),
  publicKeyEd25519: (seed) => sha256(seed),
  signEd25519: (seed, message) => signWith(sha256(seed), message),
  verifyEd25519: (pubKey, message, signature) =>
    Buffer.from(signWith(pubKey, message)).equals(signature),
}

function signWith(pubKey: Uint8Array, message: Uint8Array): Uint8Array {
  const half = sha256(pubKey, message)
  return new Uint8Array([...half, ...half])
}

export const TIMEOUTS: TimeoutConfig = {
  proposeMs: 3000,
  proposeDeltaMs: 500,
  prevoteMs: 1000,
  prevoteDeltaMs: 500,
  precommitMs: 1000,
  precommitDeltaMs: 500,
  commitMs: 1000,
  maxMs: 10_000,
}

const seedOf = (index: number): Uint8Array => Uint8Array.of(0x51, index)

/**
 * Validators with these powers, sorted as the chain sorts them; keys follow from the position in
 * the list.
 */
export function makeValidators(powers: readonly number[]): ValidatorSet {
  const members = powers.map((power, index) => ({
    pubKey: { type: 'ed25519' as const, bytes: cheapCrypto.publicKeyEd25519(seedOf(index)) },
    votingPower: BigInt(power),
  }))
  return ValidatorSet.make(cheapCrypto, members)
}

const namedBlocks = new Map<string, BuiltBlock>()

/** The block called `name`; those from D to F have three parts. */
export function blockNamed(name: string): BuiltBlock {
  const block = namedBlocks.get(name) ?? makeNamedBlock(name, name >= 'D' && name <= 'F' ? 3 : 1)
  namedBlocks.set(name, block)
  return block
}

/** The identity of the block called `name`, or nil; `A:B` has the hash of A and the parts of B. */
export function idNamed(name: string): BlockId {
  if (name === 'nil') return NIL_BLOCK_ID
  const [hashName = '', partsName = hashName] = name.split(':')
  const { hash } = blockNamed(hashName).blockId
  return { hash, partSetHeader: blockNamed(partsName).blockId.partSetHeader }
}

/** The name under which `blockNamed` made this block. */
export function nameOf(blockId: BlockId): string {
  if (isNilBlockId(blockId)) return 'nil'
  for (const hashName of namedBlocks.keys()) {
    for (const partsName of namedBlocks.keys()) {
      const name = hashName === partsName ? hashName : `${hashName}:${partsName}`
      if (equalBlockId(idNamed(name), blockId)) return name
    }
  }
  return 'unknown'
}

function makeNamedBlock(name: string, parts: number): BuiltBlock {
  const bytes = new Uint8Array(BLOCK_PART_SIZE * (parts - 1) + 64)
  bytes.set(Buffer.from(`block ${name}`))
  const partSet = PartSet.fromBytes(cheapCrypto, bytes)
  const hash = cheapCrypto.sha256(Buffer.from(`header ${name}`))
  return { blockId: { hash, partSetHeader: partSet.header }, partSet }
}

/** What a vote is about. */
export interface VotePlace {
  readonly type: VoteType
  readonly height: bigint
  readonly round: number
}

/** The vote of the validator at `index`, signed. */
export function signVote(
  validatorSet: ValidatorSet,
  index: number,
  place: VotePlace,
  blockId: BlockId = NIL_BLOCK_ID,
): Vote {
  const validator = validatorSet.get(index)
  if (validator === null) throw new Error(`no validator ${index}`)
  const unsigned: Vote = {
    ...place,
    blockId,
    timestamp: 1_700_000_000_000_000_000n + BigInt(index),
    validatorAddress: validator.address,
    validatorIndex: index,
    signature: new Uint8Array(0),
    extension: new Uint8Array(0),
    extensionSignature: new Uint8Array(0),
  }
  const message = voteSignBytes(CHAIN_ID, unsigned)
  return { ...unsigned, signature: signWith(validator.pubKey.bytes, message) }
}

/** What a proposal says. */
export interface ProposalContent {
  readonly height: bigint
  readonly round: number
  readonly polRound: number
  readonly blockId: BlockId
}

/** The proposal of whoever may propose in `content.round`, signed. */
export function signProposal(validatorSet: ValidatorSet, content: ProposalContent): Proposal {
  const { proposer } = validatorSet.withPriorityIncremented(content.round)
  const unsigned: Proposal = {
    type: SignedMsgType.proposal,
    ...content,
    timestamp: 1_700_000_000_000_000_000n,
    signature: new Uint8Array(0),
  }
  const message = proposalSignBytes(CHAIN_ID, unsigned)
  return { ...unsigned, signature: signWith(proposer.pubKey.bytes, message) }
}
