// What our own chain has where a header contradicts it.

import type { ChainState } from '../../core/chain/index.ts'
import type { OwnHeaders } from '../../core/faults/index.ts'
import type { LightBlock } from '../../core/types/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'

/** Where the past is read. */
export interface OwnChain {
  readonly store: { readonly chainState: ChainState | null }
  readonly blockStore: Pick<BlockStore, 'loadBlockMeta' | 'loadCommit'>
  readonly stateStore: Pick<StateStore, 'loadValidators'>
}

/**
 * Our header of the height of the conflicting block, or the last one that has a commit in a block;
 * null when it is not kept. `commonHeight` is where the two chains still had the same header; a
 * height that cannot be is taken for the one below the conflict.
 */
export async function loadOwnHeaders(
  { store, blockStore, stateStore }: OwnChain,
  { signedHeader }: LightBlock,
  commonHeight: bigint,
): Promise<OwnHeaders | null> {
  const header = signedHeader?.header ?? null
  if (store.chainState === null || header === null) return null
  const { chainId, initialHeight, lastBlockHeight } = store.chainState
  const newest = lastBlockHeight - 1n
  const height = header.height < newest ? header.height : newest
  const below = height > initialHeight ? height - 1n : height
  const base = commonHeight >= initialHeight && commonHeight < below ? commonHeight : below
  const meta = await blockStore.loadBlockMeta(height)
  const commit = await blockStore.loadCommit(height)
  const trustedValidators = await stateStore.loadValidators(height)
  const baseMeta = await blockStore.loadBlockMeta(base)
  const validators = await stateStore.loadValidators(base)
  if (meta === null || commit === null || trustedValidators === null) return null
  if (baseMeta === null || validators === null) return null
  return {
    chainId,
    trusted: { header: meta.header, commit },
    trustedValidators,
    common: { height: base, time: baseMeta.header.time, validators },
  }
}
