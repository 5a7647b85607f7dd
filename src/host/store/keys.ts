// The keys of both stores: two letters for the kind, then heights in byte order.
//
// Other rooms share the database; the letters B. and S. are this room's.

import { toUtf8 } from '../../core/bytes/index.ts'

type KindName =
  | 'blockHead'
  | 'blockMeta'
  | 'blockPart'
  | 'blockHash'
  | 'commit'
  | 'seenCommit'
  | 'stateHead'
  | 'chainState'
  | 'validators'
  | 'params'
  | 'results'

/**
 * Kinds of keys. Heads hold the bounds of a store; they and the chain state stand alone, without a
 * height.
 */
export const Kind: Readonly<Record<KindName, Uint8Array>> = {
  blockHead: toUtf8('Bh'),
  blockMeta: toUtf8('Bm'),
  blockPart: toUtf8('Bp'),
  blockHash: toUtf8('Bi'),
  commit: toUtf8('Bc'),
  seenCommit: toUtf8('Bs'),
  stateHead: toUtf8('Sh'),
  chainState: toUtf8('Ss'),
  validators: toUtf8('Sv'),
  params: toUtf8('Sp'),
  results: toUtf8('Sr'),
}

const KIND_BYTES = 2
const HEIGHT_BYTES = 8
/** The key that is being made: a view of each new one would cost more than the key. */
const scratch = new Uint8Array(KIND_BYTES + HEIGHT_BYTES)
const scratchView = new DataView(scratch.buffer)

/** Kind and height. */
export function heightKey(kind: Uint8Array, height: bigint): Uint8Array {
  scratch.set(kind)
  scratchView.setBigUint64(KIND_BYTES, height)
  return scratch.slice()
}

/** Bytes of a key made by `heightKey`, which is also the value of a block hash. */
export const HEIGHT_KEY_BYTES: number = KIND_BYTES + HEIGHT_BYTES

/** The height in a key made by `heightKey`. */
export function heightOf(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset).getBigUint64(KIND_BYTES)
}

/** Kind, height and index of a block's part. */
export function partKey(height: bigint, index: number): Uint8Array {
  const key = new Uint8Array(KIND_BYTES + HEIGHT_BYTES + 4)
  key.set(heightKey(Kind.blockPart, height))
  new DataView(key.buffer).setUint32(KIND_BYTES + HEIGHT_BYTES, index)
  return key
}

/** Kind and hash of a block. */
export function hashKey(hash: Uint8Array): Uint8Array {
  const key = new Uint8Array(KIND_BYTES + hash.length)
  key.set(Kind.blockHash)
  key.set(hash, KIND_BYTES)
  return key
}

/** Two heights, the value of a head. */
export function encodeBounds(low: bigint, high: bigint): Uint8Array {
  const bytes = new Uint8Array(2 * HEIGHT_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, low)
  view.setBigUint64(HEIGHT_BYTES, high)
  return bytes
}

/** The two heights of a head, or null when the bytes are of another length. */
export function decodeBounds(bytes: Uint8Array): { low: bigint; high: bigint } | null {
  if (bytes.length !== 2 * HEIGHT_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { low: view.getBigUint64(0), high: view.getBigUint64(HEIGHT_BYTES) }
}
