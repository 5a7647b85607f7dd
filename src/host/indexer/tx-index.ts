// Where each transaction stands in the chain: by hash, and per height.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'

/** A transaction's place: block height and index within the block. */
export interface TxPosition {
  readonly height: bigint
  readonly index: number
}

/** A transaction's place with its hash. */
export interface IndexedTx extends TxPosition {
  readonly hash: Uint8Array
}

/** The transactions of one block. */
export interface IndexedBlock {
  readonly height: bigint
  /** SHA-256 of each transaction, in the order of the block. */
  readonly hashes: readonly Uint8Array[]
  /** The result of each transaction; code 0 is success. */
  readonly results: readonly { readonly code: number }[]
}

/** A part of the index, in order of height and index. */
export interface IndexRange {
  /** First height, inclusive. */
  readonly from: bigint
  /** Last height, inclusive. */
  readonly to: bigint
  readonly reverse?: boolean
  /** Most transactions to return. */
  readonly limit: number
}

/** First bytes of the keys; two letters so that other rooms can share the store. */
const BY_HASH = [0x78, 0x74] as const
const BY_HEIGHT = [0x78, 0x68] as const
const PREFIX_BYTES = 2
const HEIGHT_BYTES = 8
const INDEX_BYTES = 4
/** Height, index, and 1 when the transaction failed. */
const PLACE_BYTES = HEIGHT_BYTES + INDEX_BYTES + 1
const HASH_BYTES = 32
const HASH_KEY_BYTES = PREFIX_BYTES + HASH_BYTES
const ENTRY_BYTES = HASH_KEY_BYTES + PLACE_BYTES

/**
 * The index. Per transaction one entry `xt‖hash → height‖index‖failed`; per block one entry
 * `xh‖height → hashes`. The operations join the batch that makes the block durable, so whoever
 * learns that a transaction is final also finds it. A transaction committed twice is found at its
 * last place, unless it succeeded first and failed later.
 */
export class TxIndex {
  readonly #store: KeyValueStore

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  /**
   * The changes that index a block; for a batch on the same store. Reads only for transactions that
   * failed.
   */
  async operations(block: IndexedBlock): Promise<KeyValueOperation[]> {
    const { height, hashes, results } = block
    if (hashes.length === 0) return []
    const superseded = await this.#succeededBefore(block)
    const operations: KeyValueOperation[] = []
    const all = new Uint8Array(hashes.length * HASH_BYTES)
    // Keys and places of a block lie in one buffer: one each would cost more than all the rest.
    const entries = new Uint8Array(hashes.length * ENTRY_BYTES)
    const view = new DataView(entries.buffer)
    for (let index = 0; index < hashes.length; index++) {
      const hash = hashes[index] as Uint8Array
      all.set(hash, index * HASH_BYTES)
      if (superseded.has(index)) continue
      const start = index * ENTRY_BYTES
      const placeAt = start + HASH_KEY_BYTES
      const end = start + ENTRY_BYTES
      entries.set(BY_HASH, start)
      entries.set(hash, start + PREFIX_BYTES)
      view.setBigUint64(placeAt, height)
      view.setUint32(placeAt + HEIGHT_BYTES, index)
      view.setUint8(end - 1, results[index]?.code === 0 ? 0 : 1)
      operations.push({ put: [entries.subarray(start, placeAt), entries.subarray(placeAt, end)] })
    }
    operations.push({ put: [heightKey(height), all] })
    return operations
  }

  /** Indexes a block on its own. */
  async add(block: IndexedBlock, options: { readonly sync: boolean }): Promise<void> {
    const operations = await this.operations(block)
    if (operations.length > 0) await this.#store.batch(operations, options)
  }

  /** Where the transaction with this hash was committed, or null. */
  async find(hash: Uint8Array): Promise<TxPosition | null> {
    const place = await this.#store.get(hashKey(hash))
    return place === undefined ? null : positionOf(place)
  }

  /** The hashes of the transactions of a block; empty when it had none or is not indexed. */
  async atHeight(height: bigint): Promise<Uint8Array[]> {
    const all = await this.#store.get(heightKey(height))
    return all === undefined ? [] : splitHashes(all)
  }

  /** Transactions of a range of heights. Work is proportional to what is returned. */
  async *range(range: IndexRange): AsyncGenerator<IndexedTx> {
    let left = range.limit
    const bounds = { gte: heightKey(range.from), lt: heightKey(range.to + 1n) }
    const reverse = range.reverse === true
    if (left <= 0 || range.to < range.from) return
    for await (const [key, value] of this.#store.iterate({ ...bounds, reverse, limit: left })) {
      const height = new DataView(key.buffer, key.byteOffset).getBigUint64(PREFIX_BYTES)
      const hashes = splitHashes(value).map((hash, index) => ({ height, index, hash }))
      for (const tx of reverse ? hashes.toReversed() : hashes) {
        if (left-- <= 0) return
        yield tx
      }
    }
  }

  /** Forgets the blocks below `height`, at most `limit` of them; answers how many are gone. */
  async prune(height: bigint, limit: number): Promise<number> {
    const operations: KeyValueOperation[] = []
    let blocks = 0
    const bounds = { gte: heightKey(0n), lt: heightKey(height), limit }
    for await (const [key, value] of this.#store.iterate(bounds)) {
      blocks++
      operations.push({ del: key })
      const at = new DataView(key.buffer, key.byteOffset).getBigUint64(PREFIX_BYTES)
      for (const hash of splitHashes(value)) {
        // Committed again later: the entry belongs to the later block.
        const place = await this.find(hash)
        if (place !== null && place.height <= at) operations.push({ del: hashKey(hash) })
      }
    }
    if (operations.length > 0) await this.#store.batch(operations, { sync: false })
    return blocks
  }

  async #succeededBefore(block: IndexedBlock): Promise<ReadonlySet<number>> {
    const failed = [...block.hashes.keys()].filter((index) => block.results[index]?.code !== 0)
    if (failed.length === 0) return new Set()
    const keys = failed.map((index) => hashKey(block.hashes[index] ?? EMPTY_BYTES))
    const places = await this.#store.getMany(keys)
    return new Set(failed.filter((_, i) => places[i]?.[PLACE_BYTES - 1] === 0))
  }
}

function hashKey(hash: Uint8Array): Uint8Array {
  const key = new Uint8Array(PREFIX_BYTES + hash.length)
  key.set(BY_HASH)
  key.set(hash, PREFIX_BYTES)
  return key
}

function heightKey(height: bigint): Uint8Array {
  const key = new Uint8Array(PREFIX_BYTES + HEIGHT_BYTES)
  key.set(BY_HEIGHT)
  new DataView(key.buffer).setBigUint64(PREFIX_BYTES, height)
  return key
}

function positionOf(place: Uint8Array): TxPosition | null {
  if (place.length !== PLACE_BYTES) return null
  const view = new DataView(place.buffer, place.byteOffset, place.byteLength)
  return { height: view.getBigUint64(0), index: view.getUint32(HEIGHT_BYTES) }
}

function splitHashes(all: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let at = 0; at + HASH_BYTES <= all.length; at += HASH_BYTES) {
    hashes.push(all.subarray(at, at + HASH_BYTES))
  }
  return hashes
}
