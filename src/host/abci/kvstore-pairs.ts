// Where the kvstore keeps its pairs: in memory, or in a key-value store with its height and its
// validators.

import { bytesKey, concatBytes, toUtf8 } from '../../core/bytes/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import type { Awaitable } from './application.ts'

/** A key with its value. */
export type Pair = readonly [key: Uint8Array, value: Uint8Array]

/** How far the kvstore has come; `size` counts the transactions ever executed. */
export interface KvStoreProgress {
  readonly size: bigint
  readonly height: bigint
}

/**
 * The pairs. A commit is atomic: pairs, `extra` values under their own names, and progress
 * together.
 */
export interface Pairs {
  get(key: Uint8Array): Awaitable<Uint8Array | null>
  commit(changes: {
    readonly pairs: readonly Pair[]
    readonly validators: Uint8Array
    readonly progress: KvStoreProgress
  }): Awaitable<void>
}

/** Pairs that are gone when the process ends. */
export class MemoryPairs implements Pairs {
  readonly #values = new Map<string, Uint8Array>()

  get(key: Uint8Array): Uint8Array | null {
    return this.#values.get(bytesKey(key)) ?? null
  }

  commit(changes: { readonly pairs: readonly Pair[] }): void {
    // Copies: the pairs are views of a block that must not stay for their sake.
    for (const [key, value] of changes.pairs) this.#values.set(bytesKey(key), value.slice())
  }
}

const PAIR_PREFIX = toUtf8('kvstore/pair/')
const PROGRESS_KEY = toUtf8('kvstore/progress')
const VALIDATORS_KEY = toUtf8('kvstore/validators')

/**
 * Pairs in a store, under keys that begin with `kvstore/`. Not synced: what a crash takes away is a
 * suffix of blocks, which the handshake executes again.
 */
export class StoredPairs implements Pairs {
  readonly #store: KeyValueStore

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  /** What the last commit left, or null in an empty store. */
  async load(): Promise<{
    readonly progress: KvStoreProgress
    readonly validators: Uint8Array
  } | null> {
    const [progress, validators] = await this.#store.getMany([PROGRESS_KEY, VALIDATORS_KEY])
    if (progress === undefined || validators === undefined) return null
    const view = new DataView(progress.buffer, progress.byteOffset, progress.byteLength)
    return {
      progress: { size: view.getBigUint64(0), height: view.getBigUint64(8) },
      validators,
    }
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    return (await this.#store.get(concatBytes(PAIR_PREFIX, key))) ?? null
  }

  async commit(changes: {
    readonly pairs: readonly Pair[]
    readonly validators: Uint8Array
    readonly progress: KvStoreProgress
  }): Promise<void> {
    const progress = new Uint8Array(16)
    const view = new DataView(progress.buffer)
    view.setBigUint64(0, changes.progress.size)
    view.setBigUint64(8, changes.progress.height)
    const operations = putPairs(changes.pairs)
    operations.push({ put: [VALIDATORS_KEY, changes.validators] })
    operations.push({ put: [PROGRESS_KEY, progress] })
    await this.#store.batch(operations, { sync: false })
  }
}

/** The keys lie in one buffer: one each would cost more than all the rest. */
function putPairs(pairs: readonly Pair[]): KeyValueOperation[] {
  let length = 0
  for (const [key] of pairs) length += PAIR_PREFIX.length + key.length
  const keys = new Uint8Array(length)
  let at = 0
  return pairs.map(([key, value]) => {
    const start = at
    keys.set(PAIR_PREFIX, start)
    keys.set(key, start + PAIR_PREFIX.length)
    at += PAIR_PREFIX.length + key.length
    return { put: [keys.subarray(start, at), value] }
  })
}
