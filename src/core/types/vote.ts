// Votes and proposals: what they must look like, the bytes that are signed, and verification.

import { equalBytes } from '../bytes/index.ts'
import { ADDRESS_SIZE, addressOf, verifySignature } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { SignedMsgType } from '../proto/index.ts'
import type { Proposal, PublicKey, Vote } from '../proto/index.ts'
import { isCompleteBlockId, isNilBlockId, validateBlockId } from './block-id.ts'
import { MAX_BLOCK_PARTS, MAX_SIGNATURE_SIZE } from './limits.ts'
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from './sign-bytes.ts'

/** True for a precommit that names a block: the only vote that may carry an extension. */
export const mayHaveExtension = (vote: Vote): boolean =>
  vote.type === SignedMsgType.precommit && !isNilBlockId(vote.blockId)

const validateSignature = (signature: Uint8Array): string | null => {
  if (signature.length === 0) return 'signature is missing'
  return signature.length > MAX_SIGNATURE_SIZE ? `signature of ${signature.length} bytes` : null
}

const validateExtension = (vote: Vote): string | null => {
  const { extension, extensionSignature } = vote
  if (mayHaveExtension(vote)) {
    if (extensionSignature.length > MAX_SIGNATURE_SIZE) {
      return `extension signature of ${extensionSignature.length} bytes`
    }
    // Whether extensions are enabled is not known here: a lone extension is wrong either way.
    const lone = extension.length > 0 && extensionSignature.length === 0
    return lone ? 'extension without a signature' : null
  }
  return extension.length > 0 || extensionSignature.length > 0 ? 'unexpected extension' : null
}

/** Structure of a vote, signature not verified. Null when it is well formed. */
export const validateVote = (vote: Vote): string | null => {
  if (vote.type !== SignedMsgType.prevote && vote.type !== SignedMsgType.precommit) {
    return `vote type ${vote.type}`
  }
  if (vote.height <= 0n) return `height ${vote.height}`
  if (vote.round < 0) return `round ${vote.round}`
  const blockId = validateBlockId(vote.blockId)
  if (blockId !== null) return blockId
  if (!isNilBlockId(vote.blockId) && !isCompleteBlockId(vote.blockId)) return 'incomplete block id'
  if (vote.validatorAddress.length !== ADDRESS_SIZE) {
    return `address of ${vote.validatorAddress.length} bytes`
  }
  if (vote.validatorIndex < 0) return `validator index ${vote.validatorIndex}`
  return validateSignature(vote.signature) ?? validateExtension(vote)
}

/** Structure of a proposal, signature not verified. Null when it is well formed. */
export const validateProposal = (proposal: Proposal): string | null => {
  if (proposal.type !== SignedMsgType.proposal) return `proposal type ${proposal.type}`
  if (proposal.height < 0n) return `height ${proposal.height}`
  if (proposal.round < 0) return `round ${proposal.round}`
  if (proposal.polRound < -1) return `proof-of-lock round ${proposal.polRound}`
  const blockId = validateBlockId(proposal.blockId)
  if (blockId !== null) return blockId
  if (!isCompleteBlockId(proposal.blockId)) return 'incomplete block id'
  const { total } = proposal.blockId.partSetHeader
  if (total > MAX_BLOCK_PARTS) return `${total} parts`
  return validateSignature(proposal.signature)
}

/**
 * True when the vote is signed by the key and names the key's address. Extensions are verified
 * apart.
 */
export const verifyVote = (
  crypto: Crypto,
  chainId: string,
  vote: Vote,
  pubKey: PublicKey,
): boolean =>
  equalBytes(addressOf(crypto, pubKey), vote.validatorAddress) &&
  verifySignature(crypto, pubKey, voteSignBytes(chainId, vote), vote.signature)

/**
 * True when the extension of a precommit for a block is signed by the key (an empty extension too).
 */
export const verifyVoteExtension = (
  crypto: Crypto,
  chainId: string,
  vote: Vote,
  pubKey: PublicKey,
): boolean =>
  mayHaveExtension(vote) &&
  verifySignature(crypto, pubKey, voteExtensionSignBytes(chainId, vote), vote.extensionSignature)

/** True when the proposal is signed by the key. */
export const verifyProposal = (
  crypto: Crypto,
  chainId: string,
  proposal: Proposal,
  pubKey: PublicKey,
): boolean =>
  verifySignature(crypto, pubKey, proposalSignBytes(chainId, proposal), proposal.signature)
