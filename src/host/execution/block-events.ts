// Publishes a committed block: the block, its header, its events, its transactions and its
// validator updates.

import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import type { Block, BlockId } from '../../core/types/index.ts'
import type { EventBus } from '../events/index.ts'

/** A block with everything that is told about it. `hashes` are those of its transactions. */
export interface CommittedBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly round: number
  readonly hashes: readonly Uint8Array[]
  readonly response: FinalizeBlockResponse
}

/** Publishes in CometBFT's order. */
export function publishBlock(eventBus: EventBus, committed: CommittedBlock): void {
  const { block, blockId, round, response } = committed
  const { header, txs, evidence } = block
  const { height } = header
  eventBus.publish({ kind: 'NewBlock', block, blockId, round, response })
  eventBus.publish({ kind: 'NewBlockHeader', header })
  eventBus.publish({
    kind: 'NewBlockEvents',
    height,
    events: response.events,
    numTxs: BigInt(txs.length),
  })
  for (const piece of evidence) eventBus.publish({ kind: 'NewEvidence', height, evidence: piece })
  publishTxs(eventBus, committed)
  const { validatorUpdates } = response
  if (validatorUpdates.length > 0) {
    eventBus.publish({ kind: 'ValidatorSetUpdates', height, validatorUpdates })
  }
}

function publishTxs(eventBus: EventBus, committed: CommittedBlock): void {
  if (!eventBus.wants('Tx')) return
  const { block, hashes, response } = committed
  const { height } = block.header
  for (const [index, tx] of block.txs.entries()) {
    const hash = hashes[index]
    const result = response.txResults[index]
    if (hash === undefined || result === undefined) continue
    eventBus.publish({ kind: 'Tx', height, index, tx, hash, result })
  }
}
