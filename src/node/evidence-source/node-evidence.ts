// Evidence from a running node, of this software or CometBFT, over its RPC.

import { ValidatorSet } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { parseEvidence } from '../../host/rpc/index.ts'
import {
  FinalitySourceError,
  askNode,
  askSignedHeader,
  askValidators,
} from '../finality-source/index.ts'
import { carriesEvidence } from './evidence-in-blocks.ts'
import type { EvidenceInBlocks, HeightRange } from './evidence-in-blocks.ts'

/** Headers that the route `blockchain` answers at once. */
const HEADERS = 20n

/** Asks a node; headers say which blocks carry evidence, so that no other block is asked for. */
export async function evidenceOfNode(url: string): Promise<EvidenceInBlocks> {
  const status = await askNode(url, 'status')
  const sync = status.object('sync_info')
  const from = sync.int64('earliest_block_height')
  return {
    chainId: status.object('node_info').string('network'),
    heights: { from: from === 0n ? 1n : from, to: sync.int64('latest_block_height') },
    heightsWithEvidence: (range) => heightsOf(url, range),
    evidenceAt: (height) => evidenceAt(url, height),
    // No route of CometBFT tells it.
    pending: () => Promise.resolve(null),
    headerAt: (height) => askSignedHeader(url, height),
    validatorsAt: (height) => validatorsAt(url, height),
    close: () => Promise.resolve(),
  }
}

async function* heightsOf(url: string, { from, to }: HeightRange): AsyncGenerator<bigint> {
  for (let low = from; low <= to; low += HEADERS) {
    const high = low + HEADERS - 1n < to ? low + HEADERS - 1n : to
    const answer = await askNode(url, `blockchain?minHeight=${low}&maxHeight=${high}`)
    const headers = answer.objects('block_metas').map((meta) => meta.object('header'))
    const heights = headers
      .filter((header) => carriesEvidence({ evidenceHash: header.hex('evidence_hash') }))
      .map((header) => header.int64('height'))
      .filter((height) => height >= low && height <= high)
    yield* heights.toSorted((a, b) => Number(a - b))
  }
}

async function evidenceAt(url: string, height: bigint): Promise<readonly Evidence[]> {
  const answer = await askNode(url, `block?height=${height}`)
  const list = JSON.parse(answer.object('block').object('evidence').json('evidence')) as unknown
  return (Array.isArray(list) ? list : []).map((piece) => {
    const evidence = parseEvidence(JSON.stringify(piece))
    if (evidence.ok) return evidence.value
    throw bad(`the node's block ${height}: ${evidence.error}`)
  })
}

async function validatorsAt(url: string, height: bigint): Promise<ValidatorSet> {
  const set = ValidatorSet.tryRestore(await askValidators(url, height), null)
  if (set.ok) return set.value
  throw bad(`the node's validators of height ${height}: ${set.error}`)
}

function bad(reason: string): FinalitySourceError {
  return new FinalitySourceError('FINALITY_BAD_ANSWER', reason)
}
