// Sign bytes, addresses and signatures of votes, extensions and proposals are CometBFT's.

import { expect } from 'vitest'
import { EMPTY_BYTES, toHex } from '../bytes/index.ts'
import { addressOf, nobleCrypto } from '../crypto/index.ts'
import { hex, testVectors } from '../crypto/vectors.fixture.ts'
import {
  proposalSignBytes,
  verifyProposal,
  verifyVote,
  verifyVoteExtension,
  voteExtensionSignBytes,
  voteSignBytes,
} from './index.ts'
import type { Proposal, Vote } from './index.ts'
import { blockIdOf, timeOf } from './vectors.fixture.ts'
import type { BlockIdVector, TimeVector } from './vectors.fixture.ts'

interface Common {
  readonly chain_id: string
  readonly height: string
  readonly round: number
  readonly block_id: BlockIdVector
  readonly timestamp: TimeVector
  readonly seed: string
  readonly sign_bytes: string
  readonly signature: string
}

interface VoteCase extends Common {
  readonly kind: 'vote'
  readonly type: number
  readonly address: string
  readonly validator_index: number
  readonly pubkey: string
  readonly extension: string
  readonly ext_sign_bytes: string
  readonly ext_signature: string
}

interface ProposalCase extends Common {
  readonly kind: 'proposal'
  readonly pol_round: number
}

const commonOf = (one: Common) => ({
  height: BigInt(one.height),
  round: one.round,
  blockId: blockIdOf(one.block_id),
  timestamp: timeOf(one.timestamp),
  signature: hex(one.signature),
})

const checkVote = (one: VoteCase): void => {
  const pubKey = { type: 'ed25519', bytes: hex(one.pubkey) } as const
  const vote: Vote = {
    ...commonOf(one),
    type: one.type,
    validatorAddress: hex(one.address),
    validatorIndex: one.validator_index,
    extension: hex(one.extension),
    extensionSignature: hex(one.ext_signature),
  }
  expect(toHex(voteSignBytes(one.chain_id, vote))).toBe(one.sign_bytes)
  expect(toHex(voteExtensionSignBytes(one.chain_id, vote))).toBe(one.ext_sign_bytes)
  expect(toHex(addressOf(nobleCrypto, pubKey))).toBe(one.address)
  expect(toHex(nobleCrypto.signEd25519(hex(one.seed), hex(one.sign_bytes)))).toBe(one.signature)
  expect(verifyVote(nobleCrypto, one.chain_id, vote, pubKey)).toBe(true)
  const ofOtherType = { ...vote, type: 3 - vote.type }
  expect(verifyVote(nobleCrypto, one.chain_id, ofOtherType, pubKey)).toBe(false)
  const precommit = { ...vote, type: 2, blockId: { ...vote.blockId, hash: hex('11'.repeat(32)) } }
  expect(verifyVoteExtension(nobleCrypto, one.chain_id, precommit, pubKey)).toBe(true)
}

const checkProposal = (one: ProposalCase): void => {
  const proposal: Proposal = { ...commonOf(one), type: 32, polRound: one.pol_round }
  expect(toHex(proposalSignBytes(one.chain_id, proposal))).toBe(one.sign_bytes)
  const seed = hex(one.seed)
  expect(toHex(nobleCrypto.signEd25519(seed, hex(one.sign_bytes)))).toBe(one.signature)
  const pubKey = { type: 'ed25519', bytes: nobleCrypto.publicKeyEd25519(seed) } as const
  expect(verifyProposal(nobleCrypto, one.chain_id, proposal, pubKey)).toBe(true)
  const unsigned = { ...proposal, signature: EMPTY_BYTES }
  expect(verifyProposal(nobleCrypto, one.chain_id, unsigned, pubKey)).toBe(false)
}

const checkSignBytes = (one: VoteCase | ProposalCase): void =>
  one.kind === 'vote' ? checkVote(one) : checkProposal(one)

testVectors('signbytes.json', 'sign bytes and signatures are equal', checkSignBytes)
