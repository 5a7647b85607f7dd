// Evidence from a home: from its store while the node stands still, else from its RPC.

import type { ValidatorSet } from '../../core/types/index.ts'
import { loadPendingEvidence } from '../../host/evidence/index.ts'
import type { BlockStore, StateStore } from '../../host/store/index.ts'
import type { Config } from '../assembly/index.ts'
import { FinalitySourceError, openUnlessRunning, rpcUrlOf } from '../finality-source/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { carriesEvidence } from './evidence-in-blocks.ts'
import type { CommittedHeader, EvidenceInBlocks, HeightRange } from './evidence-in-blocks.ts'
import { evidenceOfNode } from './node-evidence.ts'

/** Reads the blocks of a home, or asks the node that runs in it. */
export async function evidenceOfHome(home: string, config: Config): Promise<EvidenceInBlocks> {
  const chain = await openUnlessRunning(home, config)
  if (chain === null) return evidenceOfNode(rpcUrlOf(home, config))
  const { blocks, states, store } = chain
  try {
    const meta = await blocks.loadBlockMeta(blocks.base)
    return {
      chainId: meta?.header.chainId ?? '',
      heights: { from: blocks.base, to: blocks.height },
      heightsWithEvidence: (range) => heightsOf(blocks, range),
      evidenceAt: async (height) => (await blocks.loadBlock(height))?.evidence ?? [],
      pending: () => loadPendingEvidence(nativeCrypto, store),
      headerAt: (height) => headerAt(blocks, height),
      validatorsAt: (height) => validatorsAt(states, height),
      close: () => chain.close(),
    }
  } catch (error) {
    await chain.close()
    throw error
  }
}

async function* heightsOf(blocks: BlockStore, { from, to }: HeightRange): AsyncGenerator<bigint> {
  for (let height = from; height <= to; height++) {
    const meta = await blocks.loadBlockMeta(height)
    if (meta !== null && carriesEvidence(meta.header)) yield height
  }
}

async function headerAt(blocks: BlockStore, height: bigint): Promise<CommittedHeader> {
  const meta = await blocks.loadBlockMeta(height)
  const commit = (await blocks.loadCommit(height)) ?? (await blocks.loadSeenCommit(height))
  if (meta !== null && commit !== null) return { header: meta.header, commit }
  throw notKnown(`block ${height} is not kept here`)
}

async function validatorsAt(states: StateStore, height: bigint): Promise<ValidatorSet> {
  const validatorSet = await states.loadValidators(height)
  if (validatorSet !== null) return validatorSet
  throw notKnown(`the validators of height ${height} are not known here`)
}

function notKnown(reason: string): FinalitySourceError {
  return new FinalitySourceError('FINALITY_NO_HEIGHT', reason)
}
