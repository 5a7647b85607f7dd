// What a devnet tells about each block, and the transactions it sends so that blocks are not empty.

import { assert, bytesKey, toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { Query } from '../../host/events/index.ts'
import type { Subscription } from '../../host/events/index.ts'
import type { Replica } from '../../host/replica/index.ts'
import { systemClock } from '../platform/index.ts'

/** One line's worth of a block. */
export interface DevBlock {
  readonly height: bigint
  readonly round: number
  readonly txs: number
  /** Upper-case hex. */
  readonly hash: string
  readonly evidence: readonly Evidence[]
  /** The proposer's home, such as `node2`. */
  readonly proposer: string
  /** Since the block before, for the first one since the start. */
  readonly seconds: number
}

/** Blocks of a replica from now on, kept until they are read. */
export function subscribeToBlocks({ eventBus }: Replica): Subscription {
  const query = Query.parse("tm.event='NewBlock'")
  assert(query.ok, 'the query for blocks is a query')
  return eventBus.subscribe({ query: query.value, overflow: 'drop-oldest' })
}

/** Calls `onBlock` with every block of the subscription, until that is cancelled. */
export async function readBlocks(
  subscription: Subscription,
  replicas: readonly Replica[],
  onBlock: (block: DevBlock) => void,
): Promise<void> {
  const nameOf = proposerNames(replicas)
  let before = systemClock.monotonicMs()
  for await (const { event } of subscription) {
    if (event.kind !== 'NewBlock') continue
    const { header, txs, evidence } = event.block
    const now = systemClock.monotonicMs()
    onBlock({
      height: header.height,
      round: event.round,
      txs: txs.length,
      evidence,
      hash: toHexUpper(event.blockId.hash),
      proposer: nameOf(header.proposerAddress),
      seconds: (now - before) / 1000,
    })
    before = now
  }
}

/**
 * Gives a node a transaction of its own for the block after the last one. A node that is full goes
 * without.
 */
export function submitDevTx({ mempool, blockStore }: Replica, name: string): void {
  const next = blockStore.height + 1n
  const checked = mempool.checkTx(toUtf8(`${name}-${next}=${systemClock.now()}`))
  // What the application does not take is no loss: the next block brings new ones.
  if (checked instanceof Promise) checked.catch(() => undefined)
}

function proposerNames(replicas: readonly Replica[]): (address: Uint8Array) => string {
  const names = new Map<string, string>()
  for (const [index, { options }] of replicas.entries()) {
    if (options.signer !== null) names.set(bytesKey(options.signer.address), `node${index}`)
  }
  return (address) => names.get(bytesKey(address)) ?? toHexUpper(address).slice(0, 12)
}
