// The evidence that a node left behind, for those who only look.

import type { Crypto } from '../../core/crypto/index.ts'
import { evidenceHeight, offenceKey } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
import { openPending, pendingRange } from './marks.ts'

/** Pieces that are looked at; no node leaves more. */
const MAX_READ = 65_536

/**
 * What waited for a block when the node stopped, the oldest offence first. What is damaged is left
 * out, as the node will leave it out. Nothing is written.
 */
export async function loadPendingEvidence(
  crypto: Crypto,
  store: KeyValueStore,
): Promise<readonly Evidence[]> {
  const pieces: Evidence[] = []
  for await (const [, value] of store.iterate(pendingRange(MAX_READ))) {
    const evidence = openPending(crypto, value)
    if (evidence !== null) pieces.push(evidence)
  }
  return pieces.toSorted((a, b) => {
    const [one, other] = [evidenceHeight(a), evidenceHeight(b)]
    if (one !== other) return one < other ? -1 : 1
    return offenceKey(a) < offenceKey(b) ? -1 : 1
  })
}
