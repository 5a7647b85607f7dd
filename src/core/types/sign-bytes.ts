// The bytes a validator signs: length-prefixed canonical messages (wire.md 2.5).

import {
  encodeCanonicalProposal,
  encodeCanonicalVote,
  encodeCanonicalVoteExtension,
} from '../proto/index.ts'
import type { Proposal, Vote } from '../proto/index.ts'

/** What the signature of a vote covers. The validator's index and address are not in it. */
export const voteSignBytes = (chainId: string, vote: Vote): Uint8Array =>
  encodeCanonicalVote(chainId, vote)

/** What the extension signature of a precommit covers. The block id is not in it. */
export const voteExtensionSignBytes = (chainId: string, vote: Vote): Uint8Array =>
  encodeCanonicalVoteExtension(chainId, vote)

/** What the signature of a proposal covers. */
export const proposalSignBytes = (chainId: string, proposal: Proposal): Uint8Array =>
  encodeCanonicalProposal(chainId, proposal)
