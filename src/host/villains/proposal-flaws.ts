// Proposals that do not fit their block, their round or the bounds of the protocol.

import { MAX_BLOCK_PARTS, PartSet, makeBlockId } from '../../core/types/index.ts'
import { allParts } from './recast.ts'
import type { Offer, OwnProposal } from './recast.ts'
import type { Stage } from './stage.ts'

/** One way to break a proposal whose block is valid. */
export interface ProposalFlaw {
  readonly name: string
  readonly spoil: (own: OwnProposal, stage: Stage) => Offer
}

const partSetFlaw = (name: string, total: number): ProposalFlaw => ({
  name,
  spoil: ({ proposal, partSet }, stage) => {
    const { blockId } = proposal
    const partSetHeader = { ...blockId.partSetHeader, total }
    const signed = stage.signProposal({ ...proposal, blockId: { ...blockId, partSetHeader } })
    return { proposal: signed, parts: allParts(partSet) }
  },
})

/** The last three break rules for which a peer is sent away. */
export const PROPOSAL_FLAWS: readonly ProposalFlaw[] = [
  {
    // The parts are those of a block with another hash.
    name: 'other-part-set',
    spoil: ({ proposal, block }, stage) => {
      const other = { ...block, header: { ...block.header, time: block.header.time + 1n } }
      const { blockId, partSet } = makeBlockId(stage.crypto, other)
      const { partSetHeader } = blockId
      const mixed = { hash: proposal.blockId.hash, partSetHeader }
      return {
        proposal: stage.signProposal({ ...proposal, blockId: mixed }),
        parts: allParts(partSet),
      }
    },
  },
  {
    // The parts are no block at all.
    name: 'parts-of-nothing',
    spoil: ({ proposal }, stage) => {
      const partSet = PartSet.fromBytes(stage.crypto, stage.noise(1024))
      const blockId = { ...proposal.blockId, partSetHeader: partSet.header }
      return { proposal: stage.signProposal({ ...proposal, blockId }), parts: allParts(partSet) }
    },
  },
  partSetFlaw('part-too-many', 2),
  partSetFlaw('huge', MAX_BLOCK_PARTS),
  {
    // In round 0 this is the round itself.
    name: 'pol-without-polka',
    spoil: ({ proposal, partSet }, stage) => {
      const polRound = Math.max(0, proposal.round - 1)
      return { proposal: stage.signProposal({ ...proposal, polRound }), parts: allParts(partSet) }
    },
  },
  {
    name: 'pol-of-the-future',
    spoil: ({ proposal, partSet }, stage) => {
      const polRound = proposal.round + 1
      return { proposal: stage.signProposal({ ...proposal, polRound }), parts: allParts(partSet) }
    },
  },
  partSetFlaw('beyond-the-largest', MAX_BLOCK_PARTS + 1),
]
