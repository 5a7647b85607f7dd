// Values and powers compared field by field and number by number.

import { equalBytes } from '../../core/bytes/index.ts'
import type { BlockId } from '../../core/types/index.ts'

/** No bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0)
/** The value of a vote for nothing. */
export const NIL: BlockId = { hash: NOTHING, partSetHeader: { total: 0, hash: NOTHING } }

/** True when both ids are the same in every field. */
export function isSameId(a: BlockId, b: BlockId): boolean {
  return (
    equalBytes(a.hash, b.hash) &&
    a.partSetHeader.total === b.partSetHeader.total &&
    equalBytes(a.partSetHeader.hash, b.partSetHeader.hash)
  )
}

/** True for the value of a vote for nothing. */
export function isNil(blockId: BlockId): boolean {
  return isSameId(blockId, NIL)
}

/** True when `power` is more than two thirds of `total`. */
export function isMoreThanTwoThirds(power: bigint, total: bigint): boolean {
  return power * 3n > total * 2n
}

/** True when `power` is more than a third of `total`: too much to be all faulty. */
export function isMoreThanOneThird(power: bigint, total: bigint): boolean {
  return power * 3n > total
}
