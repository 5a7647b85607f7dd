// Who stays when nobody would be left: a chain without validators never makes a block again.

import type { ValidatorRecord } from './state.ts'

/** Positive when the first is the better choice. */
const compare = (a: ValidatorRecord, b: ValidatorRecord): number => {
  const isPresent = Number(a.presentPower > 0n) - Number(b.presentPower > 0n)
  if (isPresent !== 0) return isPresent
  if (a.tombstoned !== b.tombstoned) return a.tombstoned ? -1 : 1
  if (a.power !== b.power) return a.power > b.power ? 1 : -1
  return a.address < b.address ? 1 : -1
}

/**
 * The validator that is kept in a set that would be empty: one that is in it now, because it
 * answers; rather one that is not tombstoned; then the most powerful, then the first address. Null
 * when no key is known.
 */
export const lastValidator = (records: Iterable<ValidatorRecord>): string | null => {
  let best: ValidatorRecord | null = null
  for (const record of records) {
    if (record.pubKey === null) continue
    if (best === null || compare(record, best) > 0) best = record
  }
  return best?.address ?? null
}
