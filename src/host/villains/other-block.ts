// Another valid block in place of one, for the same height and round.

import { equalBytes } from '../../core/bytes/index.ts'
import { makeBlockId } from '../../core/types/index.ts'
import type { Block, PartSet, Proposal } from '../../core/types/index.ts'
import type { Stage } from './stage.ts'

/** A proposal with all the parts of its block. */
export interface WholeProposal {
  readonly proposal: Proposal
  readonly partSet: PartSet
}

/** A fresh proposal of another block than `own`, signed and noted. The same one whenever asked. */
export function otherProposal(stage: Stage, own: Proposal, block: Block): WholeProposal {
  const { blockId, partSet } = makeBlockId(stage.crypto, otherBlock(stage, block))
  const proposal = stage.signProposal({ ...own, blockId, polRound: -1 })
  stage.notes.addProposal(proposal, partSet)
  return { proposal, partSet }
}

// Which validator a block names as its proposer is the one thing that the chain leaves open.
function otherBlock({ genesis }: Stage, block: Block): Block {
  const signers = (block.lastCommit?.signatures ?? []).map((each) => each.validatorAddress)
  const known = [...signers, ...genesis.validators.map(({ address }) => address)]
  const { proposerAddress } = block.header
  const other = known.find((each) => each.length > 0 && !equalBytes(each, proposerAddress))
  return { ...block, header: { ...block.header, proposerAddress: other ?? proposerAddress } }
}
