// Folds the validator changes of one block: consensus takes one change per key.

import { bytesKey } from '../../core/bytes/index.ts'
import type { ValidatorUpdate } from '../../core/proto/index.ts'

/** The last change of each key, in the order in which the keys were first named. */
export function latestUpdates(updates: readonly ValidatorUpdate[]): ValidatorUpdate[] {
  const byKey = new Map<string, ValidatorUpdate>()
  for (const update of updates) byKey.set(bytesKey(update.pubKey.bytes), update)
  return [...byKey.values()]
}
