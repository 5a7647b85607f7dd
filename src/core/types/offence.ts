// What makes two pieces of evidence tell of one and the same offence.

import { toHexUpper } from '../bytes/index.ts'
import type { Evidence, LightBlock } from '../proto/index.ts'

/**
 * The name of an offence: what was signed where and by whom, and nothing of the evidence that its
 * bearer could change. Of a downtime it is the window; of a light client attack the made-up header,
 * whoever of its signers the evidence names.
 */
export const offenceKey = (evidence: Evidence): string => {
  switch (evidence.kind) {
    case 'duplicate-vote': {
      const { validatorAddress, height, round, type } = evidence.voteA
      return `${evidence.kind}/${toHexUpper(validatorAddress)}/${height}/${round}/${type}`
    }
    case 'double-proposal': {
      const { height, round } = evidence.proposalA
      return `${evidence.kind}/${toHexUpper(evidence.validatorAddress)}/${height}/${round}`
    }
    case 'downtime':
      return `${evidence.kind}/${toHexUpper(evidence.validatorAddress)}/${evidence.windowEnd}`
    case 'light-client-attack':
      return attackKey(evidence.conflictingBlock)
  }
}

/** Names the offence of signing a conflicting block. */
export const attackKey = ({ signedHeader }: LightBlock): string => {
  const commit = signedHeader?.commit ?? null
  if (commit === null) return 'light-client-attack/'
  return `light-client-attack/${commit.height}/${toHexUpper(commit.blockId.hash)}`
}
