// What of the past of a chain a proof needs, loaded beforehand.

import { bytesKey } from '../../core/bytes/index.ts'
import type { ChainHistory, HistoryNeeds } from '../../core/faults/index.ts'
import type { Header, ValidatorSet } from '../../core/types/index.ts'
import type { CommittedHeader, EvidenceInBlocks } from './evidence-in-blocks.ts'

/**
 * Loads the heights that are needed, one after the other. Validators that a header names by the
 * same hash as another are not asked for again, so that a window of a steady chain costs one call a
 * height.
 */
export async function loadHistory(
  source: EvidenceInBlocks,
  needs: HistoryNeeds,
): Promise<ChainHistory> {
  const heights = new Set([...needs.headers, ...needs.commits, ...needs.validators])
  const headers = new Map<bigint, CommittedHeader>()
  const sets = new Map<string, ValidatorSet>()
  for (const height of heights) {
    const known = await source.headerAt(height)
    headers.set(height, known)
    const hash = hashOf(known.header)
    if (!sets.has(hash)) sets.set(hash, await source.validatorsAt(height))
  }
  return {
    headerAt: (height) => headers.get(height)?.header ?? null,
    commitAt: (height) => headers.get(height)?.commit ?? null,
    validatorsAt(height) {
      const known = headers.get(height)
      return known === undefined ? null : (sets.get(hashOf(known.header)) ?? null)
    },
  }
}

function hashOf({ validatorsHash }: Header): string {
  return bytesKey(validatorsHash)
}
