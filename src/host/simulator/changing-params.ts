// Consensus parameters that change while a chain runs: clients ask, and the application grants it.

import { fromUtf8 } from '../../core/bytes/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import type { ConsensusParams } from '../../core/types/index.ts'
import type { Application, FinalizeBlockRequest } from '../abci/index.ts'
import type { ParamsPlan } from './plan.ts'

const REQUEST = /^params=(\d+)\/(\d+)\/(\d+)\/\d+$/
const MAX_REQUEST_BYTES = 100

/** The part of the parameters that a plan has a say in. */
export type PlannedParams = Pick<ConsensusParams, 'block' | 'evidence'>

/** The parameters that a plan means. */
export function paramsOf({ blockBytes, evidenceAge }: ParamsPlan): PlannedParams {
  const { block, evidence } = defaultConsensusParams
  const maxBytes = BigInt(blockBytes)
  return {
    block: { ...block, maxBytes },
    evidence: {
      maxAgeNumBlocks: BigInt(evidenceAge.blocks),
      maxAgeDuration: BigInt(evidenceAge.ms) * 1_000_000n,
      maxBytes: evidence.maxBytes < maxBytes ? evidence.maxBytes : maxBytes,
    },
  }
}

/** The transaction that asks for parameters; with another `count` it is another one. */
export function paramsRequest({ blockBytes, evidenceAge }: ParamsPlan, count: number): string {
  return `params=${blockBytes}/${evidenceAge.blocks}/${evidenceAge.ms}/${count}`
}

/** Makes an application grant what the last request in a block asks for. */
export function grantParams<A extends Application>(application: A): A {
  const finalizeBlock = application.finalizeBlock.bind(application)
  return Object.assign(application, {
    finalizeBlock: async (request: FinalizeBlockRequest) => {
      const response = await finalizeBlock(request)
      const wanted = request.txs.map(wantedBy).findLast((params) => params !== null)
      return wanted === undefined ? response : { ...response, consensusParamUpdates: wanted }
    },
  })
}

function wantedBy(tx: Uint8Array): PlannedParams | null {
  if (tx.length > MAX_REQUEST_BYTES) return null
  const [, blockBytes, blocks, ms] = (REQUEST.exec(fromUtf8(tx)) ?? []).map(Number)
  if (blockBytes === undefined || blocks === undefined || ms === undefined) return null
  return paramsOf({ blockBytes, evidenceAge: { blocks, ms } })
}
