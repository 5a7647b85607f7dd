// The name of a signed message.

import { concatBytes, toHex } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { SignedMsgType, proposalSignBytes, voteSignBytes } from '../types/index.ts'
import type { Proposal, PublicKey, Vote } from '../types/index.ts'

/** 64 lower hex digits. */
export type MessageId = string

/**
 * The id of a vote or proposal: SHA-256 of its sign bytes, the signer's key and the signature. The
 * sign bytes hold chain, type, height, round, value, proof-of-lock round and time; so two messages
 * have one id exactly when one key signed the same with the same signature. Not part of it: which
 * peer brought it and when; the validator's index, which follows from the key; and a vote's
 * extension, which is signed apart.
 *
 * The pool tells duplicates by the same fields without hashing them; the id is for people and for
 * books outside.
 */
export function messageId(
  crypto: Crypto,
  chainId: string,
  message: Vote | Proposal,
  pubKey: PublicKey,
): MessageId {
  const signBytes = isProposal(message)
    ? proposalSignBytes(chainId, message)
    : voteSignBytes(chainId, message)
  // Sign bytes begin with their length; a key has its length before it, the signature is the rest.
  const keyLength = Uint8Array.of(pubKey.bytes.length)
  return toHex(crypto.sha256(concatBytes(signBytes, keyLength, pubKey.bytes, message.signature)))
}

/** Which of the two signed messages it is. */
export function isProposal(message: Vote | Proposal): message is Proposal {
  return message.type === SignedMsgType.proposal
}
