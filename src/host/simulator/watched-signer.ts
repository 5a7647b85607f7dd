// The signer of an honest node, with somebody looking over its shoulder.

import type { Proposal, Vote } from '../../core/types/index.ts'
import type { Signer } from '../privval/index.ts'

/** What is seen; called when the signature is asked for, and when it is given out. */
export interface SignerWatch {
  onAsked(): void
  onVote(vote: Vote): void
  onProposal(proposal: Proposal): void
}

/** Passes everything on unchanged. `watchOf` is asked once a request, for what is known then. */
export function watchSigner(signer: Signer, watchOf: () => SignerWatch): Signer {
  return {
    pubKey: signer.pubKey,
    address: signer.address,
    signVote: async (chainId, vote, options) => {
      const watch = watchOf()
      watch.onAsked()
      const signed = await signer.signVote(chainId, vote, options)
      if (signed.ok) watch.onVote(signed.value)
      return signed
    },
    signProposal: async (chainId, proposal, options) => {
      const watch = watchOf()
      watch.onAsked()
      const signed = await signer.signProposal(chainId, proposal, options)
      if (signed.ok) watch.onProposal(signed.value)
      return signed
    },
  }
}
